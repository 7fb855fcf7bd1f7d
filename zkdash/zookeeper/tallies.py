"""What servers' answers say in sum: the ephemeral znodes and watches of each session. Pure; nothing raises.

Sources: ZooKeeper's DataTree.dumpEphemerals, WatchManager.dumpWatches, ZooKeeperServerConf and Commands.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from zkdash.zookeeper.answers import EPHEMERALS, json_of, mapping
from zkdash.zookeeper.commands import Answer, Way
from zkdash.zookeeper.unsigned import UNSIGNED_64

_SESSION = re.compile(rb"0x([0-9a-f]{1,16}):?")
_LIMIT = re.compile(rb"^maxClientCnxns=(\d{1,9})\s*$", re.MULTILINE)
MAX_NUMBER = 10**9


def ephemerals(answer: Answer) -> Iterator[tuple[int, str]]:
    """(session, path) of every ephemeral znode, of an answer to `dump`. Session ids are unsigned."""
    if answer.way is Way.WORD:
        yield from _below_heads(answer.body.partition(EPHEMERALS)[2])
        return
    for key, paths in mapping(json_of(answer).get("session_id_to_ephemeral_paths")).items():
        session = _session_of(key)
        if session is not None and isinstance(paths, list):
            yield from ((session, path) for path in paths if isinstance(path, str))


def watch_counts(answer: Answer) -> Counter[int]:
    """How many paths each session watches for data or existence, of an answer to `wchp`. Session ids are unsigned."""
    found: Counter[int] = Counter()
    if answer.way is Way.ADMIN:
        for sessions in mapping(json_of(answer).get("path_to_session_ids")).values():
            if isinstance(sessions, list):
                found.update(
                    one & UNSIGNED_64 for one in sessions if isinstance(one, int) and not isinstance(one, bool)
                )
        return found
    for line in answer.body.split(b"\n"):
        if line.startswith(b"\t") and (match := _SESSION.fullmatch(line.strip())):
            found[int(match[1], 16)] += 1
    return found


def max_client_connections(answer: Answer) -> int | None:
    """How many connections a server takes from one address, 0 for any number; None if it doesn't say."""
    if answer.way is Way.ADMIN:
        value = json_of(answer).get("max_client_cnxns")
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_NUMBER else None
    match = _LIMIT.search(answer.body)
    return int(match[1]) if match else None


def _below_heads(body: bytes) -> Iterator[tuple[int, str]]:
    """Lines "0x1:" and, below each, a line with a tab for every path."""
    session: int | None = None
    for line in body.split(b"\n"):
        if line.startswith(b"\t"):
            if session is not None:
                yield session, line[1:].decode(errors="replace")
        else:
            match = _SESSION.fullmatch(line.strip())
            session = int(match[1], 16) if match else None


def _session_of(key: str) -> int | None:
    digits = key.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 21):
        return None
    return int(key) & UNSIGNED_64
