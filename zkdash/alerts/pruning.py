"""Deleting what is old of all that alerting writes."""

from __future__ import annotations

from zkdash.config import StoreConfig
from zkdash.log import get_logger
from zkdash.store import conditions, deliveries, incidents, silences
from zkdash.store.engine import Store
from zkdash.store.pruning import prune

L = get_logger(__name__)

_DAY_MS = 86_400_000


async def prune_all(store: Store, keep: StoreConfig, now: int) -> None:
    """What hangs on a row goes with it: tries with their delivery, notifications with their incident.

    Raises StoreUnavailable.
    """
    events_before = now - keep.keep_events_days * _DAY_MS
    found = {
        "deliveries": await prune(store, deliveries.prune, now - keep.keep_deliveries_days * _DAY_MS),
        "incidents": await prune(store, incidents.prune, events_before),
        "silences": await prune(store, silences.prune, events_before),
        "conditions": await prune(store, conditions.prune, now - _DAY_MS),
    }
    L.info("Old alerts deleted.", struct_data=found)
