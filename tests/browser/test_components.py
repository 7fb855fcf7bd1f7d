"""Every component in every state: photographed twice and the same, accessible, told apart without colours."""

from __future__ import annotations

import base64
import itertools
import re
import time
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.support.axe import violations
from tests.support.spills import SPILLS, fits
from tests.support.zkdash_process import ZkDashProcess
from zkdash.web.wire import partial

OpenPage = Callable[..., Page]
MOVING = ".top, .side, time[data-as=ago], time[data-as=for]"
EMPTY = {
    "/": "zkdash prod=zk1:2181",
    "/timeline": "how to add one",
    "/alerts": "how to add one",
    "/compare": "how to add one",
    "/search": "how to add one",
}
"""What pages say before there is a cluster."""
MANY_PIXELS = 200
"""Rounded corners are not drawn alike each time."""
DIFFERENT_PIXELS = """async pictures => {
    const [one, other] = await Promise.all(pictures.map(async text => {
        const bytes = Uint8Array.from(atob(text), each => each.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes]));
        const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
    }));
    if (one.width !== other.width || one.height !== other.height) return Infinity;
    return one.data.reduce((count, value, index) => count + (Math.abs(value - other.data[index]) > 16), 0);
}"""
CONTRASTS: tuple[Literal["no-preference", "more"], ...] = ("no-preference", "more")
SHOWN_AFTER = """one => {
    one.classList.remove('waits');
    getComputedStyle(one).visibility;
    one.classList.add('waits');
    const [wait] = one.getAnimations();
    wait.pause();
    return [0, 299, 301].map(ms => { wait.currentTime = ms; return getComputedStyle(one).visibility; });
}"""
FLOOD = 400
"""So many clusters are lost at once."""
DEFICIENCIES = ("achromatopsia", "deuteranopia", "protanopia", "tritanopia")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash without clusters that shows its components."""
    config = "[web]\nlisten = 127.0.0.1:0\ncomponents = yes\n"
    process = ZkDashProcess(tmp_path_factory.mktemp("components"), config).start(60)
    yield process
    process.close()


@pytest.fixture
def gallery(site: ZkDashProcess, open_page: OpenPage) -> Page:
    page = open_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(site.url("/components"))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    return page


def shot(page: Page) -> bytes:
    page.evaluate("document.fonts.ready.then(() => true)")
    return page.screenshot(full_page=True, mask=[page.locator(MOVING)], animations="disabled")


def different_pixels(page: Page, one: bytes, other: bytes) -> float:
    return float(page.evaluate(DIFFERENT_PIXELS, [base64.b64encode(picture).decode() for picture in (one, other)]))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_two_photographs_of_all_components_are_the_same(gallery: Page, site: ZkDashProcess, theme: str) -> None:
    gallery.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
    before = shot(gallery)
    gallery.goto(site.url("/components"))
    assert different_pixels(gallery, before, shot(gallery)) < MANY_PIXELS
    gallery.emulate_media(color_scheme="dark" if theme == "light" else "light", reduced_motion="reduce")
    assert different_pixels(gallery, before, shot(gallery)) > MANY_PIXELS


def test_axe_finds_nothing_in_any_component(gallery: Page) -> None:
    for contrast in CONTRASTS:
        gallery.emulate_media(contrast=contrast)
        assert violations(gallery) == {}, contrast


def test_no_component_spills_over_at_any_width(gallery: Page) -> None:
    """320 is also what 1280 is at 400 % zoom, and 640 at 200 %; 3840 is a wall of screens."""
    for width in (320, 360, 640, 1280, 2560, 3840):
        gallery.set_viewport_size({"width": width, "height": 900})
        fits(gallery, width)
        assert gallery.evaluate(SPILLS) == [], width


def test_states_are_told_apart_by_whoever_sees_no_colours(gallery: Page) -> None:
    cdp = gallery.context.new_cdp_session(gallery)
    for deficiency in DEFICIENCIES:
        cdp.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        shapes = [each.screenshot() for each in gallery.locator("#state .glyph").all()]
        words = gallery.locator("#state .state__word").all_inner_texts()
        assert len(shapes) == len(set(shapes)) == len(set(words)) == 5, deficiency


def test_forced_colours_keep_shapes_and_words(open_page: OpenPage, site: ZkDashProcess) -> None:
    page = open_page(forced_colors="active", viewport={"width": 1280, "height": 900})
    page.goto(site.url("/components"))
    shapes = [each.screenshot() for each in page.locator("#state .glyph").all()]
    assert len(set(shapes)) == 5
    bars = page.locator("#swimlane .lane__bar")
    assert len({bar.screenshot() for bar in bars.all()}) >= 4


def test_screen_readers_are_not_flooded(site: ZkDashProcess, open_page: OpenPage) -> None:
    """Hundreds of transitions arrive within seconds: some are told, at most one in four seconds, and the last one."""
    sockets: list[WebSocketRoute] = []
    page = open_page(reduced_motion="reduce")
    page.route_web_socket(re.compile(r"/live\?"), lambda socket: sockets.append(socket))
    page.goto(site.url("/components"))
    page.evaluate("""() => {
        window.said = [];
        const announcer = document.getElementById('announcer');
        const heard = () => window.said.push([announcer.textContent, performance.now()]);
        new MutationObserver(heard).observe(announcer, {childList: true});
    }""")
    began = time.monotonic()
    for number in range(1, FLOOD + 1):
        sockets[0].send(partial("news", f"<p>cluster-{number} is lost. {number} lost.</p>", "innerHTML"))
    last = f"cluster-{FLOOD} is lost. {FLOOD} lost."
    expect(page.locator("#news")).to_have_text(last, timeout=20_000)
    took_s = time.monotonic() - began
    expect(page.locator("#announcer")).to_have_text(last, timeout=8000)
    said = page.evaluate("window.said")
    assert len(said) <= 2 + took_s / 4, said
    assert all(after - before >= 3900 for (_, before), (_, after) in itertools.pairwise(said))
    assert said[-1][0] == last


def test_what_says_that_one_waits_shows_after_300_ms(gallery: Page) -> None:
    gallery.emulate_media(reduced_motion="no-preference")
    assert gallery.locator("#loading .waits").evaluate(SHOWN_AFTER) == ["hidden", "hidden", "visible"]


def test_pages_without_a_cluster_say_how_to_add_one(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 800}, reduced_motion="reduce")
    for path, words in EMPTY.items():
        page.goto(site.url(path))
        expect(page.get_by_role("main")).to_contain_text(words)
        assert violations(page) == {}, path
        fits(page, 360)
