"""Takes every page in both themes at three widths, for looking at: a phone's, a desk's and a wall's.

make screenshots                         into .screenshots/
make screenshots ARGS="--only timeline"  only pages with that in their name
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TypeAlias

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from docs.pictures.scene import LOST, PASSWORD, Scene, scene
from docs.pictures.shots import KAFKA, SHOTS, Shot

WIDTHS = {360: 780, 1280: 900, 2560: 1440}
SETTLED_S = 20.0
TROUBLE_S = 75.0
"""Until the rules of servers have fired, too."""
MAX_HEIGHT = 4000
Window: TypeAlias = tuple[str, str, bool, int]
"""A zkdash's name, who is signed in to it, whether scripts run, and how wide it is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--into", type=Path, default=Path(".screenshots"), help="the folder (%(default)s)")
    parser.add_argument("--only", default="", help="only pages with this in their name")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    chosen = {name: shot for name, shot in SHOTS.items() if options.only in name}
    with scene() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        time.sleep(SETTLED_S)
        running.trouble()
        time.sleep(TROUBLE_S)
        count = Camera(browser, running, options.into).take(chosen)
        browser.close()
    print(f"{count} pictures in {options.into}")


class Camera:
    """Takes pictures of the zkdashes of a scene."""

    def __init__(self, browser: Browser, running: Scene, folder: Path) -> None:
        self._browser = browser
        self._sites = {"main": running.url, "empty": running.empty_url, "guarded": running.guarded_url}
        self._folder = folder
        self._contexts: dict[Window, BrowserContext] = {}

    def take(self, shots: dict[str, Shot]) -> int:
        """Take them all, each at every width and in both themes; gives how many pictures that are."""
        known = self._find(self._window(Shot("/"), 1280).new_page())
        count = 0
        for width, height in WIDTHS.items():
            for name, shot in shots.items():
                page = self._window(shot, width).new_page()
                page.set_viewport_size({"width": width, "height": height})
                self._show(page, shot, known)
                tall = int(page.evaluate("document.documentElement.scrollHeight"))
                page.set_viewport_size({"width": width, "height": min(max(tall, height), MAX_HEIGHT)})
                for theme in ("light", "dark"):
                    page.emulate_media(
                        color_scheme=theme,  # type: ignore[arg-type]  # one of the two
                        reduced_motion="reduce",
                        media="print" if shot.printed else "screen",
                    )
                    page.screenshot(path=self._folder / f"{name}-{width}-{theme}.png")
                    count += 1
                page.close()
        return count

    def _show(self, page: Page, shot: Shot, known: dict[str, str]) -> None:
        """Open the page and bring it into its state."""
        path = shot.path
        for word, value in known.items():
            path = path.replace(word, value)
        if shot.cut_off:
            page.route_web_socket("**/live?*", lambda socket: socket.close())
        if shot.cut_off == "all":
            page.route("**/live?*", lambda route: route.abort())
        page.goto(self._sites[shot.site] + path)
        expect(page.get_by_role("main").first).to_be_visible()
        if shot.do is not None:
            shot.do(page)

    def _window(self, shot: Shot, width: int) -> BrowserContext:
        """A window that is signed in as who the picture is of."""
        key = (shot.site, shot.who, shot.script, width)
        if key not in self._contexts:
            self._contexts[key] = context = self._browser.new_context(
                java_script_enabled=shot.script, reduced_motion="reduce"
            )
            if shot.who:
                page = context.new_page()
                page.goto(f"{self._sites[shot.site]}/sign-in")
                page.get_by_label("Name").fill(shot.who)
                page.get_by_label("Password").fill(PASSWORD)
                page.get_by_role("button", name="Sign in").click()
                expect(page.locator("#who")).to_be_visible()
                page.close()
        return self._contexts[key]

    def _find(self, page: Page) -> dict[str, str]:
        """What the words in capitals of the addresses stand for; a silence and two links are made."""
        url = self._sites["main"]
        page.goto(url + KAFKA)
        known = {"SERVER": page.locator(".server__name a").first.inner_text()}
        page.goto(f"{url}/timeline?range=6h&cluster={LOST}&state=LOST")
        known["LOST_EVENT"] = last_part(page.locator(".event__when").first.get_attribute("href"))
        page.goto(f"{url}/alerts/deliveries")
        known["DELIVERY"] = last_part(page.locator(".deliveries__what a").first.get_attribute("href"))
        page.goto(f"{url}/alerts/silences/new?clusters=flink&reason=The+switches+are+replaced&by=Ada")
        page.get_by_role("button", name="Silence", exact=True).click()
        expect(page.locator("#done")).to_be_visible()
        known["SILENCE"] = last_part(page.url)
        for word, password in {"SHARE": "", "LOCKED": PASSWORD}.items():
            page.goto(f"{url}/shares/new?of=/clusters/{LOST}")
            page.get_by_label("Title").fill("The archive, for the night shift")
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Make a link").click()
            known[word] = last_part(page.get_by_label("Link", exact=True).input_value())
        page.close()
        return known


def last_part(address: str | None) -> str:
    """What is after the last slash of an address, such as a number."""
    return (address or "").rpartition("/")[2]


if __name__ == "__main__":
    main()
