// [data-since][data-live]: a lane or an axis that moves to the left as time goes on.
import { now } from "./lib/clock.js";

function move() {
  for (const lane of document.querySelectorAll("svg[data-live]")) {
    const since = Number(lane.dataset.since);
    const until = Number(lane.dataset.until);
    const shift = Math.min(Math.max((now() - until) / (until - since), 0), 1) * 100;
    lane.firstElementChild.setAttribute("x", `${-shift.toFixed(3)}%`);
    for (const text of lane.querySelectorAll("text")) {
      const x = parseFloat(text.getAttribute("x")) - shift;
      for (const part of [text, text.previousElementSibling]) part.classList.toggle("axis__later", x > 100);
      text.classList.toggle("axis__end", x > 94 && x <= 100);
      text.classList.toggle("axis__start", x >= 0 && x < 6);
      text.classList.toggle("axis__near", (x >= 3 && x < 6) || (x > 94 && x <= 97));
    }
  }
}

move();
setInterval(move, 1000);
document.addEventListener("htmx:after:swap", move);
