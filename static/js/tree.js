// The tree of znodes by the keys of WAI-ARIA: one tab stop, arrows, Home, End, letters, *, Enter. Its links work without.
const TYPED_MS = 600;
const MAX_ROWS = 5000;
let typed = "";
let typedAt = 0;

const tree = () => document.getElementById("tree");
const itemOf = (element) => element.closest('[role="treeitem"]');
const linkOf = (item) => item.querySelector(":scope > .tree__link, :scope > .tree__row > .tree__link");
const groupOf = (item) => item.querySelector(":scope > [role=group]");
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";
const parentOf = (item) => itemOf(item.parentElement);

/** The rows that are not inside of a closed one, in order. */
function visible() {
  return [...tree().querySelectorAll('[role="treeitem"]')].filter((item) => !item.closest("[role=group][hidden]"));
}

/** One row is a tab stop; the links inside of rows are none. */
function adopt() {
  const root = tree();
  if (!root) return;
  root.querySelectorAll(".tree__link:not([tabindex])").forEach((link) => { link.tabIndex = -1; });
  root.querySelectorAll('[role="treeitem"]:not([tabindex])').forEach((item) => { item.tabIndex = -1; });
  if (!root.querySelector('[role="treeitem"][tabindex="0"]')) {
    const start = root.querySelector('[aria-selected="true"]') ?? root.querySelector('[role="treeitem"]');
    if (start) start.tabIndex = 0;
  }
}

function focus(item) {
  if (!item) return;
  const before = tree().querySelector('[role="treeitem"][tabindex="0"]');
  if (before) before.tabIndex = -1;
  item.tabIndex = 0;
  item.focus({ preventScroll: true });
  (item.querySelector(":scope > .tree__row") ?? item).scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Open a row; its children are fetched the first time. What goes wrong comes as a row that says so. */
async function open(item) {
  if (item.getAttribute("aria-expanded") !== "false" || item.ariaBusy === "true") return;
  if (!groupOf(item) && !(await fetchChildren(item))) return;
  groupOf(item).hidden = false;
  item.setAttribute("aria-expanded", "true");
}

/** Gives whether there is something to show. */
async function fetchChildren(item) {
  const group = document.createElement("ul");
  group.setAttribute("role", "group");
  group.hidden = true;
  item.append(group);
  item.ariaBusy = "true";
  const url = `${linkOf(item).getAttribute("href")}?tree=more`;
  await htmx.ajax("GET", url, { source: group, target: group, swap: "innerHTML", push: "false" });
  item.ariaBusy = null;
  if (group.childElementCount > 0) return true;
  group.remove();
  if (group.dataset.failed === undefined) item.removeAttribute("aria-expanded"); // there are none
  else announce("zkdash does not answer");
  return false;
}

function close(item) {
  const group = groupOf(item);
  if (group.contains(document.activeElement)) focus(item);
  item.setAttribute("aria-expanded", "false");
  if (group.querySelector(":scope > [data-status]")) group.remove(); // opening it asks again
  else group.hidden = true;
}

function announce(text) { document.getElementById("announcer").textContent = text; }

function toggle(item) {
  if (isOpen(item)) close(item);
  else open(item);
}

function select(item) {
  const before = tree().querySelector('[aria-selected="true"]');
  before?.setAttribute("aria-selected", "false");
  before && linkOf(before).removeAttribute("aria-current");
  item.setAttribute("aria-selected", "true");
  linkOf(item).setAttribute("aria-current", "page");
}

function step(item, by) {
  const rows = visible();
  focus(rows[rows.indexOf(item) + by]);
}

/** The next row, from the one after `item` on and around, whose name begins with what was typed. */
function find(item, letter) {
  const now = performance.now();
  typed = now - typedAt < TYPED_MS ? typed + letter : letter;
  typedAt = now;
  const rows = visible();
  const from = rows.indexOf(item) + (typed.length === 1 ? 1 : 0);
  const around = [...rows.slice(from), ...rows.slice(0, from)];
  focus(around.find((row) => (row.ariaLabel ?? row.textContent).toLowerCase().startsWith(typed.toLowerCase())));
}

const KEYS = {
  ArrowDown: (item) => step(item, 1),
  ArrowUp: (item) => step(item, -1),
  ArrowRight: (item) => (isOpen(item) ? focus(groupOf(item).firstElementChild) : open(item)),
  ArrowLeft: (item) => (isOpen(item) ? close(item) : focus(parentOf(item))),
  Home: () => focus(visible()[0]),
  End: () => focus(visible().at(-1)),
  Enter: (item) => linkOf(item)?.click(),
  " ": (item) => linkOf(item)?.click(),
  "*": (item) => {
    const room = MAX_ROWS - tree().querySelectorAll('[role="treeitem"]').length;
    [...item.parentElement.children].slice(0, Math.max(0, Math.floor(room / 200))).forEach(open);
  },
};

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#tree") || event.ctrlKey || event.metaKey || event.altKey) return;
  const item = itemOf(event.target);
  if (!item) return;
  if (KEYS[event.key]) KEYS[event.key](item);
  else if (event.key.length === 1) find(item, event.key);
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.("#tree") && itemOf(event.target);
  if (!item) return;
  if (event.target.closest(".tree__toggle")) return toggle(item);
  if (!event.target.closest(".tree__row > .tree__link") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  select(item);
  focus(item);
  open(item);
});

document.addEventListener("htmx:error", (event) => {
  if (event.target.matches?.("#tree [role=group]")) event.target.dataset.failed = "";
});

// "Show more" replaces itself: the focus goes to the first row that came in its place.
let replaced = null;
document.addEventListener("htmx:before:swap", (event) => {
  const target = event.detail?.ctx?.target;
  if (target?.classList?.contains("tree__more")) {
    replaced = { group: target.parentElement, index: [...target.parentElement.children].indexOf(target), had: target.contains(document.activeElement) || target.tabIndex === 0 };
  }
});
document.addEventListener("htmx:after:swap", () => {
  if (replaced) {
    const row = replaced.group.children[replaced.index];
    if (replaced.had) focus(row);
    replaced = null;
  }
  adopt();
});

adopt();

const shown = tree()?.querySelector('[aria-selected="true"] > .tree__row');
if (shown) { // within the tree's own frame: the page stays where it is
  const frame = tree().parentElement;
  const row = shown.getBoundingClientRect();
  const around = frame.getBoundingClientRect();
  const below = row.bottom - around.top - frame.clientHeight;
  const beside = row.right - around.left - frame.clientWidth;
  if (below > 0) frame.scrollTop = below + frame.clientHeight / 3;
  if (beside > 0) frame.scrollLeft = beside + 4;
}
