"""Where a crawl stands: what it has yet to read, and how much of it to ask for next. Pure: it sends nothing.

Names stay as the server sent them until it is their turn, and the deepest are read first, so that a crawl's memory
depends on the tree's depth and not on its size.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kazoo.exceptions import NoNodeError, ZookeeperError
from kazoo.protocol.serialization import GetChildren, GetData
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.errors import NonsenseReply, ReplyTooLarge
from zkdash.zookeeper.multiread import END, ERROR_TYPE, HEADER, INT, STAT, error_of, skip_names
from zkdash.zookeeper.shelves import OPERATION_BYTES, REQUEST_BYTES, Segment, Shelf

CHILDREN, DATA = GetChildren.type, GetData.type

MAX_OPERATIONS = 512
REPLY_BYTES = 256 * 1024
"""A reply is meant to stay below it: far below jute.maxbuffer, and quick for the server, which does one at a time."""

PROBE = 4
"""So many of a znode's children are read first, to learn how much the others will give."""
UNPROBED = {CHILDREN: 256, DATA: 64}
"""So many operations of a batch may be such: should every value be as large as can be, that's 64 MiB, once."""
LOOK_AT = 64
GROWTH = 8
UNKNOWN_BYTES = 64.0
NAME_BYTES = 24

DATA_HEAD = struct.Struct("!iBii")
LEAF = HEADER.pack(CHILDREN, False, 0) + INT.pack(0)
LEAVES = re.compile(b"(?:" + re.escape(LEAF) + b")++")


@dataclass(slots=True)
class Found:
    """What one reply says: a row per znode in `paths` and `children` (how many it has); with data, also in `data`
    (None: no value) and `stats`. `failed` are those that could not be read; `gone` counts those that vanished."""

    paths: list[str] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    data: list[bytes | None] = field(default_factory=list)
    stats: list[ZnodeStat] = field(default_factory=list)
    failed: list[tuple[str, Exception]] = field(default_factory=list)
    gone: int = 0


