// The switch between the reader's own zone and UTC.
import { choose, zone } from "./lib/zone.js";

const choices = document.querySelectorAll("#zone input");

function show() {
  for (const choice of choices) choice.checked = choice.value === zone();
}

for (const choice of choices) choice.addEventListener("change", () => choose(choice.value));
document.addEventListener("zkdash:zone", show);
show();
