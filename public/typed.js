// Every form of a session's page sends along a decision that is typed but not sent yet, so that the page comes back as it was left.
// Without script they send what the page was loaded with.
addEventListener("formdata", ({ target, formData }) => {
  const deciding = document.getElementById("deciding");
  if (!deciding || target === deciding || !target.action.startsWith(`${location.origin}${location.pathname}/`)) return;
  const typed = new FormData(deciding);
  for (const name of ["decision", "reason"]) formData.set(name, typed.get(name) ?? "");
});
