// Back, Escape and "Close" each close a photo that is shown large, and none leaves an entry in the history that opens it again. Without
// script, Back closes it too: a photo is opened by a link to a part of the page.
{
  const open = () => document.querySelector(".large:target");
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    // The entry before is this page without the photo, unless the photo was opened by its address.
    if (history.state?.photo) history.back();
    else location.replace(open().querySelector(".close").hash);
  };
  addEventListener("hashchange", ({ oldURL }) => {
    closing = false;
    if (open()) history.replaceState({ photo: true }, "");
    else [...document.querySelectorAll(".thumb")].find((thumb) => thumb.hash === new URL(oldURL).hash)?.focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !open()) return;
    event.preventDefault();
    close();
  });
  addEventListener("click", (event) => {
    if (!event.target.closest?.(".large .close")) return;
    event.preventDefault();
    close();
  });
}
