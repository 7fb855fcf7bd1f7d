"""Recording, for tests of the log."""

from __future__ import annotations

from tests.support.until import until
from zkdash.timeline.event import Event
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Observation


async def record(service: EventService, *observations: Observation) -> list[Event]:
    """Record and wait for the commit; gives the events."""
    heard = service.App.heard["Event.recorded!"]
    before = len(heard)
    for observation in observations:
        service.record(observation)
    await until(lambda: len(heard) == before + len(observations), what="Event.recorded!")
    return heard[before:]
