"""Writing what became of tries: many at once when many end at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from zkdash import crashpoints
from zkdash.alerts.delivery import Attempt, Delivery, DeliveryState, delivery_of
from zkdash.alerts.incident import words
from zkdash.log import get_logger
from zkdash.store import deliveries as rows
from zkdash.store.engine import Store, StoreUnavailable

L = get_logger(__name__)

_RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try: the delivery as it was before it, the fields that are new, and the wait before the next."""

    before: Delivery
    state: DeliveryState
    tries: int
    refusals: int
    wait_ms: int
    last_status: int | None
    last_error: str
    sent_at: int | None
    attempt: Attempt


class Outcomes:
    """One writer. `pause` waits for seconds, `now` gives UTC ms."""

    def __init__(self, store: Store, pause: Callable[[float], Awaitable[None]], now: Callable[[], int]) -> None:
        self._store = store
        self._pause = pause
        self._now = now
        self._waiting: list[tuple[Outcome, asyncio.Future[Delivery]]] = []
        self._writing = asyncio.Lock()

    async def write(self, outcome: Outcome) -> Delivery:
        """Give the delivery as it is after the commit, however long the store takes to recover."""
        written: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, written))
        async with self._writing:  # who comes first writes for all that wait by then
            while not written.done():
                batch, self._waiting = self._waiting, []
                try:
                    found = await self._commit([one for one, _ in batch])
                except BaseException as error:
                    self._waiting = [*batch, *self._waiting]
                    if not isinstance(error, StoreUnavailable):
                        self._waiting = [entry for entry in self._waiting if entry[1] is not written]
                        raise
                    L.warning("What became of alerts can't be written.", struct_data={"why": str(error)})
                    await self._pause(_RETRY_S)
                    continue
                for one, future in batch:
                    if not future.done():
                        future.set_result(found[one.before.id])
        return written.result()

    async def _commit(self, batch: list[Outcome]) -> dict[str, Delivery]:
        async with self._store.begin() as connection:
            now = self._now()  # the clock may have been set since the answer
            await rows.tried(connection, [_row(one, now) for one in batch], [words(one.attempt) for one in batch])
            # A receiver that is back gets what else it is owed at once.
            for route in {one.before.route for one in batch if one.sent_at is not None and one.before.tries}:
                await rows.hurry(connection, route, now)
            found = await rows.by_id(connection, [one.before.id for one in batch])
            if any(one.sent_at is not None for one in batch):
                crashpoints.reached("before-sent-commit")
            else:
                crashpoints.reached("before-attempt-commit")
        return {row["id"]: delivery_of(row) for row in found}


def _row(outcome: Outcome, now: int) -> dict[str, object]:
    return {
        "delivery_id": outcome.before.id,
        "state": outcome.state.value,
        "tries": outcome.tries,
        "refusals": outcome.refusals,
        "next_try_at": now + outcome.wait_ms,
        "last_status": outcome.last_status,
        "last_error": outcome.last_error,
        "sent_at": outcome.sent_at,
    }
