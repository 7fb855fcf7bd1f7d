"""The audit log: who did what, append-only, with no secret in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from zkdash.access.person import Person
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.store import audit as rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.pruning import prune
from zkdash.store.rows import Row

L = get_logger(__name__)

BATCH = 500
"""How many entries are read at once of those that are streamed."""
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that somebody did, at a time (UTC ms).

    `action` is a verb with its noun, such as "sign-in", "sign-in-failed", "share-open", "unmask", "silence-create",
    "incident-acknowledge", "share-create", "export"; `what` names the thing, `address` is where they came from.
    """

    action: str
    what: str = ""
    cluster: str = ""
    who: str = ""
    via: str = ""
    address: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are wanted: empty or None is any. Times are UTC ms; `before` is an id."""

    who: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    before: int | None = None


class AuditLog:
    """Writes down and reads who did what. There is no way to change an entry; old ones go as `keep_audit` says."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(
        self,
        action: str,
        person: Person | None,
        what: str = "",
        *,
        cluster: str = "",
        address: str = "",
        **details: Any,
    ) -> None:
        """Write one entry. A store that fails is said in zkdash's own log, and nobody is kept from what they do."""
        row = {
            "at": now_ms(),
            "who": person.name if person else "",
            "via": person.via if person else "",
            "address": address,
            "action": action,
            "what": what,
            "cluster": cluster,
            "details": orjson.dumps(details).decode(),
        }
        try:
            async with self._store.begin() as connection:
                await rows.add(connection, row)
        except StoreUnavailable as error:
            L.warning("Nobody can write down who did what.", struct_data={"action": action, "error": f"{error}"})

    async def entries(self, asked: Asked, limit: int) -> list[Entry]:
        """The newest first. Raises StoreUnavailable."""
        async with self._store.connect() as connection:
            found = await rows.find(
                connection,
                who=asked.who,
                actions=asked.actions,
                clusters=asked.clusters,
                since=asked.since,
                until=asked.until,
                before=asked.before,
                limit=limit,
            )
        return [_entry(row) for row in found]

    async def all(self, asked: Asked) -> AsyncIterator[Entry]:
        """Every one, the newest first, read a few at a time. Raises StoreUnavailable."""
        while True:
            found = await self.entries(asked, BATCH)
            for entry in found:
                yield entry
            if len(found) < BATCH:
                return
            asked = replace(asked, before=found[-1].id)

    async def prune(self, keep_days: int) -> None:
        """Delete what is older than it is to be kept."""
        try:
            await prune(self._store, rows.prune, now_ms() - keep_days * _DAY_MS)
        except StoreUnavailable as error:
            L.warning("Old entries of the audit log could not be deleted.", struct_data={"why": f"{error}"})


def _entry(row: Row) -> Entry:
    return Entry(
        action=row["action"],
        what=row["what"],
        cluster=row["cluster"],
        who=row["who"],
        via=row["via"],
        address=row["address"],
        details=orjson.loads(row["details"]),
        at=row["at"],
        id=row["id"],
    )
