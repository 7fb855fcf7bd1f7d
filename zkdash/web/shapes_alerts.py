"""Alerts as the JSON API gives them: `openapi_alert_schemas.py` describes the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from zkdash.alerts.delivery import Attempt, Delivery
from zkdash.alerts.incident import Incident
from zkdash.alerts.notification import Notification
from zkdash.alerts.silence import Matchers, Silence
from zkdash.config import AlertConfig
from zkdash.web.alert_words import silence_state
from zkdash.web.filters import iso
from zkdash.web.preview import Message, Preview


def incident(incident: Incident) -> dict[str, Any]:
    """An incident, open or over."""
    return {
        "id": incident.id,
        "cluster": incident.cluster,
        "rule": incident.rule,
        "subject": incident.subject,
        "severity": incident.severity,
        "cause": incident.cause,
        "reason": incident.reason,
        "open": incident.is_open,
        "firing": incident.firing and incident.is_open,
        "opened_at": iso(incident.opened_at),
        "opened_event_id": incident.opened_event_id,
        "last_seen_at": iso(incident.last_seen_at),
        "flapping_since": _time(incident.flapping_since),
        "acknowledged_at": _time(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "acknowledged_note": incident.acknowledged_note,
        "resolved_at": _time(incident.resolved_at),
        "resolved_event_id": incident.resolved_event_id,
        "resolved_why": incident.resolved_why,
    }


def incident_details(one: Incident, notifications: Iterable[Notification]) -> dict[str, Any]:
    """An incident by itself, with who is told of it."""
    return incident(one) | {"notifications": [notification(each) for each in notifications]}


def notification(notification: Notification) -> dict[str, Any]:
    """What a route is told of an incident."""
    return {
        "route": notification.route,
        "state": notification.state,
        "muted": bool(notification.muted),
        "why": notification.why,
        "escalation": notification.escalation,
        "told_at": _time(notification.told_at),
        "last_told_at": _time(notification.last_told_at),
        "resolved_told_at": _time(notification.resolved_told_at),
    }


def delivery(delivery: Delivery) -> dict[str, Any]:
    """A delivery and how far it is."""
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "incident_id": delivery.incident_id,
        "event_id": delivery.event_id,
        "cluster": delivery.cluster,
        "route": delivery.route,
        "what": delivery.what,
        "state": delivery.state,
        "tries": delivery.tries,
        "created_at": iso(delivery.created_at),
        "next_try_at": iso(delivery.next_try_at) if delivery.state == "owed" else None,
        "sent_at": _time(delivery.sent_at),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
    }


def delivery_details(one: Delivery, attempts: Iterable[Attempt]) -> dict[str, Any]:
    """A delivery by itself, with what is said and each try."""
    return delivery(one) | {"payload": one.payload, "attempts": [attempt(each) for each in attempts]}


def attempt(attempt: Attempt) -> dict[str, Any]:
    """One try."""
    return {
        "n": attempt.n,
        "at": iso(attempt.at),
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "error": attempt.error,
        "request": attempt.request,
        "response": attempt.response,
    }


def silence(silence: Silence, now: int) -> dict[str, Any]:
    """A silence."""
    return {
        "id": silence.id,
        "state": silence_state(silence, now),
        "matchers": matchers(silence.matchers),
        "starts_at": iso(silence.starts_at),
        "ends_at": _time(silence.ends_at),
        "window": silence.window or None,
        "reason": silence.reason,
        "author": silence.author,
        "source": silence.source,
        "created_at": iso(silence.created_at),
        "ended_at": _time(silence.ended_at),
        "ended_by": silence.ended_by,
    }


def silence_details(one: Silence, muted: Iterable[Incident], now: int) -> dict[str, Any]:
    """A silence by itself, with what it kept quiet."""
    return silence(one, now) | {"muted": [incident(each) for each in muted]}


def matchers(matchers: Matchers) -> dict[str, list[str]]:
    """What a silence is about."""
    return {each.name: list(getattr(matchers, each.name)) for each in fields(matchers)}


def route(route: AlertConfig, failing: bool) -> dict[str, Any]:
    """A route, without its secrets."""
    return {
        "name": route.name,
        "type": route.type,
        "on": sorted(route.on),
        "clusters": list(route.clusters),
        "labels": list(route.labels),
        "severities": sorted(route.severities),
        "for": route.for_s,
        "group_wait": route.group_wait_s,
        "group_interval": route.group_interval_s,
        "repeat_interval": route.repeat_interval_s,
        "send_resolved": route.tells_resolved,
        "escalate_after": route.escalate_after_s,
        "escalate_to": route.escalate_to or None,
        "failing": failing,
    }


def replayed(seen: Preview) -> dict[str, Any]:
    """What a route would have been told."""
    return {
        "since": iso(seen.since),
        "events": seen.events,
        "cut": seen.cut,
        "total": seen.total,
        "messages": [message(each) for each in reversed(seen.messages)],
    }


def message(message: Message) -> dict[str, Any]:
    """A message that would have been sent."""
    return {
        "at": iso(message.at),
        "kind": message.kind,
        "incidents": [
            {
                "cluster": each.cluster,
                "rule": each.rule,
                "subject": each.subject,
                "severity": each.severity,
                "opened_at": iso(each.opened_at),
                "resolved_at": _time(each.resolved_at),
            }
            for each in message.incidents
        ],
    }


def _time(at: int | None) -> str | None:
    return None if at is None else iso(at)
