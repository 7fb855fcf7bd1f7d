"""What the fields of a search mean, and which znodes fit."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import cramjam
import lz4.frame
import pytest
from kazoo.protocol.states import ZnodeStat

from zkdash.web.api_crawls import end_of
from zkdash.web.render import fragment
from zkdash.web.search import SearchWish
from zkdash.znodes import searching, sizes
from zkdash.znodes.patterns import As
from zkdash.znodes.search import Age, Matcher, Search, excerpt, read
from zkdash.znodes.searching import SearchJob
from zkdash.zookeeper.crawl import Batch

NOW = 1_000_000_000
HOUR = 3_600_000


def stat(**facts: int) -> ZnodeStat:
    plain = dict.fromkeys(ZnodeStat._fields, 0) | {"ctime": NOW - 10 * HOUR, "mtime": NOW - HOUR} | facts
    return ZnodeStat(**plain)


def fits(search: Search, value: bytes | None = b"", **facts: int) -> bool:
    return Matcher(search, NOW).rest(value, stat(**facts)) is not None


def test_fields_are_read() -> None:
    typed = {
        "name": "a", "name_as": "glob", "data": "b", "data_as": "regex", "case": "1", "owner": "0x1F", "newer": "2h",
        "older": "1 min", "age": "created", "larger": "10k", "smaller": "1.5 MiB", "root": "/x/",
    }  # fmt: skip
    assert read(typed).search == Search(
        "a", As.GLOB, "b", As.REGEX, True, 31, 2 * HOUR, 60_000, Age.CREATED, 10_240, 1_572_864, "/x"
    )


def test_every_mistake_is_said_at_once() -> None:
    typed = {
        "name": "(", "name_as": "regex", "data": "x", "data_as": "glob", "owner": "me", "newer": "soon", "larger": "-1",
        "root": "/a/../b",
    }  # fmt: skip
    assert set(read(typed).problems) == {"name", "data", "owner", "newer", "larger", "root"}


def test_nothing_typed_asks_nothing() -> None:
    assert not read({"root": "/a", "case": "1", "name_as": "glob"}).search.asks


@pytest.mark.parametrize("text", ["", "1y", "x", "1 2", "-5s", "1e3s", "9" * 13])
def test_a_duration_is_a_number_with_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match="a number"):
        sizes.duration_ms(text)


def test_a_slash_searches_the_whole_path() -> None:
    assert Matcher(Search(name="b/C"), NOW).names(["/a/b/c", "/a/bc", "/b/c/d"]) == [0, 2]
    assert Matcher(Search(name="b"), NOW).names(["/a/b", "/b/a"]) == [0]
    assert Matcher(Search(name="b$", name_as=As.REGEX), NOW).names(["/a/b", "/b/a"]) == [0]


def test_limits_are_tried() -> None:
    assert fits(Search(newer=2 * HOUR))
    assert not fits(Search(newer=2 * HOUR, age=Age.CREATED))
    assert fits(Search(older=2 * HOUR, age=Age.CREATED))
    assert not fits(Search(larger=10), dataLength=10)
    assert fits(Search(larger=10, smaller=12), dataLength=11)
    assert fits(Search(owner=(1 << 64) - 5), ephemeralOwner=-5)
    assert not fits(Search(data="x"), None)


def test_an_excerpt_shows_what_is_around() -> None:
    shown: dict[str, Any] = excerpt(b"x" * 100 + b"\xff!" + b"y" * 100, 100, 102)
    assert shown == {"before": "…" + "x" * 60, "match": "\\xff!", "behind": "y" * 60 + "…"}


@pytest.mark.parametrize(
    "pack", [gzip.compress, zlib.compress, lz4.frame.compress, lambda data: bytes(cramjam.snappy.compress_raw(data))]
)
def test_what_is_packed_is_searched_as_its_page_would_show_it(pack: Callable[[bytes], bytes]) -> None:
    wanted = "hay hay hay needle"
    matcher = Matcher(read({"data": wanted, "larger": "10"}).search, 0)
    text = b"hay " * 20 + b"needle" + b" hay" * 20
    for depth, value in enumerate((pack(text), gzip.compress(pack(text))), 1):
        assert matcher.rest(value, stat(dataLength=100)) is None
        assert matcher.may_be_inside(value, stat(dataLength=100))
        found, size = matcher.inside(value, stat(dataLength=100))
        assert found is not None
        assert size >= len(text)
        assert (found["excerpt"]["match"], len(found["packed"])) == (wanted, depth)
    assert matcher.inside(pack(b"hay " * 20), stat(dataLength=100)) == (None, 80)
    assert not matcher.may_be_inside(text, stat(dataLength=100))


def test_a_bomb_is_searched_up_to_the_limit_of_a_page() -> None:
    bomb = gzip.compress(b"needle" + bytes(50_000_000) + b"haystack")
    found, size = Matcher(read({"data": "needle"}).search, 0).inside(bomb, stat(dataLength=100))
    assert found is not None
    assert size == 4 * 1024 * 1024
    assert found["excerpt"]["match"] == "needle"
    assert Matcher(read({"data": "haystack"}).search, 0).inside(bomb, stat(dataLength=100))[0] is None


async def test_a_tree_of_bombs_is_opened_up_to_a_limit_in_all_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "OPENED_BYTES", 10 * 1024 * 1024)
    container: Any = SimpleNamespace(name="prod", config=None)
    wish = SearchWish(read({"data": "needle"}), (container,))
    job = SearchJob(wish.reading.search, wish.containers)
    bomb = gzip.compress(b"needle" + bytes(5_000_000))
    stats = [stat(dataLength=len(bomb))] * 10
    for first in (0, 10):
        paths = [f"/n{number}" for number in range(first, first + 10)]
        await job.take(job.parts[0], Batch(paths, [0] * 10, [bomb] * 10, stats, (), searching.NOTHING))
    assert (job.parts[0].hits, job.parts[0].unopened, job.opened_bytes) == (3, 17, 12 * 1024 * 1024)
    assert "17 packed values not opened" in fragment("search/_run.html", wish=wish, job=job, total=3)
    assert end_of(job)["unopened"] == 17
    job.close()
