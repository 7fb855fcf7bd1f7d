"""What reads what others send, one function for each kind: anything but the error that it is known for is a bug."""

from __future__ import annotations

import asyncio
import contextlib
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.browser import STREAMS, address_of, browser, topic_of
from tests.fuzz.session import hear
from tests.support.config import ENVIRON
from zkdash.config import ConfigError, Mistake, load
from zkdash.ensemble.facts import facts_of
from zkdash.znodes import paths
from zkdash.znodes.formats import body, recognise
from zkdash.znodes.patterns import MAX_CHARS
from zkdash.zookeeper.answers import connections, ephemerals, json_of, watchers
from zkdash.zookeeper.commands import Answer, Command, Way
from zkdash.zookeeper.errors import NonsenseReply
from zkdash.zookeeper.frontier import Frontier
from zkdash.zookeeper.multiread import GetAllChildrenNumber, MultiRead
from zkdash.zookeeper.vitals import of_mntr, of_monitor, of_server_stats, of_srvr

_LOOP = asyncio.new_event_loop()
SESSION = 0x100000000000001


def znode(data: bytes) -> None:
    """A znode's value, recognised and shown in each way that is offered."""
    recognised = recognise(data)
    for reading in recognised.readings:
        body(recognised, reading.view)


def words(data: bytes) -> None:
    """What a server says to four-letter words."""
    for found in (of_srvr(data), of_mntr(data)):
        assert found is None or all(map(math.isfinite, found.metrics.values()))
    for command in Command:
        _told(Answer("s", command, Way.WORD, data, 0))


def admin(data: bytes) -> None:
    """What an AdminServer says."""
    value = json_of(Answer("s", next(iter(Command)), Way.ADMIN, data, 0))
    for found in (of_monitor(value), of_server_stats(value)):
        assert found is None or all(map(math.isfinite, found.metrics.values()))
    facts_of(value, value, value)
    for command in Command:
        _told(Answer("s", command, Way.ADMIN, data, 0))


def _told(answer: Answer) -> None:
    list(connections(answer))
    ephemerals(answer, SESSION)
    watchers(answer, "/a")


def jute(data: bytes) -> None:
    """Replies to MultiRead and getAllChildrenNumber, and to a crawl's requests."""
    for record in (MultiRead, GetAllChildrenNumber):
        with contextlib.suppress(NonsenseReply):
            record.deserialize(data, 0)
    for wants_data in (False, True):
        frontier = Frontier("/", "/", data=wants_data)
        with contextlib.suppress(NonsenseReply):
            while (segments := frontier.take()) and len(data) > 8:
                frontier.absorb(segments, data, 0)
                break


def config(data: bytes) -> None:
    """A configuration file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zkdash.conf"
        path.write_bytes(data)
        mistakes = _mistakes(path)
        assert mistakes is None or (mistakes and all(str(one).isprintable() for one in mistakes))


def _mistakes(path: Path) -> tuple[Mistake, ...] | None:
    try:
        load([path], ENVIRON, [])
    except ConfigError as error:
        return error.mistakes
    return None


def path(data: bytes) -> None:
    """What follows /znodes in an address; a path comes back from its address as it was."""
    with contextlib.suppress(paths.BadPath):
        found = paths.from_url(data.decode("latin-1"))
        assert paths.from_url(paths.to_url(found)) == found
    with contextlib.suppress(paths.BadPath, UnicodeDecodeError):
        found = paths.from_text(data.decode()[:MAX_CHARS])
        assert paths.from_url(paths.to_url(found)) == found


def session(data: bytes) -> None:
    """What a server sends to a client that reads and watches."""
    _LOOP.run_until_complete(hear(data))


def address(data: bytes) -> None:
    """The address of a page: its path's end, or its query."""
    if data:
        browser().get(address_of(data))


def topic(data: bytes) -> None:
    """What a live page listens to."""
    browser().get(topic_of(data))


def websocket(data: bytes) -> None:
    """Bytes that a browser sends where there are to be none."""
    if data:
        browser().send(STREAMS[data[0] % len(STREAMS)], data[1:])


_READERS = (znode, words, admin, jute, config, path, session, address, topic, websocket)
TARGETS: dict[str, Callable[[bytes], None]] = {one.__name__: one for one in _READERS}
CORPUS = Path(__file__).parent / "corpus"


def corpus(name: str) -> list[Path]:
    """The inputs that are kept for a target: what it should know, and what once broke it."""
    return sorted((CORPUS / name).iterdir())
