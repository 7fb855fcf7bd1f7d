// What zkdash says of changes ([id=news]) is told to screen readers politely: not more often than they can say it, and the last word only.
const EVERY_MS = 4000;
const news = document.getElementById("news");
const announcer = document.getElementById("announcer");
let heard = "";
let timer = 0;

function tell() {
  announcer.textContent = heard;
  timer = setTimeout(() => {
    timer = 0;
    if (heard !== announcer.textContent) tell();
  }, EVERY_MS);
}

document.addEventListener("htmx:after:swap", () => {
  const text = news.textContent.trim();
  if (!text || text === heard) return;
  heard = text;
  if (!timer) tell();
});
