// Which zone times are shown in: "own" or "utc"; remembered, and the same in all tabs.
const KEY = "zkdash.zone";
let chosen = read();

function read() {
  try { return localStorage.getItem(KEY) === "utc" ? "utc" : "own"; } catch { return "own"; }
}

export function zone() { return chosen; }

export function choose(value) {
  try { localStorage.setItem(KEY, value); } catch { /* for this page only, then */ }
  change(value);
}

function change(value) {
  chosen = value === "utc" ? "utc" : "own";
  document.dispatchEvent(new CustomEvent("zkdash:zone"));
}

addEventListener("storage", (event) => { if (event.key === KEY) change(event.newValue); });
