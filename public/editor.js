// The editor of a rule changes in place: a button that adds, moves or removes a condition sends the form and puts the answer's form here,
// with the focus where the answer has it. Another subject shows its own inputs at once. Whatever fails is sent as without script.
const inPlace = /^(add|remove|up|down|not|group|out|update)(:|$)/;
const change = async (form, value) => {
  const body = new URLSearchParams(new FormData(form));
  body.append("_action", value);
  const before = document.activeElement?.id;
  form.inert = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [parts, json] = ["#editor > .stack", "#_json"].map((part) => page.querySelector(part));
    if (!answer.ok || !parts || !json) throw answer.status;
    form.querySelector(".stack").replaceWith(parts);
    document.getElementById("_json").value = json.value;
    document.querySelector("main > .summary")?.remove();
    history.replaceState(null, "", answer.url);
    form.inert = false;
    document.getElementById(page.querySelector("#editor [autofocus]")?.id ?? before)?.focus();
    form.dispatchEvent(new Event("change"));
  } catch {
    form.inert = false;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "_action", value });
    form.append(input);
    form.submit();
  }
};
addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.id !== "editor" || !inPlace.test(submitter?.value ?? "")) return;
  event.preventDefault();
  change(form, submitter.value);
});
document.getElementById("editor")?.classList.add("in-place");
addEventListener("change", ({ target }) => {
  if (target.matches("#editor select.what")) change(target.form, "update");
});
