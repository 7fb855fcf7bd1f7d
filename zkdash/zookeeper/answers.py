"""What servers' answers to `dump`, `cons` and `wchp` say, as JSON (AdminServer's) and as text. Pure; nothing raises.

Sources: ZooKeeper's DataTree.dumpEphemerals, WatchManager.dumpWatches, NIOServerCnxn.dumpConnectionInfo, Commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from zkdash.zookeeper.commands import Answer, Way
from zkdash.zookeeper.unsigned import UNSIGNED_64

EPHEMERALS = b"Sessions with Ephemerals"
MAX_LINE_BYTES = 4096
_MAX_NUMBER_DIGITS = 20
MAX_MOMENT_MS = 253_402_300_799_999
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One client's connection, by its server's word. None: it doesn't say.

    `client` is "address:port", `since` UTC milliseconds by the server's clock, `last_latency` milliseconds, `queued`
    requests that wait for an answer.
    """

    session: int
    client: str
    since: int | None = None
    session_timeout_ms: int | None = None
    last_operation: str = ""
    queued: int | None = None
    received: int | None = None
    sent: int | None = None
    last_latency_ms: int | None = None
    secure: bool = False


def connections(answer: Answer, session: int | None = None) -> tuple[Connection, ...]:
    """The connections that have a session (or `session`), of an answer to `cons`. Session ids are unsigned."""
    if answer.way is Way.ADMIN:
        found = _connections_of_json(json_of(answer))
    else:
        found = _connections_of_text(answer.body, b"sid=0x" if session is None else f"sid=0x{session:x}".encode())
    return tuple(one for one in found if session is None or one.session == session)


def ephemerals(answer: Answer, session: int) -> tuple[str, ...]:
    """The paths of a session's ephemeral znodes, of an answer to `dump`, as they are on the server."""
    if answer.way is Way.ADMIN:
        by_session = mapping(json_of(answer).get("session_id_to_ephemeral_paths"))
        names = by_session.get(str(_signed(session))) or by_session.get(str(session))
        return tuple(name for name in _list(names) if isinstance(name, str))
    _, _, rest = answer.body.partition(EPHEMERALS)
    return tuple(line.decode(errors="replace") for line in _indented(rest, f"0x{session:x}:".encode()))


def watchers(answer: Answer, path: str) -> tuple[int, ...]:
    """The sessions that watch the server's path `path`, of an answer to `wchp`. Session ids are unsigned."""
    if answer.way is Way.ADMIN:
        sessions = _list(mapping(json_of(answer).get("path_to_session_ids")).get(path))
        return tuple(session & UNSIGNED_64 for session in sessions if _is_number(session))
    try:
        lines = _indented(b"\n" + answer.body, path.encode())
    except UnicodeEncodeError:
        return ()
    return tuple(session for line in lines if (session := _hex(line)) is not None)


def _indented(body: bytes, head: bytes) -> Iterator[bytes]:
    """The lines below the line `head`, as long as they begin with a tab, without it."""
    at = body.find(b"\n" + head + b"\n")
    if at < 0:
        return
    at += len(head) + 2
    while body.startswith(b"\t", at):
        end = body.find(b"\n", at)
        if end < 0:
            return  # cut off in the middle: half a path is no path
        yield body[at + 1 : end]
        at = end + 1


def _connections_of_text(body: bytes, mark: bytes) -> Iterator[Connection]:
    """Lines such as " /10.0.0.7:45946[1](queued=0,recved=4,sid=0x1,…)" that have `mark` in them."""
    for line in body.split(b"\n"):
        if mark not in line or len(line) > MAX_LINE_BYTES:
            continue
        client, _, rest = line.decode(errors="replace").strip().partition("](")
        fields = dict(part.split("=", 1) for part in rest.removesuffix(")").split(",") if "=" in part)
        session = _hex(fields.get("sid", "").encode(errors="replace"))
        if session:
            yield Connection(
                session=session,
                client=_client(client.rpartition("[")[0]),
                since=_moment(fields.get("est")),
                session_timeout_ms=_number(fields.get("to")),
                last_operation=_operation(fields.get("lop")),
                queued=_number(fields.get("queued")),
                received=_number(fields.get("recved")),
                sent=_number(fields.get("sent")),
                last_latency_ms=_number(fields.get("llat")),
            )


def _connections_of_json(value: dict[str, Any]) -> Iterator[Connection]:
    for key in ("connections", "secure_connections"):
        for one in map(mapping, _list(value.get(key))):
            session = one.get("session_id")
            if _is_number(session) and session:
                yield Connection(
                    session=session & UNSIGNED_64,
                    client=_client(str(one.get("remote_socket_address", ""))),
                    since=_moment(one.get("established")),
                    session_timeout_ms=_number(one.get("session_timeout")),
                    last_operation=_operation(one.get("last_operation")),
                    queued=_number(one.get("outstanding_requests")),
                    received=_number(one.get("packets_received")),
                    sent=_number(one.get("packets_sent")),
                    last_latency_ms=_number(one.get("last_latency")),
                    secure=key == "secure_connections",
                )


def json_of(answer: Answer) -> dict[str, Any]:
    """The JSON object that AdminServer answered; empty for anything else."""
    try:
        return mapping(orjson.loads(answer.body))
    except orjson.JSONDecodeError:
        return {}


def mapping(value: object) -> dict[str, Any]:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _client(text: str) -> str:
    """ "10.0.0.1:4711" of Java's "host/10.0.0.1:4711"."""
    return text.rpartition("/")[2][:200]


def _operation(value: object) -> str:
    return value[:40] if isinstance(value, str) and value != "NA" else ""


def _number(value: object) -> int | None:
    """A count or a time; None for what is none, or is beyond what a server counts to."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _MAX_NUMBER_DIGITS:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None


def _moment(value: object) -> int | None:
    """UTC milliseconds that a calendar has; None for others."""
    number = _number(value)
    return number if number is not None and 0 < number < MAX_MOMENT_MS else None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _hex(text: bytes) -> int | None:
    return int(text, 16) if re.fullmatch(rb"0x[0-9a-f]{1,16}", text) else None


def _signed(session: int) -> int:
    return session - (1 << 64) if session >> 63 else session
