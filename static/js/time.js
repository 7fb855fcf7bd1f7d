// <time>: the UTC of the markup in the reader's own zone, and "12 s" that counts on. The exact UTC is its title.
import { now } from "./lib/clock.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const SHORT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const YEAR = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "numeric" });
const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

/** Seconds in at most two units, as the server writes durations. */
export function span(seconds) {
  seconds = Math.max(0, Math.floor(seconds));
  const at = UNITS.findIndex(([size]) => seconds >= size);
  if (at < 0) return "0 s";
  const [size, unit] = UNITS[at];
  const [smaller, small] = UNITS[at + 1] ?? [];
  const rest = smaller && seconds < 10 * size ? Math.floor((seconds % size) / smaller) : 0; // what soon goes on is not told to the second
  return `${Math.floor(seconds / size)} ${unit}${rest ? ` ${rest} ${small}` : ""}`;
}

function date(at) {
  const same = at.getFullYear() === new Date(now()).getFullYear();
  return (same ? DAY : YEAR).format(at);
}

/** The time of day, with the date if it is not today's. */
export function clock(at, form = CLOCK) {
  const today = at.toDateString() === new Date(now()).toDateString();
  return today ? form.format(at) : `${date(at)}, ${form.format(at)}`;
}

function text(at, style) {
  const seconds = (now() - at) / 1000;
  switch (style) {
    case "clock": return clock(at);
    case "ago": return seconds < 5 ? "just now" : `${span(seconds)} ago`;
    case "for": return span(seconds);
    default: return `${date(at)}, ${CLOCK.format(at)}`;
  }
}

function write(element) {
  const style = element.dataset.as;
  const at = new Date(element.dateTime);
  if (style === "utc" || Number.isNaN(at.getTime())) return;
  const local = text(at, style);
  if (element.textContent !== local) element.textContent = local;
  if (element.title === "") element.title = `${element.dateTime.slice(0, 19).replace("T", " ")} UTC`;
}

function writeAxis(label) {
  const at = new Date(Number(label.dataset.at));
  const local = label.dataset.form === "day" ? `${DAY.format(at)}, ${SHORT.format(at)}` : SHORT.format(at);
  if (label.textContent !== local) label.textContent = local;
}

function writeAll() {
  document.querySelectorAll("time").forEach(write);
  document.querySelectorAll("text[data-at]").forEach(writeAxis);
}

writeAll();
setInterval(() => document.querySelectorAll('time[data-as="ago"], time[data-as="for"]').forEach(write), 1000);
document.addEventListener("htmx:after:swap", writeAll);
document.addEventListener("zkdash:clock", writeAll);
