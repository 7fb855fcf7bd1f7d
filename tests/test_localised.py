"""Numbers, dates and times in the reader's locale: what is drawn once for everybody, put into each one's own."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from babel import Locale

from tests.support.site import Site, running_site
from zkdash.web import filters
from zkdash.web.assets import assets_root
from zkdash.web.figures import figures, number, utc
from zkdash.web.inert import inert
from zkdash.web.locale_choice import names
from zkdash.web.locales import COOKIE, OFFERED, asked_for
from zkdash.web.localised import localised
from zkdash.web.render import environment

AT_MS = 1_794_500_405_000
"""2026-11-12 16:20:05 UTC"""
HERE = {"Sec-Fetch-Site": "same-origin"}
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


@pytest.mark.parametrize(
    ("tag", "written", "part", "when"),
    [
        ("en", "1&#44;234&#44;567&#46;5", "99&#46;98 &#37;", "2026-11-12 16:20:05"),
        ("de", "1.234.567,5", "99,98\N{NO-BREAK SPACE}%", "12.11.2026, 16:20:05"),
        ("en-US", "1,234,567.5", "99.98%", "Nov 12, 2026, 4:20:05\N{NARROW NO-BREAK SPACE}PM"),
        ("en-IN", "12,34,567.5", "99.98%", "12 Nov 2026, 4:20:05\N{NARROW NO-BREAK SPACE}pm"),
        (
            "fr",
            "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567,5",
            "99,98\N{NO-BREAK SPACE}%",
            "12 nov. 2026, 16:20:05",
        ),
        ("pt", "1.234.567,5", "99,98%", "12 de nov. de 2026 16:20:05"),
        ("tr", "1.234.567,5", "%99,98", "12 Kas 2026 16:20:05"),
        ("ar", "1,234,567.5", None, None),  # in Latin digits, as all that stands beside them
        ("fa", "1,234,567.5", None, None),
    ],
)
def test_a_locale_writes_numbers_parts_and_times_its_own_way(
    tag: str, written: str, part: str | None, when: str | None
) -> None:
    assert localised(str(number(1_234_567.5)), tag) == written
    if part is not None and when is not None:
        assert localised(str(figures("99.98 %")), tag) == part
        assert f">{when} UTC</time>" in localised(str(filters.time(AT_MS, "clock")), tag)
        assert localised(f"since {utc(AT_MS)}", tag) in (f"since {when} UTC", f"since {utc(AT_MS)}")


@pytest.mark.parametrize("tag", ["es", "pl", "pt-PT", "it"])
def test_four_digits_are_not_grouped_where_nobody_groups_them(tag: str) -> None:
    assert localised(str(number(1_234.5)), tag) == "1234,5"
    assert re.sub(r"\D", "_", localised(str(number(12_345)), tag)) == "12_345"
    assert localised(str(number(1_234)), "es-MX") == "1,234"


@pytest.mark.parametrize("tag", OFFERED)
def test_every_locale_that_is_offered_is_known_and_has_latin_digits_alone(tag: str) -> None:
    assert names()[tag]
    assert Locale.parse(tag, sep="-").language == tag.partition("-")[0]
    told = localised(f"{number(1_234_567.5)} {figures('100 %')} {filters.time(AT_MS)}", tag)
    assert {each for each in told if each.isdecimal()} <= set("0123456789")


def test_in_english_nothing_is_done_and_browsers_read_the_marks_as_the_signs_they_are() -> None:
    source = '<p title="{{ 2500|number }}">{{ count(2000, "znode") }} in {{ 400|duration }}'
    drawn = environment().from_string(source).render()
    assert localised(drawn, "en") is drawn
    assert drawn == '<p title="2&#44;500">2&#44;000 znodes in 0&#46;4 s'
    assert localised(drawn, "de") == '<p title="2.500">2.000 znodes in 0,4 s'


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("zk-1:2181 is 1,204 transactions behind.", "zk-1:2181 is 1.204 transactions behind."),
        ("up 3.2 s, 12.5 % of it", "up 3,2 s, 12,5\N{NO-BREAK SPACE}% of it"),
        ("10.0.0.1:2181 runs 3.8.4, /a/1,234 has x=1,000 and [::1]", None),
        ("1,23 and 1,2345 and 1.5 apples and v1.5 s", None),
        ("1.5 KiB (1,536 bytes)", "1,5 KiB (1.536 bytes)"),
        ("–", None),
        ("-1,204", "-1.204"),
    ],
)
def test_in_sentences_only_what_must_be_a_number_is_one(text: str, german: str | None) -> None:
    assert localised(str(figures(text)), "de") == (german or text)


def test_nobody_s_text_is_taken_for_a_number() -> None:
    theirs = '1&#44;234 <time datetime="x">2026-01-01 00:00:00 UTC</time> data-locale="en"'
    drawn = environment().from_string("{{ text }}").render(text=theirs)
    assert localised(drawn, "de") == drawn


def test_long_rows_of_digits_take_no_longer_than_others() -> None:
    began = time.process_time()
    localised("1" * 500_000 + "&#46;", "de")
    localised("1&#44;111" * 50_000, "de")
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("en-US,en;q=0.9", "en-US"),
        ("fr;q=0.5, pt-BR;q=0.9", "pt"),
        ("tlh, de-CH;q=0.1", "de-CH"),
        ("zh-Hant-TW", "zh-TW"),
        ("no", "nb"),
        ("en;q=0, de", "de"),
        ("*", "en"),
        ("", "en"),
        ("../../etc/passwd", "en"),
        ("de_DE", "en"),
        ("de;q=7", "en"),
        ("de,\x00", "en"),
        ("٣", "en"),
        ("de," * 100, "en"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_a_browser_asks_for_is_understood_and_what_is_no_language_is_english(header: str, tag: str) -> None:
    assert asked_for(header) == tag


async def test_a_page_is_in_the_locale_of_who_asks_and_is_not_mixed_up_with_another(site: Site) -> None:
    tags = {"en": "", "de": "de", "en-US": "en-US,en;q=0.5"}
    for _ in range(2):  # the second time they are kept
        for tag, header in tags.items():
            for encoding in ("gzip", "identity"):
                headers = {"Accept-Language": header, "Accept-Encoding": encoding}
                async with site.client.get("/", headers=headers) as answer:
                    text = await answer.text()
                assert re.findall(r'data-locale="([^"]+)"', text) == [tag]
                assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))
                assert re.search(r'data-as="clock">\d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d UTC<', text) is None or tag == "de"


async def test_what_somebody_chose_goes_before_what_their_browser_asks_for(site: Site) -> None:
    form = {"locale": "en-IN", "of": "/glossary"}
    async with site.client.post("/locale", data=form, headers=HERE, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/glossary")
        assert answer.cookies[COOKIE].value == "en-IN"
    async with site.client.get("/locale", headers=GERMAN) as answer:
        text = await answer.text()
    assert "12,34,567.5" in text
    assert '<option value="en-IN" selected>' in text
    assert "what my browser asks for: German" in text
    form = {"locale": "", "of": "https://elsewhere.example/"}
    async with site.client.post("/locale", data=form, headers=HERE) as answer:
        assert answer.url.path == "/locale"
    async with site.client.get("/locale", headers=GERMAN) as answer:
        assert "1.234.567,5" in await answer.text()


async def test_a_locale_that_is_not_offered_is_refused_and_in_a_cookie_passed_over(site: Site) -> None:
    async with site.client.post("/locale", data={"locale": "../de", "of": ""}, headers=HERE) as answer:
        assert answer.status == 400
    async with site.client.get("/locale", headers={"Cookie": f"{COOKIE}=xx-YY"} | GERMAN) as answer:
        assert "1.234.567,5" in await answer.text()


async def test_a_live_push_is_in_the_locale_of_each_viewer(site: Site) -> None:
    async with (
        site.client.ws_connect("/live?topic=cluster/a", headers=GERMAN) as german,
        site.client.ws_connect("/live?topic=cluster/a") as english,
    ):
        for viewer in (german, english):
            assert 'id="facts"' in await viewer.receive_str(timeout=5)
            assert "now" in await viewer.receive_str(timeout=5)
        site["a"].drop()
        assert re.search(r">\d\d\.\d\d\.\d{4}, \d\d:\d\d:\d\d UTC<", await german.receive_str(timeout=5))
        assert re.search(r">\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC<", await english.receive_str(timeout=5))


async def test_what_programs_read_is_the_same_for_every_locale(site: Site) -> None:
    for address in ("/api/v1/clusters/a/availability", "/metrics", "/api/openapi.json"):
        async with site.client.get(address, headers=GERMAN) as answer:
            assert "Accept-Language" not in answer.headers.get("Vary", "")
            german = await answer.text()
        assert not re.search(r"\d{4}, \d\d:", german)


def test_a_shared_view_keeps_the_marks_for_its_readers_and_lets_nothing_else_through() -> None:
    kept = inert("<p>1&#44;234&#46;5 &lt;b&gt; &#60;script&#62; &amp;#44; &quot;</p>")
    assert kept == '<p>1&#44;234&#46;5 &lt;b&gt; &lt;script&gt; &amp;#44; "</p>'


def test_attributes_of_a_shared_view_keep_them_too() -> None:
    kept = inert(
        '<svg aria-label="99&#46;9 &#37; &#34;&amp;#44;&#34; \ufdd0 of 1&#44;234"><title>1&#44;234</title></svg>'
    )
    theirs = "&quot;&amp;#44;&quot; \N{REPLACEMENT CHARACTER}"
    german = localised(kept, "de")
    assert german == f'<svg aria-label="99,9\N{NO-BREAK SPACE}% {theirs} of 1.234"><title>1.234</title></svg>'


BARE = re.compile(
    r'"\{:[^}]*[,f]\}"\.format|%[.\d]*[fd]"\s*[|%]|\|format\('  # formatted in place
    r"|\|filesizeformat(?!\(true\)\|figures)"
    r"|\}\} ?(?:%|ms|KiB|MiB|bytes|seconds)(?![\w\"=])"  # a unit after what is no filter's
    r"|(?<![=\"])\{\{ [\w.]+\|(?:length|int|round(?:\(\d+\))?|sum) \}\}(?!\")"  # in an attribute it is for programs
    r"|toFixed\(\d\)\}? ?[A-Za-z%]|toLocaleString"
)


def test_no_template_writes_a_number_that_no_locale_reaches() -> None:
    found = [
        f"{path.name}:{line_no}: {match[0]}"
        for path in sorted((assets_root() / "templates").rglob("*.html"))
        for line_no, line in enumerate(path.read_text().splitlines(), 1)
        for match in BARE.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        '{{ "{:,}".format(x) }}',
        "<b>{{ x.all|length }}</b>",
        "{{ x|filesizeformat(true) }}",
        "{{ x }} %",
        "{{ x }} ms",
        '{{ "%.1f"|format(x) }}',
    ],
)
def test_the_test_before_would_find(template: str) -> None:
    assert BARE.search(template)
