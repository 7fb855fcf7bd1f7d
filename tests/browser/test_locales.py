"""What scripts write is in the reader's locale as what the server writes: charts, times that count on, ranges."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import CHROMIUM, OpenPage
from tests.support.zkdash_process import ZkDashProcess
from zkdash.web.figures import number
from zkdash.web.locales import OFFERED
from zkdash.web.localised import localised

GERMAN = Path("/usr/lib/chromium/locales/de.pak")
WIDE = {"width": 1280, "height": 900}
WORDS = """async values => {
    const source = [...document.scripts].find(one => one.src.includes('/js/charts/page.js')).src;
    const { words } = await import(source.replace('page.js', 'data.js'));
    return values.map(([value, unit, short]) => words(value, unit, short));
}"""
VALUES = [[1_234_567, "", False], [1_234_567, "", True], [1536, "B", False], [1234.5, "ms", False], [0.25, "ms", False]]
GROUPED = """([tags, values]) => Object.fromEntries(Intl.NumberFormat.supportedLocalesOf(tags).map(tag =>
    [tag, values.map(value => new Intl.NumberFormat(`${tag}-u-nu-latn`).format(value).replace(/\\D/g, '_'))]))"""


def open_in(open_page: OpenPage, locale: str) -> Page:
    return open_page(locale=locale, timezone_id="Europe/Berlin", viewport=WIDE, reduced_motion="reduce")


@pytest.mark.parametrize(
    ("locale", "written", "clock"),
    [
        ("de-DE", ["1.235.000", "1,23M", "1,5 KiB", "1,235 s", "0,25 ms"], r"\d\d:\d\d:\d\d"),
        ("en-IN", ["12,35,000", "1.23M", "1.5 KiB", "1.235 s", "0.25 ms"], r"\d{1,2}:\d\d:\d\d\s[ap]m"),
        ("hi-IN", ["12,35,000", "1.23M", "1.5 KiB", "1.235 s", "0.25 ms"], r"\d{1,2}:\d\d:\d\d\s(am|pm)"),
    ],
)
def test_charts_and_times_that_count_on(
    site: ZkDashProcess, open_page: OpenPage, locale: str, written: list[str], clock: str
) -> None:
    page = open_in(open_page, locale)
    page.goto(site.url("/clusters/prod/charts?range=15m"))
    assert page.evaluate(WORDS, VALUES) == written
    chart = page.locator("#chart-znode_count")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-state", re.compile("drawn|empty"))
    page.goto(site.url("/clusters/gone"))
    lasts = page.locator("time[data-as=for]").first
    before = lasts.inner_text()
    expect(lasts).not_to_have_text(before, timeout=70_000)
    assert re.fullmatch(r"\d+ (s|min|h)( \d+ (s|min))?", lasts.inner_text())
    expect(page.locator("#events time").first).to_have_text(re.compile(f"^{clock}$"))


def test_scripts_group_digits_as_the_server_does_in_every_locale_that_the_browser_knows(
    site: ZkDashProcess, page: Page
) -> None:
    page.goto(site.url("/"))
    values = [999, 1234, 12_345, 1_234_567]
    theirs = page.evaluate(GROUPED, [list(OFFERED), values])
    assert len(theirs) > 50
    ours = {
        tag: [re.sub(r"\D", "_", re.sub("&#44;", ",", localised(str(number(one)), tag))) for one in values]
        for tag in theirs
    }
    assert ours == theirs


def test_a_german_reader_chooses_a_range_and_gets_it(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_in(open_page, "de-DE")
    for path in ("/timeline", "/clusters/prod/charts"):
        page.goto(site.url(path))
        page.get_by_text("Own", exact=True).click()
        page.get_by_label("From", exact=True).fill("2026-11-03T12:00")
        page.get_by_label("to", exact=True).fill("2026-11-03T13:30")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"from=2026-11-03T12%3A00(%3A00)?&to=2026-11-03T13%3A30"))
        expect(page.locator("#problems")).to_have_count(0)
        expect(page.get_by_label("From", exact=True)).to_have_value(re.compile("2026-11-03T12:00"))


@pytest.mark.skipif(not GERMAN.is_file(), reason="needs a Chromium in German: apt-get install chromium-l10n")
def test_a_german_types_the_day_first(site: ZkDashProcess, browser: Browser) -> None:
    """A browser's fields are in its own language, whatever a page asks for."""
    words = {"LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8"}
    german = browser.browser_type.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--lang=de"], env={**os.environ, **words}
    )
    try:
        page = german.new_page(locale="de-DE")
        for path in ("/timeline", "/clusters/prod/charts"):
            page.goto(site.url(path))
            page.get_by_text("Own", exact=True).click()
            for label, keys in (("From", ["0311", "2026", "120000"]), ("to", ["0311", "2026", "133000"])):
                page.get_by_label(label, exact=True).focus()
                for part in keys:
                    page.keyboard.type(part)
                    if part == "2026":
                        page.keyboard.press("ArrowRight")  # a year may have more digits
            page.keyboard.press("Enter")
            expect(page).to_have_url(re.compile(r"from=2026-11-03T12%3A00(%3A00)?&to=2026-11-03T13%3A30"))
            expect(page.locator("#problems")).to_have_count(0)
    finally:
        german.close()
