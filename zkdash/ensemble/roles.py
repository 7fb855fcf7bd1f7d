"""What each server of a cluster was over a stretch of time, and when another began to lead. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from zkdash.ensemble.changes import Change, Stand


@dataclass(frozen=True, slots=True)
class Stint:
    """A time (UTC ms) in which a server stood the same."""

    stand: Stand
    start: int
    end: int


def stints(
    changes: Iterable[Change], watched: Sequence[tuple[int, int]], since: int, until: int
) -> dict[str, tuple[Stint, ...]]:
    """By server, in [since, until], of the times that zkdash `watched`, (start, end) in order.

    `changes` are in the order of their times, with the last before the range of each server. A stand holds until the
    next, but not beyond the time that somebody watched: what came then nobody knows until a change is told again.
    """
    by_server: dict[str, list[Change]] = {}
    for change in changes:
        by_server.setdefault(change.server, []).append(change)
    found: dict[str, tuple[Stint, ...]] = {}
    for server, told in by_server.items():
        made: list[Stint] = []
        for index, change in enumerate(told):
            end = told[index + 1].at if index + 1 < len(told) else until
            start, end = max(change.at, since), min(end, until)
            if index + 1 < len(told) and told[index + 1].at < since:
                continue
            made += _watched(change.now, start, _known_until(watched, max(change.at, since), end))
        found[server] = tuple(made)
    return found


def elections(found: Mapping[str, Sequence[Stint]]) -> list[tuple[int, str]]:
    """(when, who) of each time that another server began to lead, in the order of time."""
    leads = sorted(
        (stint.start, server) for server, one in found.items() for stint in one if stint.stand is Stand.LEADER
    )
    return [
        (at, server) for (_, before), (at, server) in pairwise(leads) if server != before
    ]  # of the first nobody knows whether it led before


def newest(found: Mapping[str, Sequence[Stint]], most: int) -> list[tuple[str, Stint]]:
    """(server, stint) of all servers, the last that began first, `most` at most; what went on the same is one."""
    told: list[tuple[str, Stint]] = []
    for server, one in found.items():
        for stint in one:
            last = told[-1] if told else None
            if last and (last[0], last[1].stand, last[1].end) == (server, stint.stand, stint.start):
                told[-1] = server, replace(stint, start=last[1].start)
            else:
                told.append((server, stint))
    return sorted(told, key=lambda each: (each[1].start, each[0]), reverse=True)[:most]


def _known_until(watched: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """How far what was seen at `start` holds, at most `end`."""
    for begin, stop in watched:
        if begin <= start < stop:
            return min(end, stop)
    return start


def _watched(stand: Stand, start: int, end: int) -> list[Stint]:
    return [Stint(stand, start, end)] if end > start else []
