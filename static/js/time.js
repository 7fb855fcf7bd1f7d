// <time>: the UTC of the markup in the reader's zone, or as they chose, and "12 s" that counts on.
import { now } from "./lib/clock.js";
import { hours, locale } from "./lib/locale.js";
import { zone } from "./lib/zone.js";

const OPTIONS = {
  clock: { ...hours, minute: "2-digit", second: "2-digit" },
  short: { ...hours, minute: "2-digit" },
  day: { month: "short", day: "numeric" },
  year: { year: "numeric", month: "short", day: "numeric" },
  date: { year: "numeric", month: "numeric", day: "numeric" },
  years: { year: "numeric" },
};
let form = forms();

function forms() {
  const timeZone = zone() === "utc" ? "UTC" : undefined;
  return Object.fromEntries(Object.entries(OPTIONS).map(([name, options]) => [name, new Intl.DateTimeFormat(locale, { ...options, timeZone })]));
}

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

const sameDay = (one, other) => form.date.format(one) === form.date.format(other);

function date(at) {
  return (form.years.format(at) === form.years.format(now()) ? form.day : form.year).format(at);
}

/** The time `at` as one of OPTIONS says. */
export function moment(at, style) { return form[style].format(at); }

/** The time of day, with the date if it is not today's. */
export function clock(at) {
  return sameDay(at, now()) ? form.clock.format(at) : `${date(at)}, ${form.clock.format(at)}`;
}

/** The exact time, in the reader's own zone and in UTC. */
export function exact(at) {
  const own = new Intl.DateTimeFormat(locale, { ...OPTIONS.year, ...OPTIONS.clock, timeZoneName: "short" }).format(at);
  return `${own} · ${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function text(at, style) {
  const seconds = (now() - at) / 1000;
  switch (style) {
    case "clock": return clock(at);
    case "ago": return seconds < 5 ? "just now" : `${span(seconds)} ago`;
    case "for": return span(seconds);
    default: return `${date(at)}, ${form.clock.format(at)}${zone() === "utc" ? " UTC" : ""}`;
  }
}

function write(element) {
  const style = element.dataset.as;
  const at = new Date(element.dateTime);
  if (style === "utc" || Number.isNaN(at.getTime())) return;
  const local = text(at, style);
  if (element.textContent !== local) element.textContent = local;
  if (style === "ago" && !element.hasAttribute("tabindex") && !element.closest("a, button")) element.tabIndex = 0; // tip.js tells the exact time
}

function writeAxis(label) {
  const at = new Date(Number(label.dataset.at));
  const local = label.dataset.form === "day" ? `${form.day.format(at)}, ${form.short.format(at)}` : form.short.format(at);
  if (label.textContent !== local) label.textContent = local;
}

function writeAll() {
  document.querySelectorAll("time").forEach(write);
  document.querySelectorAll("text[data-at]").forEach(writeAxis);
}

document.addEventListener("zkdash:zone", () => {
  form = forms();
  writeAll();
});
writeAll();
setInterval(() => document.querySelectorAll('time[data-as="ago"], time[data-as="for"]').forEach(write), 1000);
document.addEventListener("htmx:after:swap", writeAll);
document.addEventListener("zkdash:clock", writeAll);
