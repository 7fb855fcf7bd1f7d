// Brings the tree's rows below the shown znode up to date with what zkdash has pushed into #tree-news.
import { number } from "./lib/locale.js";

const hrefOf = (item) => item.querySelector(":scope > .tree__row > .tree__link")?.getAttribute("href");
const nameOf = (item) => decodeURIComponent((hrefOf(item) ?? "").split("/").at(-1));
const groupOf = (item) => item.querySelector(":scope > [role=group]");

function count(item, total) {
  const row = item.querySelector(":scope > .tree__row");
  let shown = row.querySelector(".tree__count");
  if (!shown && total) {
    shown = document.createElement("span");
    shown.className = "tree__count";
    row.append(shown);
  }
  if (shown) shown.dataset.count = total ? number(total) : "";
}

function leave(row, item) {
  if (row.contains(document.activeElement)) {
    item.tabIndex = 0;
    item.focus({ preventScroll: true });
  }
  row.remove();
}

/** What a row says of its znode may have changed; what is open below it stays. */
function renew(old, row) {
  for (const name of ["aria-setsize", "aria-posinset", "aria-description"]) {
    if (row.hasAttribute(name)) old.setAttribute(name, row.getAttribute(name));
  }
  if (!row.hasAttribute("aria-expanded") && !groupOf(old)) old.removeAttribute("aria-expanded");
  if (row.hasAttribute("aria-expanded") && !old.hasAttribute("aria-expanded")) old.setAttribute("aria-expanded", "false");
  old.querySelectorAll(":scope > .tree__row > :is(.mark, .tree__count)").forEach((mark) => mark.remove());
  old.querySelector(":scope > .tree__row").append(...row.querySelectorAll(":scope > .tree__row > :is(.mark, .tree__count)"));
}

function join(group, rows, item, { total, until }) {
  const there = new Map([...group.children].map((row) => [hrefOf(row), row]));
  there.delete(undefined);
  const wanted = new Set(rows.map(hrefOf));
  for (const [href, row] of there) {
    if (!wanted.has(href) && (until === "" || nameOf(row) <= until)) leave(row, item);
  }
  let next = group.firstElementChild;
  for (const row of rows) {
    const href = hrefOf(row);
    const old = there.get(href);
    if (old) {
      renew(old, row);
      next = old.nextElementSibling;
    } else if (href !== undefined) {
      group.insertBefore(row, next);
    } else if (!group.querySelector(":scope > .tree__more") && [...group.children].filter(hrefOf).length < total && nameOf(group.lastElementChild) === until) {
      group.append(row);
    }
  }
  for (const row of group.children) row.setAttribute("aria-setsize", total);
}

function update() {
  const news = document.getElementById("tree-news");
  if (news?.dataset.total === undefined || news.dataset.taken !== undefined) return;
  news.dataset.taken = "";
  const { href } = news.dataset;
  const item = [...document.querySelectorAll('#tree [role="treeitem"]')].find((one) => hrefOf(one) === href);
  if (!item) return;
  const total = Number(news.dataset.total);
  let group = groupOf(item);
  count(item, total);
  if (!total) {
    if (group?.contains(document.activeElement)) leave(group, item);
    group?.remove();
    item.removeAttribute("aria-expanded");
    return;
  }
  if (!group) {
    if (item.ariaBusy === "true") return; // it is being opened, and gets what there is
    group = document.createElement("ul");
    group.setAttribute("role", "group");
    item.append(group);
    item.setAttribute("aria-expanded", "true");
  }
  if (group.firstElementChild?.matches(".tree__more")) return; // it shows a later page
  join(group, [...news.children], item, { total, until: news.dataset.until });
}

document.addEventListener("htmx:after:swap", update);
