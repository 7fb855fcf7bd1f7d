"""Makes the pictures of README.md and docs/tour.md: real servers, with one lost and one suspended.

make pictures
"""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from docs.pictures.scene import LOST, SUSPENDED, Scene, scene

FOLDER = Path(__file__).parent
SETTLED_S = 75.0


def main() -> None:
    with scene() as running:
        time.sleep(SETTLED_S)
        take(running)


def take(running: Scene) -> None:
    """Bring the trouble about and take the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
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
        browser.close()


if __name__ == "__main__":
    main()
