// Shows each time of an operator's page in the reader's own time zone. Without script, times stay in UTC. The tooltip keeps UTC.
{
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  // Swedish dates have the form of ISO 8601, which reads the same in every language.
  const format = (timeStyle) => new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle, timeZone });
  const [minutes, seconds] = [format("short"), format("medium")];
  const zone = new Intl.DateTimeFormat(document.documentElement.lang, { timeZoneName: "short", timeZone });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (isNaN(at)) continue;
    const name = zone.formatToParts(at).find((part) => part.type === "timeZoneName").value;
    time.title = time.textContent;
    time.textContent = `${("seconds" in time.dataset ? seconds : minutes).format(at)}\u00a0${name}`;
  }
}
