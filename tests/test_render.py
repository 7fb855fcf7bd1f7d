"""Templates, addresses and static files."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.site import Site, running_site
from zkdash.errors import StartError
from zkdash.web import filters, urls
from zkdash.web.assets import Assets, shipped
from zkdash.web.render import assets_root, environment, icon

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


def test_templates_escape_and_miss_nothing_silently() -> None:
    template = environment().from_string('{{ text }}<a title="{{ text }}">')
    assert template.render(text="<b>'\"&") == '&lt;b&gt;&#39;&#34;&amp;<a title="&lt;b&gt;&#39;&#34;&amp;">'
    with pytest.raises(jinja2.UndefinedError):
        template.render()


def test_every_template_compiles() -> None:
    names = environment().list_templates()
    assert len(names) > 20
    for name in names:
        environment().get_template(name)


def test_no_template_has_inline_script_or_style() -> None:
    for path in (assets_root() / "templates").rglob("*.html"):
        text = path.read_text()
        for forbidden in ("<style", " style=", "<script>", " onclick=", " onload=", "hx-on", "javascript:", "|safe"):
            assert forbidden not in text, f"{path} has {forbidden}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1))
def test_an_address_of_a_znode_gives_its_names_back(name: str) -> None:
    url = urls.url_for_znode("prod", f"/a/{name}")
    assert url.isascii()
    assert urlsplit(f"http://h{url}").path == url
    assert [unquote(part) for part in url.split("/")] == ["", "clusters", "prod", "znodes", "a", name]


def test_addresses_leave_out_filters_that_are_empty() -> None:
    assert urls.url_for_timeline() == "/timeline"
    assert urls.url_for_timeline(cluster=["a", "b"], state=(), range="6h", before=None) == (
        "/timeline?cluster=a&cluster=b&range=6h"
    )


@pytest.mark.parametrize(
    ("ms", "text"),
    [(None, "–"), (0, "0 s"), (350, "0.3 s"), (4_000, "4 s"), (9_949, "9.9 s"), (9_951, "10 s"), (12_400, "12 s"),
     (192_000, "3 min 12 s"), (3_600_000, "1 h"), (7_500_000, "2 h 5 min"), (187_200_000, "2 d 4 h"), (40, "40 ms"),
     (-5, "0.0 s")],
)  # fmt: skip
def test_durations_are_written_in_at_most_two_units(ms: int | None, text: str) -> None:
    assert filters.duration(ms) == text


def test_times_are_utc_and_never_fail() -> None:
    assert filters.time(1_750_000_000_123) == (
        '<time datetime="2025-06-15T15:06:40.123Z">2025-06-15 15:06:40 UTC</time>'
    )
    assert filters.time(None) == "–"
    assert filters.iso(-1) == "1969-12-31T23:59:59.999Z"
    assert filters.iso(2**63) == str(2**63)
    assert filters.iso(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"
    assert filters.iso(253_402_300_799_999) == "9999-12-31T23:59:59.999Z"
    assert filters.iso(253_402_300_800_000) == "253402300800000"


def test_moments_in_a_sentence_become_times() -> None:
    assert filters.timed("<b> since 2026-11-26T01:31:34.667Z, 2026-11-26T01:31:34Z.") == (
        '&lt;b&gt; since <time datetime="2026-11-26T01:31:34.667Z" data-as="clock">2026-11-26 01:31:34 UTC</time>, '
        '<time datetime="2026-11-26T01:31:34.000Z" data-as="clock">2026-11-26 01:31:34 UTC</time>.'
    )
    assert filters.timed("no time") == "no time"
    assert filters.timed("2026-19-39T29:00:00Z is none") == "2026-19-39T29:00:00Z is none"


def test_ids_are_written_as_zookeepers_tools_do() -> None:
    assert filters.hex_id(-2) == "0xfffffffffffffffe"
    assert filters.hex_id(0x100010001) == "0x100010001"


async def test_a_page_is_whole_and_htmx_gets_its_content_alone(site: Site) -> None:
    whole = await site.text("/timeline")
    assert whole.startswith("<!doctype html>")
    piece = await site.text("/timeline", headers=HTMX)
    assert 'id="filters"' in piece
    assert "<html" not in piece
    for headers in ({**HTMX, "HX-Boosted": "true"}, {**HTMX, "HX-Request-Type": "full"}):
        assert (await site.text("/timeline", headers=headers)).startswith("<!doctype html>")


async def test_static_files_are_for_ever_under_an_address_that_changes_with_them(site: Site) -> None:
    url = shipped().url("css/base.css")
    async with site.client.get(url, headers={"Accept-Encoding": "identity"}) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert await answer.read() == (assets_root() / "static/css/base.css").read_bytes()
    async with site.client.get(url, auto_decompress=False) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await answer.read()) == (assets_root() / "static/css/base.css").read_bytes()
    async with site.client.get("/static/older/css/base.css") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["css/none.css", "../pyproject.toml", "%2e%2e/pyproject.toml", "vendor/.lock", ""])
async def test_only_files_of_static_are_served(site: Site, name: str) -> None:
    await site.text(f"/static/{shipped().version}/{name}", 404)


def test_another_file_makes_another_address(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    style = tmp_path / "a.css"
    style.write_text("a {}")
    first = Assets(tmp_path).url("a.css")
    style.write_text("b {}")
    assert Assets(tmp_path).url("a.css") != first
    with pytest.raises(KeyError):
        Assets(tmp_path).url("b.css")


def test_missing_browser_files_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="make setup"):
        Assets(tmp_path)


def test_an_icon_is_for_the_eye_only() -> None:
    assert 'aria-hidden="true"' in icon("copy")
    assert "<!--" not in icon("copy")
