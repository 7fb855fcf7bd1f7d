// The box "Go to" and the list of keys open over the page; arrows walk through the hits, Enter goes to the first.
const dialog = document.getElementById("go");
const input = document.getElementById("go-q");
const hits = document.getElementById("go-hits");
const said = document.getElementById("go-said");
const keys = document.getElementById("keys");
const list = document.getElementById("keys-list");
let goes = false; // as soon as the hits for what is typed are there
const KEYS = '.foot__links [href$="/keys"]';

export function openGo() {
  if (!dialog.open) dialog.showModal();
  input.select();
  input.dispatchEvent(new CustomEvent("zkdash:go"));
}

export async function openKeys() {
  if (keys.open) return;
  if (!list.firstElementChild) await htmx.ajax("GET", document.querySelector(KEYS).href, { target: list, swap: "innerHTML show:none", push: "false" });
  if (!list.firstElementChild) return;
  keys.showModal();
  list.focus();
}

const links = () => [...hits.querySelectorAll(".goal")];
const current = () => hits.firstElementChild?.dataset.q === input.value.trim();

function follow() {
  goes = false;
  links()[0]?.click();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.(`[data-go], ${KEYS}`);
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    if (opener.matches("[data-go]")) openGo();
    else openKeys();
    return;
  }
  if (event.target.closest?.("[data-close]") || event.target === dialog || event.target === keys) event.target.closest("dialog").close();
  else if (event.target.closest?.(".goal") && dialog.open && !event.ctrlKey && !event.metaKey) dialog.close(); // it may be a place on this page
});

dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (current()) follow();
  else goes = true;
});

dialog.addEventListener("keydown", (event) => {
  const all = links();
  const at = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown") (all[at + 1] ?? all.at(-1))?.focus();
  else if (event.key === "Escape") dialog.close(); // a search field would only be emptied
  else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : input).focus();
  else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) return void input.focus(); // typed into it
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:after:swap", () => {
  if (!dialog.open || !current()) return;
  delete hits.dataset.local;
  const found = Number(hits.firstElementChild.dataset.found);
  const words = found ? `${found} found` : "nothing found";
  if (said.textContent !== words) said.textContent = words;
  if (goes) follow();
});

for (const failure of ["htmx:error", "htmx:response:error"]) {
  input.addEventListener(failure, () => {
    goes = false;
    hits.replaceChildren();
    hits.dataset.local = "failed";
  });
}
