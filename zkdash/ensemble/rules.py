"""When a rule fires and when it resolves, from what it reads and when it read it. Pure, no clock of its own.

What is not known neither fires nor resolves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from zkdash.clock import iso
from zkdash.config.rules import RuleConfig
from zkdash.zookeeper.states import Severity

STALE_MS = 60_000
"""What was true so long ago, and not known since, begins anew when it is true again."""

Key = tuple[str, str]
"""(rule, subject): the subject is a server, or "" for the whole cluster."""

_WORST = {Severity.CRITICAL: 2, Severity.WARNING: 1, Severity.INFO: 0}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule reads: `true` None is not known. `saw` and `limit` are in words, as is what to look at `next`."""

    true: bool | None
    severity: Severity = Severity.WARNING
    saw: str = ""
    limit: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What is true of a subject, since when and last seen when (UTC ms); `firing` None: not for long enough yet."""

    since: int
    seen: int
    firing: Severity | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A rule fires (`firing`) or resolves, and why, in words."""

    rule: str
    subject: str
    firing: bool
    severity: Severity
    reason: str


def step(
    held: Mapping[Key, Held],
    readings: Mapping[Key, Reading],
    rules: Mapping[str, RuleConfig | None],
    servers: Collection[str],
    now: int,
) -> tuple[dict[Key, Held], tuple[Change, ...]]:
    """What holds after the readings of `now` (UTC ms), and what changed by them.

    `rules` are configured so (None: off); `servers` are those of the cluster (none: not known).
    """
    after = dict(held)
    changes: list[Change] = []
    for key in held.keys() - readings.keys():
        if gone := _gone(key, rules, servers):
            was = after.pop(key)
            if was.firing is not None:
                changes.append(Change(*key, False, was.firing, gone))
    for key, reading in readings.items():
        config = rules.get(key[0])
        if config is None:
            continue
        now_held, change = _step(key, held.get(key), reading, config, now)
        if now_held is None:
            after.pop(key, None)
        else:
            after[key] = now_held
        if change is not None:
            changes.append(change)
    return after, tuple(sorted(changes, key=lambda change: (change.rule, change.subject)))


def _step(
    key: Key, held: Held | None, reading: Reading, config: RuleConfig, now: int
) -> tuple[Held | None, Change | None]:
    if reading.true is None:
        return held, None
    if not reading.true:
        if held is None or held.firing is None:
            return None, None
        reason = f"{reading.saw or 'It is over'}, after {_lasted(now - held.since)}."
        return None, Change(*key, False, held.firing, reason)
    if held is None or (held.firing is None and now - held.seen > STALE_MS):
        held = Held(now, now)
    held = replace(held, seen=now)
    due = held.firing is None and now - held.since >= config.for_s * 1000
    worse = held.firing is not None and _WORST[reading.severity] > _WORST[held.firing]
    if not due and not worse:
        return held, None
    return replace(held, firing=reading.severity), Change(
        *key, True, reading.severity, _reason(reading, held.since, config.for_s)
    )


def _reason(reading: Reading, since: int, for_s: float) -> str:
    """What it saw, the limit, since when, and what to look at next."""
    limit = ", ".join(filter(None, (reading.limit, f"for {_lasted(round(for_s * 1000))}" if for_s else "")))
    said = f"{reading.saw}{f' (limit {limit})' if limit else ''}, since {iso(since)}."
    return f"{said} Look at {reading.next}." if reading.next else said


def _gone(key: Key, rules: Mapping[str, RuleConfig | None], servers: Collection[str]) -> str:
    """Why a rule has nothing to say any more; "" if it is only not known."""
    rule, subject = key
    if rules.get(rule) is None:
        return "The rule is off."
    if subject and servers and subject not in servers:
        return "The server is not part of the ensemble any more."
    return ""


def _lasted(ms: int) -> str:
    seconds = max(0, ms) // 1000
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            rest = seconds % size
            below = {"d": ("h", 3600), "h": ("m", 60), "m": ("s", 1)}[unit]
            more = f" {rest // below[1]} {below[0]}" if rest // below[1] else ""
            return f"{seconds // size} {unit}{more}"
    return f"{seconds} s"
