"""Takes every page in both themes at three widths, for looking at: a phone's, a desk's and a wall's.

make screenshots                         into .screenshots/
make screenshots ARGS="--only timeline"  only pages with that in their name
python -m docs.pictures.screenshots --url http://…   of a zkdash that runs already
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from docs.pictures.scene import LOST, scene

WIDTHS = {360: 780, 1280: 900, 2560: 1440}
SETTLED_S = 20.0
MAX_HEIGHT = 4000

PAGES = {
    "overview": "/",
    "overview-empty": "EMPTY/",
    "cluster": "/clusters/orders-kafka",
    "cluster-lost": f"/clusters/{LOST}",
    "server": "/clusters/orders-kafka/servers/SERVER",
    "availability": "/clusters/staging/availability",
    "charts": "/clusters/orders-kafka/charts",
    "clients": "/clusters/orders-kafka/clients",
    "usage": "/clusters/orders-kafka/usage",
    "znodes": "/clusters/orders-kafka/znodes/",
    "znode-json": "/clusters/orders-kafka/znodes/apps/shop/config",
    "znode-hex": "/clusters/orders-kafka/znodes/apps/shop/logo.png",
    "znode-children": "/clusters/orders-kafka/znodes/brokers/topics?tab=children",
    "znode-stat": "/clusters/orders-kafka/znodes/apps?tab=stat",
    "znode-acl": "/clusters/orders-kafka/znodes/apps?tab=acl",
    "znode-holder": "/clusters/orders-kafka/znodes/apps?tab=holder",
    "znode-missing": "/clusters/orders-kafka/znodes/nowhere",
    "znodes-lost": f"/clusters/{LOST}/znodes/",
    "search": "/search?name=orders&cluster=orders-kafka",
    "compare": "/compare",
    "timeline": "/timeline?range=6h",
    "timeline-bad": "/timeline?range=own&from=yesterday",
    "timeline-empty": "/timeline?range=1h&state=LOST&cluster=flink",
    "event": "/timeline/events/EVENT",
    "story": "/timeline/events/EVENT/story",
    "alerts": "/alerts",
    "alerts-empty": "EMPTY/alerts",
    "incident": "/alerts/incidents/1",
    "history": "/alerts/history",
    "deliveries": "/alerts/deliveries",
    "silences": "/alerts/silences",
    "silence-new": "/alerts/silences/new?clusters=hbase",
    "route": "/alerts/routes/on-call",
    "go": "/go?q=orders",
    "keys": "/keys",
    "glossary": "/glossary",
    "api": "/api/docs",
    "nothing": "/nothing/here",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--into", type=Path, default=Path(".screenshots"), help="the folder (%(default)s)")
    parser.add_argument("--only", default="", help="only pages with this in their name")
    parser.add_argument("--url", help="of a zkdash that runs; without it one is started, with trouble")
    parser.add_argument("--empty-url", default="", help="of one without clusters")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    with sites(options) as (url, empty_url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        count = take(browser, url, empty_url, options)
        browser.close()
    print(f"{count} pictures in {options.into}")


@contextlib.contextmanager
def sites(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The addresses of a zkdash in trouble and of an empty one."""
    if options.url:
        yield options.url, options.empty_url
        return
    with scene() as running:
        time.sleep(SETTLED_S)
        running.trouble()
        time.sleep(SETTLED_S)
        yield running.url, running.empty_url


def take(browser: Browser, url: str, empty_url: str, options: argparse.Namespace) -> int:
    """Take them all; a page that doesn't come up is said, and the others are taken."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{url}/clusters/orders-kafka")
    server = page.locator(".server__name a").first.inner_text()
    page.goto(f"{url}/timeline?range=6h&cluster={LOST}&state=LOST")
    event = (page.locator(".event__when").first.get_attribute("href") or "").rpartition("/")[2]
    page.close()
    count = 0
    for width, height in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
        for name, path in PAGES.items():
            if options.only not in name or (path.startswith("EMPTY") and not empty_url):
                continue
            site = empty_url if path.startswith("EMPTY") else url
            path = path.removeprefix("EMPTY").replace("SERVER", server).replace("EVENT", event)
            page.set_viewport_size({"width": width, "height": height})
            page.goto(site + path)
            expect(page.get_by_role("main")).to_be_visible()
            tall = int(page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": min(max(tall, height), MAX_HEIGHT)})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
                page.screenshot(path=options.into / f"{name}-{width}-{theme}.png")
                count += 1
        page.close()
    return count


if __name__ == "__main__":
    main()
