// Says whether the page is live and how old what it shows is; polls while there is no websocket.
import { set, heardAt } from "./lib/clock.js";
import { clock, span } from "./time.js";

const LATE_MS = 7500; // zkdash says every 5 s that it is there; from here on the page says how old it is
const DEAD_MS = 15000; // the websocket is no help: poll
const POLL_MS = 5000;
const GRACE_MS = 2500; // for connecting, before it is worth a word

const root = document.documentElement;
const shown = document.getElementById("live");
const text = document.getElementById("live-text");
const poller = document.getElementById("poll");
const announcer = document.getElementById("announcer");

let open = false; // the websocket is
let answered = false; // the last poll was
let heard = performance.now(); // when zkdash was last heard, on this page's own clock
let quietUntil = performance.now() + GRACE_MS;
let spoke = 0; // when the websocket did last
let asked = 0; // when the last poll was sent
let state = "";

function hear(serverNow) {
  heard = performance.now();
  if (serverNow) {
    set(serverNow);
    document.dispatchEvent(new CustomEvent("zkdash:clock"));
  }
  update();
}

function judge() {
  const age = performance.now() - heard;
  if (open && age < DEAD_MS) return age < LATE_MS ? ["live", "live"] : ["late", `live, ${span(age / 1000)} ago`];
  if (performance.now() < quietUntil) return ["off", "connecting"];
  if (answered && age < POLL_MS + LATE_MS) return ["polling", "not live: polling every 5 s"];
  return ["gone", `no answer from zkdash since ${clock(new Date(heardAt()))}`];
}

function update() {
  const [now, words] = judge();
  if (text.textContent !== words) text.textContent = words;
  if (now === state) return;
  const before = state;
  state = shown.dataset.state = root.dataset.live = now;
  document.dispatchEvent(new CustomEvent("zkdash:live"));
  if (now === "gone" || now === "polling") announcer.textContent = words;
  if (now === "live" && (before === "gone" || before === "polling")) announcer.textContent = "live again";
}

function poll() {
  const needed = !open || performance.now() - heard > DEAD_MS;
  if (needed && !document.hidden) poller.dispatchEvent(new CustomEvent("zkdash:poll"));
}

document.addEventListener("htmx:ws:after:connection", (event) => { open ||= event.target.id === "socket"; });
document.addEventListener("htmx:ws:close", (event) => {
  if (!open || event.target.id !== "socket") return; // one more try to connect that failed
  open = answered = false;
  quietUntil = performance.now() + GRACE_MS;
  poll();
  update();
});
document.addEventListener("htmx:ws:before:message:incoming", (event) => {
  const { data } = event.detail.message;
  spoke = performance.now();
  hear(data.startsWith("{") ? JSON.parse(data).now : 0);
});
poller.addEventListener("zkdash:poll", () => { asked = performance.now(); });
document.addEventListener("htmx:before:response", (event) => {
  if (event.target.matches?.("#poll, #node-poll") && spoke > asked) event.preventDefault(); // it may be older than what the websocket said
});
poller.addEventListener("htmx:after:request", (event) => {
  const { status, headers } = event.detail.ctx.response;
  answered = status === 200;
  if (answered) hear(Number(headers.get("Zkdash-Now")));
});
for (const failure of ["htmx:error", "htmx:response:error"]) {
  poller.addEventListener(failure, () => { answered = false; update(); });
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) quietUntil = performance.now() + GRACE_MS;
  update();
});
setInterval(poll, POLL_MS);
setInterval(update, 1000);
update();
