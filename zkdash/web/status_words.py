"""How status pages speak to people who know nothing of ZooKeeper. Pure."""

from __future__ import annotations

from zkdash.alerts.incident import Incident
from zkdash.web.words import Standing
from zkdash.zookeeper.states import Severity

STATE_WORDS = {
    Standing.CONNECTED: "works",
    Standing.SUSPENDED: "disturbed",
    Standing.LOST: "down",
    Standing.CONNECTING: "not known yet",
}
UNKNOWN = "not known yet"
RULE_WORDS = {
    "lost": "The service could not be reached",
    "never-connected": "The service could not be reached",
    "suspended": "The service was interrupted for a moment",
    "session-replaced": "The service was interrupted for a moment",
    "server-down": "A part of the service failed",
    "quorum-at-risk": "The service ran with less reserve than it should",
    "no-leader": "The service could not be used",
    "several-leaders": "The service could not be used reliably",
    "election": "The service was interrupted for a moment",
    "average-latency": "The service was slow",
    "outstanding-requests": "The service was slow",
    "fsync": "The service was slow",
    "jvm-pauses": "The service was slow",
    "jvm-deadlock": "A part of the service failed",
    "connections-rejected": "Some requests were refused",
    "throttling": "Some requests were refused",
    "connection-drops": "Some requests were refused",
    "integrity": "Stored data was checked",
    "diverged": "Stored data was checked",
}
OTHERS = {
    Severity.CRITICAL: "The service was disturbed",
    Severity.WARNING: "The service was watched more closely",
}
COLOURS = {"works": "#15742f", "disturbed": "#8f4f00", "down": "#b91c2c"}
GREY = "#5b5b64"


def state_word(standing: str | None) -> str:
    """How a cluster is, or several that stand at worst like this."""
    return next((words for each, words in STATE_WORDS.items() if each == standing), UNKNOWN)


def incident_words(incident: Incident) -> str:
    """What was, in words that give nothing of the house away."""
    return RULE_WORDS.get(incident.rule) or OTHERS[incident.severity]


def is_public(incident: Incident) -> bool:
    """Whether it is told at all: what is for information is not."""
    return incident.severity in OTHERS
