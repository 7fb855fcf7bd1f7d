// The line on top of a wall screen: how many clusters stand how, and what time it is.
import { now } from "../lib/clock.js";
import { clock } from "../time.js";

const sum = document.getElementById("wall-sum");
const shown = document.getElementById("wall-clock");
const ORDER = ["lost", "suspended", "connecting", "connected"];

function count() {
  const standings = [...document.querySelectorAll("#clusters [data-standing]")].map((card) => card.dataset.standing);
  const words = ORDER.map((each) => [standings.filter((one) => one === each).length, each]).filter(([number]) => number);
  sum.textContent = words.map(([number, word]) => `${number} ${word}`).join(", ") || "no clusters";
  sum.dataset.worst = words[0]?.[1] ?? "none";
}

function tick() { shown.textContent = clock(new Date(now())); }

document.addEventListener("htmx:after:swap", count);
setInterval(tick, 1000);
count();
tick();
