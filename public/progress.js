// Moves the bar of work that is under way, and loads the page again once it has ended. A page that is hidden asks nothing. Without script
// the page loads itself again every few seconds.
{
  const bar = document.querySelector("progress[data-follow]");
  const text = document.getElementById("progress-text");
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(bar.dataset.follow);
      if (!answer.ok) return;
      const { done, whole, running } = await answer.json();
      if (!running) return location.reload();
      bar.max = Math.max(whole, 1);
      bar.value = Math.min(done, whole);
      text.textContent = bar.dataset.text.replace("{done}", done).replace("{whole}", whole);
    } catch {
      // The server is away for a moment; the next time may succeed.
    }
  };
  if (bar) setInterval(ask, 1000);
}
