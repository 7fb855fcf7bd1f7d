// One chart: uPlot in the element [data-metric], its legend with values, and the marks of what happened.
import { columns, known, words } from "./data.js";
import { marks, drawMarks } from "./marks.js";
import { zone } from "../lib/zone.js";
import { clock, moment } from "../time.js";

const HEIGHT = 132;
const AXIS = 52; // the css has the same: lanes above the charts begin where the plots do
const PAD = 8;
const GREY = 0.14; // how strong the band between minimum and maximum is
const DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3], [5, 5]];

export class Plot {
  constructor(element, view, zoom) {
    this.element = element;
    this.metric = element.dataset.metric;
    this.unit = element.dataset.unit;
    this.view = view;
    this.zoom = zoom;
    this.body = null;
    this.plot = null;
    this.target = element.querySelector(".chart__plot");
    this.note = element.querySelector(".chart__note");
    this.keys = [...element.querySelectorAll("[data-server]")];
    this.servers = this.keys.map((key) => key.dataset.server);
    document.addEventListener("zkdash:zone", () => this.plot?.redraw(false, true));
    new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT })).observe(this.target);
  }

  width() { return Math.max(this.target.clientWidth, 120); }

  show(body) {
    this.body = body;
    const any = known(body, this.metric);
    this.say(any ? "" : this.element.dataset.none);
    this.element.dataset.state = any ? "drawn" : "empty";
    if (!any && !this.plot) return;
    const data = columns(body, this.metric, this.servers);
    if (this.plot) this.plot.setData(data);
    else this.plot = new window.uPlot(this.options(), data, this.target);
    this.read();
  }

  fail(reason, again) {
    if (this.plot) return; // what is drawn stays; the page's head says that zkdash does not answer
    this.element.dataset.state = "failed";
    this.say(`This can't be read now: ${reason}`);
    const button = document.createElement("button");
    Object.assign(button, { className: "button", type: "button", textContent: "Try again" });
    button.addEventListener("click", () => { this.say("Loading …"); again(); });
    this.note.append(" ", button);
  }

  say(text) { this.note.textContent = text; }

  move() { this.plot?.setScale("x", { min: this.view.since, max: this.view.until }); }

  recolour() {
    this.colours = null;
    this.plot?.redraw(false);
  }

  colour(index) {
    this.colours ??= this.keys.map((key) => getComputedStyle(key.querySelector(".key")).color);
    return this.colours[index];
  }

  ink(name) { return getComputedStyle(this.element.querySelector(`.chart__${name}`)).color; }

  options() {
    const series = [{}];
    const bands = [];
    this.servers.forEach((server, index) => {
      const stroke = () => this.colour(index);
      series.push({ label: server, scale: "y", stroke, width: 1.5, dash: DASHES[Math.floor(index / 8) % DASHES.length], points: { show: true, size: 4, filter: lonely }, spanGaps: false });
      series.push({ scale: "y", width: 0, points: { show: false } }, { scale: "y", width: 0, points: { show: false } });
      bands.push({ series: [3 * index + 2, 3 * index + 3], fill: () => faded(this.colour(index)) });
    });
    const grid = { stroke: () => this.ink("grid"), width: 1 };
    const axis = { stroke: () => this.ink("ink"), font: `11px ${getComputedStyle(document.body).fontFamily}`, grid, ticks: { show: false } };
    return {
      width: this.width(), height: HEIGHT, ms: 1, tzDate: zoned, padding: [PAD, PAD, 0, 0], legend: { show: false }, series, bands,
      cursor: { y: false, sync: { key: "charts", setSeries: false }, drag: { x: true, y: false, setScale: false, dist: 6 }, points: { size: 5, show: (u, i) => this.point(u, i) } },
      scales: { x: { time: true, range: () => [this.view.since, this.view.until] }, y: { range: (u, min, max) => this.range(min, max) } },
      axes: [
        { ...axis, size: 24, space: 80, values: (u, splits) => splits.map((at) => this.when(at)) },
        { ...axis, size: AXIS, space: 28, gap: 6, values: (u, splits) => splits.map((value) => words(value, this.unit, true)) },
      ],
      hooks: {
        draw: [(u) => drawMarks(u, marks(this.target))],
        setCursor: [(u) => this.read(u.cursor.idx)],
        setSelect: [(u) => this.select(u)],
      },
    };
  }

  // uPlot's own point is drawn for averages only: the bounds of a band have none.
  point(u, index) { return index % 3 === 1 ? window.uPlot.assign(document.createElement("div"), {}) : null; }

  range(min, max) {
    if (min === null || max === null) return [0, 1];
    if ("level" in this.element.dataset && min > 0) {
      const pad = Math.max((max - min) * 0.15, max * 0.002, 1);
      return [Math.max(0, min - pad), max + pad];
    }
    return [Math.min(0, min), Math.max(max * 1.12, 1)];
  }

  when(at) {
    const span = this.view.until - this.view.since;
    const time = zoned(at);
    if (span > 36 * 3600e3 && time.getHours() === 0 && time.getMinutes() === 0) return moment(at, "day");
    return moment(at, span < 10 * 60e3 ? "clock" : "short");
  }

  // The legend's values: at the cursor, or the last ones.
  read(index = null) {
    const [times, ...data] = this.plot.data;
    const at = index ?? null;
    this.keys.forEach((key, number) => {
      const column = data[3 * number] ?? [];
      const value = at === null ? column.findLast((one) => one !== null) : column[at];
      const shown = words(value, this.unit);
      const place = key.querySelector(".chart__value");
      if (place.textContent !== shown) place.textContent = shown;
    });
    this.element.querySelector(".chart__at").textContent = at === null ? "" : clock(new Date(times[at]));
  }

  select(u) {
    const { left, width } = u.select;
    if (width < 6) return;
    const [since, until] = [u.posToVal(left, "x"), u.posToVal(left + width, "x")];
    if (until - since >= 5000) this.zoom(since, until);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }
}

// A moment whose hours and days are those of the zone that is shown.
function zoned(at) { return zone() === "utc" ? window.uPlot.tzDate(new Date(at), "Etc/UTC") : new Date(at); }

// A line needs two points: what stands alone between gaps is drawn as a dot.
function lonely(u, number) {
  const values = u.data[number];
  const missing = (index) => values[index] === null || values[index] === undefined;
  return values.flatMap((_, index) => (!missing(index) && missing(index - 1) && missing(index + 1) ? [index] : []));
}

function faded(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g);
  return `rgb(${red} ${green} ${blue} / ${GREY})`;
}
