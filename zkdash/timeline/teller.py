"""Gathers the evidence of what happened: from the log, from how the servers stood, and from their history."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from zkdash.clock import now_ms
from zkdash.timeline.event import Event
from zkdash.timeline.evidence import AROUND_MS, Evidence
from zkdash.timeline.story import Story, tell
from zkdash.zookeeper.states import Cause, Kind, State

if TYPE_CHECKING:
    from zkdash.ensemble.changelog import ChangeLog
    from zkdash.ensemble.history import HistoryService
    from zkdash.ensemble.rolls import Compared, Rolls
    from zkdash.timeline.service import EventService

HIT_MS = 10_000
"""Clusters that fall ill within so long of each other do so at once."""
EPHEMERALS = "ephemerals_count"
FAR = 100
"""Over how many events of a cluster an episode is looked for, to either side."""
MANY = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """A story and what it is told from."""

    event: Event
    evidence: Evidence
    story: Story
    rolls: Compared | None
    """The sessions with ephemeral znodes before and after it, where somebody asked then."""


class Sources(Protocol):
    """Where the evidence comes from."""

    events: EventService
    changes: ChangeLog
    history: HistoryService


class StoryTeller:
    """Every method raises StoreUnavailable."""

    def __init__(
        self,
        sources: Sources,
        rolls: Rolls,
        *,
        now: Callable[[], int] = now_ms,
    ) -> None:
        self._sources = sources
        self._rolls = rolls
        self._now = now

    async def tell(self, event: Event, clusters: Collection[str]) -> Told | None:
        """What happened around a transition; None of an event that is no outage. `clusters` are all watched ones."""
        episode = await self._episode(event)
        if not episode:
            return None
        start, now = episode[0].at, self._now()
        end = episode[-1].at if episode[-1].to_state is State.CONNECTED else now
        around = [
            one
            for one in await self._sources.events.find(
                clusters=[event.cluster], since=start - AROUND_MS, until=end + AROUND_MS, limit=MANY
            )
            if one.kind is not Kind.STATE
        ]
        others = [name for name in clusters if name != event.cluster]
        evidence = Evidence(
            episode=tuple(episode),
            changes=tuple(await self._sources.changes.between(event.cluster, start - AROUND_MS, end + AROUND_MS)),
            rules=tuple(reversed([one for one in around if one.kind is Kind.RULE])),
            notices=tuple(reversed([one for one in around if one.kind is Kind.NOTICE])),
            others=len(others),
            hit=await self._hit(others, start),
            ephemerals=await self._counted(event.cluster, start, end),
            now=now,
        )
        return Told(event, evidence, tell(evidence), self._rolls.compared(event.cluster, start, end))

    async def _episode(self, event: Event) -> list[Event]:
        """The transitions from the one that ended CONNECTED, or began the watch, to the next CONNECTED."""
        if event.kind is not Kind.STATE:
            about = None if event.about is None else await self._sources.events.get(event.about)
            return [] if about is None or about.kind is not Kind.STATE else await self._episode(about)
        earlier = await self._sources.events.find(clusters=[event.cluster], before=event.id + 1, limit=FAR)
        later = await self._sources.events.find(clusters=[event.cluster], after=event.id, limit=FAR)
        if event.to_state is State.CONNECTED:
            earlier, later = [one for one in earlier if one.id != event.id], [event]
        found: list[Event] = []
        for one in earlier:
            if one.kind is Kind.STATE:
                if one.to_state is State.CONNECTED or one.cause is Cause.STOPPED:
                    break
                found.append(one)
        found.reverse()
        if not found:
            return []
        for one in later:
            if one.kind is Kind.STATE:
                if one.cause in (Cause.STOPPED, Cause.STARTING):
                    break
                found.append(one)
                if one.to_state is State.CONNECTED:
                    break
        if found[0].cause is Cause.STARTING and (len(found) == 1 or found[1].to_state is State.CONNECTED):
            # Every watch begins with LOST: it is an outage where no server was to be had within the session timeout.
            return found if await self._sources.events.about(found[0].id) else []
        return found

    async def _hit(self, others: list[str], start: int) -> tuple[str, ...]:
        """The other clusters that left CONNECTED at about the same time."""
        if not others:
            return ()
        found = await self._sources.events.find(clusters=others, since=start - HIT_MS, until=start + HIT_MS, limit=MANY)
        return tuple(sorted({one.cluster for one in found if one.from_state is State.CONNECTED}))

    async def _counted(self, cluster: str, start: int, end: int) -> tuple[int, int] | None:
        before = await self._most(cluster, start - AROUND_MS // 5, start)
        after = await self._most(cluster, end, end + AROUND_MS // 5)
        return None if before is None or after is None else (before, after)

    async def _most(self, cluster: str, since: int, until: int) -> int | None:
        """The most ephemeral znodes that a server counted in a range; None where none did."""
        found = await self._sources.history.series(cluster, None, [EPHEMERALS], since, until, 1)
        counts = [bucket[2] for points in found.series.values() for bucket in points if bucket is not None]
        return round(max(counts)) if counts else None
