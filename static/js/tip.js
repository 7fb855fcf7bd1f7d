// The exact time of a <time>, and the whole of what is shortened ([data-whole]), on hover and on focus; Esc hides it.
import { exact } from "./time.js";

const SHOWS = "time[datetime], [data-whole]";
let tip = null;
let of = null;

// Made when it is needed: any page may have it, and a page that Back brought has lost it.
function made() {
  if (tip?.isConnected) return tip;
  tip = document.createElement("div");
  tip.id = tip.className = "tip";
  tip.popover = "manual";
  tip.ariaHidden = "true";
  document.body.append(tip);
  return tip;
}

function words(element) {
  if (element.dataset.whole !== undefined) return element.dataset.whole;
  const at = new Date(element.dateTime);
  return Number.isNaN(at.getTime()) ? "" : exact(at);
}

function show(element) {
  const text = words(element);
  if (element === of || !text) return;
  of = element;
  made().textContent = text;
  tip.showPopover();
  const place = element.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const below = place.bottom + height + 8 < innerHeight;
  tip.style.setProperty("left", `${Math.max(4, Math.min(place.left, innerWidth - width - 4))}px`);
  tip.style.setProperty("top", `${below ? place.bottom + 2 : place.top - height - 2}px`);
}

function hide() {
  if (!of) return;
  of = null;
  if (tip.isConnected) tip.hidePopover();
}

document.addEventListener("pointerover", (event) => {
  const element = event.target.closest?.(SHOWS);
  if (element) show(element);
  else if (!event.target.closest?.("#tip") && of !== document.activeElement && !of?.closest("a")?.matches(":focus-visible")) hide();
});
document.addEventListener("focusin", (event) => {
  if (!event.target.matches(":focus-visible")) return;
  const element = event.target.matches(SHOWS) ? event.target : event.target.querySelector?.(":scope:is(a, button, summary) time[datetime], :scope:is(a, button, summary) [data-whole]");
  if (element) show(element);
  else hide();
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
document.addEventListener("scroll", hide, { capture: true, passive: true });
