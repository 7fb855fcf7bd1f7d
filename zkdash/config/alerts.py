"""[alert:NAME] -> who is told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from . import kinds, values
from .ini import Document
from .model import AlertConfig
from .reader import Reader
from .silences import labels, severities
from .windows import windows

PREFIX = "alert:"
OCCASIONS = ("LOST", "RECOVERED")
STATE_RULES = ("lost", "never-connected", "suspended", "session-replaced")
EVERY_CLUSTER = "*"
_LONGEST_S = 30 * 86_400.0
_ON = "write LOST, RECOVERED, and names or patterns of rules such as suspended, server-* or *"


def alert_configs(document: Document, clusters: Iterable[str]) -> tuple[AlertConfig, ...]:
    """The alerts in the order that they are written in; `clusters` are the names that they may tell of."""
    names = list(dict.fromkeys(clusters))
    found = [_alert(Reader(document, section), names) for section in document.values if section.startswith(PREFIX)]
    alerts = tuple(alert for alert in found if alert)
    _check_escalations(document, alerts)
    return alerts


def _alert(reader: Reader, clusters: list[str]) -> AlertConfig | None:
    before = len(reader.document.mistakes)
    name = reader.name(PREFIX)
    reader.read("type", _type)
    kind = kinds.of_section(reader.document.values[reader.section])
    on = reader.read("on", _on)
    found = reader.read("clusters", lambda text: _patterns(text, clusters))
    settings = kind.read(_own(reader, kind)) if kind else None
    tuning = _tuning(reader)
    if kind is None or settings is None or on is None or found is None or len(reader.document.mistakes) > before:
        return None
    return replace(tuning, name=name, type=kind.name, settings=settings, on=on, clusters=found)


def _tuning(reader: Reader) -> AlertConfig:
    """All that says when to tell; what is broken is noted."""
    default = AlertConfig("", "")
    wait_s, after_s = (
        reader.read(key, lambda text: values.seconds(text, 0, _LONGEST_S) if text else None)
        for key in ("group_wait", "escalate_after")
    )
    if reader.has("escalate_after") != reader.has("escalate_to"):
        missing = "escalate_to" if reader.has("escalate_after") else "escalate_after"
        reader.mistake(missing, "escalate_after and escalate_to go together")
    return replace(
        default,
        labels=reader.read("label", labels) or (),
        severities=reader.read("severity", severities) or frozenset(),
        for_s=reader.read("for", _span) or 0.0,
        group_wait_s=wait_s,
        group_interval_s=_or(reader.read("group_interval", _span), default.group_interval_s),
        repeat_interval_s=reader.read("repeat_interval", _repeat),
        send_resolved=reader.read("send_resolved", lambda text: values.yes_no(text) if text else None),
        escalate_after_s=after_s,
        escalate_to=reader.text("escalate_to"),
        hours=reader.read("active", lambda text: windows(text) if text.strip() else None),
    )


def _check_escalations(document: Document, alerts: Iterable[AlertConfig]) -> None:
    """Each must lead to another alert that there is."""
    names = [section.removeprefix(PREFIX) for section in document.values if section.startswith(PREFIX)]
    for alert in alerts:
        if alert.escalate_to and (alert.escalate_to not in names or alert.escalate_to == alert.name):
            others = ", ".join(name for name in names if name != alert.name) or "none"
            document.mistake(PREFIX + alert.name, "escalate_to", f"write another alert's name: there are {others}")


def _span(text: str) -> float:
    return values.seconds(text, 0, _LONGEST_S)


def _repeat(text: str) -> float | None:
    if text.strip().lower() in ("never", "no", "off"):
        return None
    try:
        return values.seconds(text, 60, _LONGEST_S)
    except ValueError as error:
        raise ValueError(f"{error}, or never") from None


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _own(reader: Reader, kind: kinds.Kind) -> Reader:
    """What reads the options that only this type has."""
    return Reader(reader.document, reader.section, defaults={option.key: option.default for option in kind.options})


def _type(text: str) -> None:
    if text not in kinds.kinds():
        *others, last = kinds.kinds()
        raise ValueError(f"write {', '.join(others)} or {last}")


def _on(text: str) -> frozenset[str]:
    found = set()
    for word in values.words(text):
        if word.upper() in OCCASIONS:
            found.add(word.upper())
        elif re.fullmatch(r"[a-z0-9*?\[\]!-]{1,60}", word) or word.lower() in STATE_RULES:
            found.add(word.lower())  # what is written like LOST must be such a word: it may be one that is misspelt
        else:
            raise ValueError(_ON)
    if not found:
        raise ValueError(_ON)
    return frozenset(found)


def _patterns(text: str, clusters: list[str]) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys(values.words(text)))
    if not patterns:
        raise ValueError("write names of clusters, or * for all")
    for pattern in patterns:
        if pattern == EVERY_CLUSTER or any(fnmatchcase(name, pattern) for name in clusters):
            continue
        near = difflib.get_close_matches(pattern, clusters, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(clusters[:20]) or 'none'}"
        raise ValueError(f"{pattern} matches no cluster: {hint}")
    return patterns
