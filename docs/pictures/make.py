"""Makes the pictures of README.md and docs/tour.md: real servers, with one lost and one suspended.

make pictures
"""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from docs.pictures.scene import LOST, SUSPENDED, Scene, scene

FOLDER = Path(__file__).parent
SETTLED_S = 75.0


def main() -> None:
    with scene() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        time.sleep(SETTLED_S)
        take_overview(browser, running)
        take_tour(browser, running.url)
        browser.close()


def take_overview(browser: Browser, running: Scene) -> None:
    """Bring the trouble about and take the overview in both themes."""
    page = browser.new_page(viewport={"width": 1200, "height": 640}, device_scale_factor=1.5)
    page.goto(running.url)
    running.lost.kill()
    expect(page.locator(f"#cluster-{LOST}[data-state=LOST]")).to_be_visible(timeout=30_000)
    running.suspended.kill()
    expect(page.locator(f"#cluster-{SUSPENDED}[data-state=SUSPENDED]")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(5_000)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
        page.screenshot(path=FOLDER / f"overview-{scheme}.png")
    page.close()


def take_tour(browser: Browser, url: str) -> None:
    """The stations of docs/tour.md, one after the other."""
    page = browser.new_page(viewport={"width": 1100, "height": 620}, color_scheme="light", reduced_motion="reduce")
    station(page, "cluster", f"{url}/clusters/{LOST}")
    page.goto(f"{url}/timeline?range=1h&cluster={LOST}&state=LOST")
    page.locator(".event__when").first.click()
    page.get_by_role("link", name="What happened").click()
    expect(page.locator("#story")).to_be_visible()
    page.screenshot(path=FOLDER / "tour-story.png")
    station(page, "alerts", f"{url}/alerts")
    station(page, "timeline", f"{url}/timeline?range=6h")
    station(page, "znode", f"{url}/clusters/orders-kafka/znodes/apps/shop/config")
    page.keyboard.press("Control+k")
    page.keyboard.type("kafka")
    expect(page.locator("#go-hits")).to_contain_text("Kafka, orders: State")
    page.screenshot(path=FOLDER / "tour-go.png")
    page.close()


def station(page: Page, name: str, url: str) -> None:
    page.goto(url)
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.screenshot(path=FOLDER / f"tour-{name}.png")


if __name__ == "__main__":
    main()
