// [data-sorted]: keeps its children in the order of their data-sort, as the server would have drawn them.
import { moved } from "./lib/motion.js";

function sort() {
  for (const list of document.querySelectorAll("[data-sorted]")) {
    const items = [...list.querySelectorAll(":scope > [data-sort]")];
    const sorted = items.toSorted((a, b) => (a.dataset.sort < b.dataset.sort ? -1 : 1));
    if (sorted.every((item, index) => item === items[index])) continue;
    moved(items, () => {
      let previous = null;
      for (const item of sorted) {
        if (item.previousElementSibling !== previous) place(list, item, previous);
        previous = item;
      }
    });
  }
}

function place(list, item, previous) {
  const before = previous ? previous.nextSibling : list.firstChild;
  if (list.moveBefore) list.moveBefore(item, before); // keeps the focus
  else list.insertBefore(item, before);
}

document.addEventListener("htmx:after:swap", sort);
