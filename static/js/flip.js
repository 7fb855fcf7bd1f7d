// [data-state]: a row whose state has flipped is marked for a moment.
import { flipped } from "./lib/motion.js";

const rows = ".cluster, .server, .facts";
new MutationObserver((changes) => {
  const changed = changes.filter(({ target, oldValue }) => target.matches(rows) && target.dataset.state !== oldValue);
  new Set(changed.map(({ target }) => target)).forEach(flipped);
}).observe(document.getElementById("main"), { attributes: true, attributeFilter: ["data-state"], attributeOldValue: true, subtree: true });
