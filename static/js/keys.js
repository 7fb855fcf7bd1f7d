// Keys for those who leave the mouse alone. [data-keys] is what they lead to, [data-step] are the rows of lists.
// They can be turned off (on /keys), and do nothing while somebody types.
import { openGo, openKeys } from "./go.js";

const KEY = "zkdash.keys";
const WAIT_MS = 1200; // for the second key
let first = "";
let typedAt = 0;

const off = () => {
  try { return localStorage.getItem(KEY) === "off"; } catch { return false; }
};
const typing = (element) => element.matches?.("input, textarea, select, [contenteditable]");
const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

function step(by) {
  const rows = [...document.querySelectorAll("main [data-step]")].filter(shown);
  const at = rows.indexOf(document.activeElement);
  const row = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[at + by];
  row?.focus();
}

function turn(to) { document.querySelector(`main [rel="${to}"]`)?.click(); }

function neighbour(by) {
  const links = [...document.querySelectorAll("#side a")];
  const at = links.findIndex((link) => link.ariaCurrent);
  const to = at < 0 ? (by > 0 ? 0 : links.length - 1) : (at + by + links.length) % links.length;
  links[to]?.click();
}

const KEYS = {
  "/": openGo,
  "?": openKeys,
  j: () => step(1),
  k: () => step(-1),
  u: () => [...document.querySelectorAll(".crumbs a")].at(-1)?.click(),
  n: () => turn("next"),
  p: () => turn("prev"),
  "]": () => neighbour(1),
  "[": () => neighbour(-1),
};

/** Gives whether the key did something. */
function act(key) {
  const sequence = performance.now() - typedAt < WAIT_MS && first ? `${first} ${key}` : "";
  first = "";
  const target = sequence && document.querySelector(`[data-keys="${CSS.escape(sequence)}"]`);
  if (target) target.click();
  else if (document.querySelector(`[data-keys^="${CSS.escape(key)} "]`)) {
    first = key;
    typedAt = performance.now();
  } else if (!sequence && KEYS[key]) KEYS[key]();
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openGo();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || event.key.length !== 1) return;
  if (typing(event.target) || document.querySelector("dialog[open]") || off()) return;
  if (event.target.closest?.("#tree") && event.key !== "/" && event.key !== "?") return; // letters find rows there
  if (!act(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
});

// The switch on /keys
function writeSwitch() {
  document.querySelectorAll('[data-setting="keys"]').forEach((box) => { box.checked = !off(); });
}
document.addEventListener("change", (event) => {
  if (!event.target.matches('[data-setting="keys"]')) return;
  try { localStorage.setItem(KEY, event.target.checked ? "on" : "off"); } catch { /* then they stay as they are */ }
  writeSwitch();
});
document.addEventListener("htmx:after:swap", writeSwitch);
writeSwitch();
