// An event that came by a poll and once more by the websocket stays once.
document.addEventListener("htmx:after:swap", () => {
  const seen = new Set();
  for (const row of document.querySelectorAll("#events > [id]")) {
    if (seen.has(row.id)) row.remove();
    seen.add(row.id);
  }
});
