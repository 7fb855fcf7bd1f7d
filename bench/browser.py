"""From a transition to a browser's DOM, with one viewer and with a thousand: real Chromium, zkdash's whole site.

A script in the page notes when the card's state changes, by the same clock as the server's. With more viewers the
others are bare sockets in another process.
"""

from __future__ import annotations

from contextlib import ExitStack

from playwright.sync_api import sync_playwright

from bench import report
from bench.report import Curve
from bench.viewers import PATH, process

CHROMIUM = "/usr/bin/chromium"
UNITS = {"DOM": "ms"}
CHANGES = 20
WATCH = """() => {
  window.seen = [];
  new MutationObserver(() => {
    const state = document.getElementById("cluster-c0")?.dataset.state;
    if (state !== window.was) { window.was = state; window.seen.push(performance.timeOrigin + performance.now()); }
  }).observe(document.body, {subtree: true, childList: true, attributes: true});
  window.was = document.getElementById("cluster-c0").dataset.state;
}"""


def measure(others: int, changes: int) -> list[dict[str, float]]:
    with ExitStack() as stack:
        server = stack.enter_context(process("bench.live_server", "zkdash"))
        port = server.read()[0]
        if others:
            stack.enter_context(process("bench.live_viewers", port, str(others), PATH)).read()
        chromium = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        stack.callback(chromium.close)
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("[data-live=live], #cluster-c0")
        page.wait_for_timeout(1_000)
        page.evaluate(WATCH)
        found = []
        for change in range(changes + 1):
            server.write()
            at_ms = float(server.read()[3])
            page.wait_for_timeout(300)
            seen = page.evaluate("window.seen")
            assert len(seen) == change + 1, f"{len(seen)} changes seen instead of {change + 1}"
            if change:  # the first was the warm-up
                found.append({"DOM": seen[-1] - at_ms})
        return found


def main() -> None:
    options = report.arguments("browser", counts="1,100,1000,10000")
    report.many_files()
    for others in (int(count) - 1 for count in options.counts.split(",")):
        title = f"A transition in the DOM, {others + 1:,} viewers"
        if report.known(title):
            continue
        report.tell(title)
        found = measure(others, 5 if options.quick else CHANGES)
        report.table(title, {"zkdash": found}, UNITS, curve=Curve("viewers, DOM", others + 1, ("DOM",)))
        times = sorted(run["DOM"] for run in found)
        print(f"p99 (the worst of {len(times)}): {times[-1]:.3g} ms")


if __name__ == "__main__":
    main()