class Frontier:
    """What a crawl below one znode has yet to read. Of the paths (as shown) only those that `passes` are asked for."""

    def __init__(self, real: str, shown: str, *, data: bool, passes: Callable[[str], bool] | None = None) -> None:
        self.data = data
        self._passes = passes
        self._first = DATA if data else CHILDREN
        self._cap = MAX_OPERATIONS
        name = real.encode()
        self._shelves = [Shelf(b"", "", INT.pack(len(name)) + name, 0, 1)]
        self._inner: list[tuple[bytes, str, int]] = []
        self._root = (name, shown)

    def take(self, most: int = MAX_OPERATIONS) -> list[Segment]:
        """The next operations to ask for; none when nothing is left, or all that is left depends on what is asked."""
        segments = self._take(most)
        while not segments and self._shelves and self._passes is not None:
            segments = self._take(most)  # all that was taken was not to be asked for
        return segments

    def _take(self, most: int) -> list[Segment]:
        segments: list[Segment] = []
        most = min(most, self._cap)
        reply_left, request_left, unprobed = float(REPLY_BYTES), REQUEST_BYTES, UNPROBED[self._first]
        while self._inner and most > 0 and reply_left > 0 and request_left > 0:
            path, shown, number = self._inner.pop()
            segments.append(Segment(CHILDREN, Shelf(path, shown, b"", 0, 0), [b""]))
            most, request_left = most - 1, request_left - OPERATION_BYTES - len(path)
            reply_left -= number * NAME_BYTES
        for shelf in self._top():
            if most <= 0 or reply_left <= 0 or request_left <= 0:
                break
            known = shelf.operations >= PROBE
            cost = shelf.size / shelf.operations if known else UNKNOWN_BYTES
            wanted = min(most, int(reply_left / cost) or 1, request_left // (OPERATION_BYTES + len(shelf.parent)) + 1)
            wanted = min(wanted, shelf.operations * GROWTH if known else min(PROBE, unprobed))
            if wanted <= 0:
                continue
            names = shelf.take(wanted)
            if self._passes is not None and shelf.parent:
                names = [name for name in names if self._passes(shelf.shown + name.decode(errors="replace"))]
                if not names:
                    continue
            segments.append(Segment(self._first, shelf, names))
            most -= len(names)
            unprobed -= 0 if known else len(names)
            reply_left -= len(names) * cost
            request_left -= len(names) * (OPERATION_BYTES + len(shelf.parent)) + sum(map(len, names))
        self._shelves = [shelf for shelf in self._shelves if shelf.left]
        return segments

    def _top(self) -> Iterator[Shelf]:
        return (shelf for shelf in self._shelves[: -LOOK_AT - 1 : -1])

    def put_back(self, segments: list[Segment]) -> None:
        """Forget that `segments` were taken."""
        for segment in reversed(segments):
            if segment.opcode != self._first:
                self._inner.append((segment.shelf.parent, segment.shelf.shown, 0))
                continue
            buffer = b"".join([INT.pack(len(name)) + name for name in segment.names])
            shelf = segment.shelf
            self._shelves.append(Shelf(shelf.parent, shelf.shown, buffer, 0, len(segment.names)))

    def absorb(self, segments: list[Segment], reply: bytes, at: int) -> Found:
        """What the reply, from `at` on, says about the segments asked for. Raises NonsenseReply."""
        found = Found()
        fresh: list[Shelf] = []
        inner: list[tuple[bytes, str, int]] = []
        try:
            for segment in segments:
                begin = at
                if segment.opcode == DATA:
                    at = self._absorb_data(segment, reply, at, found, inner)
                else:
                    at = self._absorb_children(segment, reply, at, found, fresh)
                segment.shelf.operations += len(segment.names)
                segment.shelf.size += at - begin
        except struct.error as error:
            raise NonsenseReply(f"a MultiRead reply that can't be read: {error}") from None
        if reply[at:] != END:
            raise NonsenseReply("a MultiRead reply that doesn't end where it should")
        self._shelves += reversed(fresh)
        self._inner += inner
        self._cap = min(self._cap * 2, MAX_OPERATIONS)
        return found

    def too_large(self, segments: list[Segment], error: ReplyTooLarge) -> Found:
        """Their reply was not read: take them in smaller parts, or give up on one that is too large alone."""
        found = Found()
        operations = sum(len(segment.names) for segment in segments)
        self._cap = max(1, operations // 4)
        if operations > 1:
            self.put_back(segments)
            return found
        path = self._shown(segments[0])[0]
        found.failed.append((path, ReplyTooLarge(path, error.length, error.limit)))
        return found

    def _shown(self, segment: Segment) -> list[str]:
        if segment.shelf.parent:
            return segment.shown() if segment.names != [b""] else [segment.shelf.shown]
        return [self._root[1]]

    def _absorb_children(self, segment: Segment, reply: bytes, at: int, found: Found, fresh: list[Shelf]) -> int:
        shown, paths, names = self._shown(segment), segment.shelf.parent, segment.names
        told = not self.data
        index, total = 0, len(names)
        while index < total:
            if leaves := LEAVES.match(reply, at):
                run = min((leaves.end() - at) // len(LEAF), total - index)
                if told:
                    found.paths += shown[index : index + run]
                    found.children += [0] * run
                index, at = index + run, at + run * len(LEAF)
                continue
            opcode, done, _ = HEADER.unpack_from(reply, at)
            (number,) = INT.unpack_from(reply, at + HEADER.size)
            at += HEADER.size + 4
            if opcode == CHILDREN and not done:
                number = max(number, 0)
                end = skip_names(reply, at, number)
                path = paths + names[index]
                below, seen = (b"/", "/") if path == b"/" else (path + b"/", shown[index].rstrip("/") + "/")
                if number:
                    fresh.append(Shelf(below, seen, reply, at, number))
                if told:
                    found.paths.append(shown[index])
                    found.children.append(number)
                at = end
            else:
                _failed(opcode, number, shown[index], found)
            index += 1
        return at

    def _absorb_data(
        self, segment: Segment, reply: bytes, at: int, found: Found, inner: list[tuple[bytes, str, int]]
    ) -> int:
        # Half of a crawl's time passes in this loop: no calls that can be done without.
        shown, total = self._shown(segment), len(reply)
        head, stat_of, make = DATA_HEAD.unpack_from, STAT.unpack_from, tuple.__new__
        values, stats = found.data, found.stats
        before, missing = len(stats), []
        for index in range(len(shown)):
            opcode, _, _, length = head(reply, at)
            at += DATA_HEAD.size
            if opcode != DATA:
                _failed(opcode, length, shown[index], found)
                missing.append(index)
                continue
            if length >= 0:
                end = at + length
                if end > total:
                    raise NonsenseReply("a value that is longer than its reply")
                values.append(reply[at:end])
                at = end
            else:
                values.append(None)
            stat = make(ZnodeStat, stat_of(reply, at))
            at += STAT.size
            stats.append(stat)
            if stat[9] > 0:
                inner.append((segment.shelf.parent + segment.names[index], shown[index], stat[9]))
        for index in reversed(missing):
            del shown[index]
        found.paths += shown
        found.children += [stat[9] for stat in stats[before:]]
        return at


def _failed(opcode: int, code: int, path: str, found: Found) -> None:
    if opcode != ERROR_TYPE:
        raise NonsenseReply(f"a result of the operation {opcode}, which was not asked for")
    error: ZookeeperError = error_of(code)
    if isinstance(error, NoNodeError):
        found.gone += 1
    else:
        found.failed.append((path, error))
