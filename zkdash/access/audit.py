"""The audit log: who did what, append-only, with no secret in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from zkdash.access.person import Person
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.store import audit as rows
from zkdash.store.engine import Store, StoreUnavailable

L = get_logger(__name__)


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


class AuditLog:
    """Writes down and reads who did what."""

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
