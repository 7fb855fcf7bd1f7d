// From the API's answer to what uPlot draws, and back to a server's value at a time. Pure.
import { locale } from "../lib/locale.js";

/** uPlot's columns for one metric: times, then for each server its average, its maximum and its minimum. */
export function columns(body, metric, servers) {
  const made = [body.times];
  for (const server of servers) {
    const found = body.series.find((one) => one.metric === metric && one.server === server);
    const none = () => new Array(body.times.length).fill(null);
    const avg = found?.avg ?? none();
    made.push(avg, found?.max ?? avg, found?.min ?? avg); // without bounds of their own the band has no height
  }
  return made;
}

/** Whether there is any value of the metric. */
export function known(body, metric) {
  return body.series.some((one) => one.metric === metric && one.avg.some((value) => value !== null));
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const PLAIN = new Intl.NumberFormat(locale, { maximumSignificantDigits: 4 });
const SHORT = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
const SIZES = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]; // words, which stay English: Intl's compact ones don't fit an axis

/** A value with its unit, as the page's tables write it; `short` for an axis. */
export function words(value, unit, short = false) {
  if (value === null || value === undefined) return "–";
  if (unit === "B") {
    const at = Math.min(Math.max(Math.floor(Math.log2(Math.max(value, 1)) / 10), 0), UNITS.length - 1);
    return `${PLAIN.format(Number((value / 1024 ** at).toPrecision(short ? 3 : 4)))} ${UNITS[at]}`;
  }
  if (unit === "ms") return Math.abs(value) >= 1000 ? `${PLAIN.format(value / 1000)} s` : `${PLAIN.format(value)} ms`;
  const number = short ? brief(value) : PLAIN.format(value);
  return unit ? `${number} ${unit}` : number;
}

function brief(value) {
  const [size, letter] = SIZES.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return size === 1 ? PLAIN.format(value) : `${SHORT.format(value / size)}${letter}`;
}
