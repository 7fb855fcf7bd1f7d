"""Messages as notifiers get them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from zkdash.alerts.delivery import Delivery, DeliveryKind, DeliveryState

NOW = 1_750_000_000_123
OPENED = "2025-06-15T15:05:00.000Z"
URL = "https://zkdash.example.com/timeline/events/7"


def incident(**fields: object) -> dict[str, Any]:
    """One incident as a message tells of it."""
    return {
        "id": 3, "cluster": "prod", "label": "Bestellungen ü", "rule": "lost", "subject": "", "severity": "critical",
        "status": "firing", "reason": "nothing heard for 10 s", "opened_at": OPENED, "resolved_at": None, "url": URL,
    } | fields  # fmt: skip


def message(*incidents: Mapping[str, Any], kind: str = "firing") -> dict[str, Any]:
    """A message of these incidents, of one if none is given."""
    return {
        "type": f"incidents.{kind}",
        "timestamp": "2025-06-15T15:06:40.123Z",
        "data": {"incidents": list(incidents) or [incident()]},
    }


def delivery(told: Mapping[str, Any] | str, kind: DeliveryKind = DeliveryKind.FIRING, id: str = "msg_1") -> Delivery:
    """A delivery of a message, or of a text."""
    return Delivery(
        id=id, number=1, kind=kind, incident_id=3, event_id=7, route="ops", cluster="prod",
        payload=told if isinstance(told, str) else json.dumps(told), state=DeliveryState.OWED, tries=0,
        next_try_at=NOW, created_at=NOW,
    )  # fmt: skip
