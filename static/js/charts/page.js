// [data-charts]: the charts of a page. Loads what is near the window, follows the time, zooms by the address.
import { heardAt, now } from "../lib/clock.js";
import { Plot } from "./plot.js";

const POINTS = 600;
const NEAR = "300px"; // charts this far below the window are loaded too
const FETCH_MS = 5000; // new points are asked for at most this often, and not before there can be one
const root = document.querySelector("[data-charts]");

if (root) {
  const view = { since: Number(root.dataset.since), until: Number(root.dataset.until), live: "live" in root.dataset };
  const span = view.until - view.since;
  const plots = new Map();
  let wanted = new Set();
  let busy = false;

  for (const element of root.querySelectorAll("[data-metric]")) {
    plots.set(element.dataset.metric, new Plot(element, view, zoom));
  }

  function zoom(since, until) {
    const url = new URL(location.href);
    for (const name of ["range", "from", "to"]) url.searchParams.delete(name);
    url.searchParams.set("range", "own");
    url.searchParams.set("from", moment(since));
    url.searchParams.set("to", moment(until));
    location.assign(url);
  }

  function moment(at) { return new Date(Math.round(at / 1000) * 1000).toISOString().slice(0, 19); }

  function address(metrics, since, until) {
    const url = new URL(root.dataset.source, location.href);
    for (const metric of metrics) url.searchParams.append("metric", metric);
    url.searchParams.set("since", Math.floor(since));
    url.searchParams.set("until", Math.ceil(until));
    url.searchParams.set("points", POINTS);
    return url;
  }

  async function ask(metrics, since, until) {
    const answer = await fetch(address(metrics, since, until), { headers: { Accept: "application/json" } });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail ?? answer.statusText);
    return body;
  }

  // All that is near the window and has nothing yet, in one request.
  async function load() {
    if (busy || !wanted.size) return;
    busy = true;
    const metrics = [...wanted];
    wanted = new Set();
    const until = view.live ? now() : view.until;
    try {
      const body = await ask(metrics, until - span, until);
      for (const metric of metrics) plots.get(metric).show(body);
    } catch (error) {
      for (const metric of metrics) plots.get(metric).fail(error.message, () => { wanted.add(metric); load(); });
    }
    busy = false;
    load();
  }

  // What came since: all is read anew, for an old point becomes a part of a longer one as time goes on.
  function follow() {
    for (const [metric, plot] of plots) if (plot.body) wanted.add(metric);
    load();
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      wanted.add(target.dataset.metric);
    }
    load();
  }, { rootMargin: NEAR });
  for (const plot of plots.values()) watcher.observe(plot.element);

  if (view.live) {
    let asked = now();
    const step = Math.min(Math.max(span / 1000, 1000), 10000);
    setInterval(() => {
      if (document.hidden || now() > heardAt() + 8000) return; // zkdash is silent: nothing is known to move on
      [view.since, view.until] = [now() - span, now()];
      for (const plot of plots.values()) plot.move();
    }, step);
    setInterval(() => {
      const steps = [...plots.values()].map((plot) => plot.body?.step_ms ?? Infinity);
      if (document.hidden || now() - asked < Math.max(FETCH_MS, Math.min(...steps))) return;
      asked = now();
      follow();
    }, 1000);
  }

  const redraw = () => { for (const plot of plots.values()) plot.recolour(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
