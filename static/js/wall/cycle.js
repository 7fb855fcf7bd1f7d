// A wall screen that doesn't show all clusters at once goes on to the next of them every few seconds, and back to the first.
const EVERY_MS = 12000;

const list = document.getElementById("clusters");
const button = document.getElementById("wall-pause");
const page = document.getElementById("wall-page");
const still = matchMedia("(prefers-reduced-motion: reduce)");
let paused = still.matches;

const height = () => list.clientHeight;
const pages = () => Math.max(1, Math.ceil((list.scrollHeight - 2) / height()));

function say() {
  const count = pages();
  const here = Math.min(Math.round(list.scrollTop / height()) + 1, count);
  page.textContent = count > 1 ? `${here} of ${count}` : "";
  button.hidden = count < 2;
  button.setAttribute("aria-pressed", `${paused}`);
}

function next() {
  const end = list.scrollTop + height() >= list.scrollHeight - 2;
  if (!paused && pages() > 1) list.scrollTo({ top: end ? 0 : list.scrollTop + height(), behavior: "instant" });
  say();
}

button.addEventListener("click", () => { paused = !paused; say(); });
still.addEventListener("change", () => { paused = still.matches; say(); });
list.addEventListener("scroll", say);
window.addEventListener("resize", say);
document.addEventListener("htmx:after:swap", say);
setInterval(next, EVERY_MS);
say();
