"""A story as lines of time, and as Markdown for a post-mortem. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.clock import iso
from zkdash.ensemble.changes import Change, Stand
from zkdash.ensemble.rolls import Missing
from zkdash.timeline.event import Event
from zkdash.timeline.evidence import Evidence
from zkdash.timeline.story import TITLES
from zkdash.timeline.teller import Told
from zkdash.zookeeper.states import Kind, State

MOST = 50
"""How many sessions a document lists."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened at a time (UTC ms): who, and what in words. `event_id` where the log has it."""

    at: int
    who: str
    what: str
    bad: bool
    event_id: int | None = None


def lines(evidence: Evidence) -> list[Line]:
    """Everything in the order of time: the session's states, the servers', and the rules that fired."""
    found = [_of_event(event) for event in (*evidence.episode, *evidence.notices, *evidence.rules)]
    earliest = min((line.at for line in found), default=0)
    since = min(evidence.start - 60_000, earliest)
    found += [_of_change(change) for change in evidence.changes if change.at >= since and change.was is not None]
    return sorted(found, key=lambda line: line.at)


def markdown(told: Told, title: str, url: str = "") -> str:
    """The story for a document: what it was, why, each server, everything that happened."""
    story, evidence = told.story, told.evidence
    end = "goes on" if evidence.end is None else iso(evidence.end)
    out = [
        f"# {escaped(title)}",
        "",
        f"- Cluster: {escaped(told.event.cluster)}",
        f"- From: {iso(evidence.start)}",
        f"- To: {end}",
        f"- Lasted: {(evidence.until - evidence.start) / 1000:.1f} s{'' if evidence.end is not None else ' so far'}",
        f"- Session: {'unknown' if evidence.server is None else 'with ' + escaped(evidence.server)}",
        f"- It was: {TITLES[story.whose]}",
        "",
        escaped(story.sentence),
        "",
        *(f"- {escaped(reason)}" for reason in story.why),
    ]
    if url:
        out += ["", f"Source: {url}"]
    if story.witnesses:
        out += ["", "## Servers", "", "| Server | Before | During | After |", "|---|---|---|---|"]
        for one in story.witnesses:
            during = ", ".join(one.during) + (" (restarted)" if one.restarted else "")
            out.append(f"| {escaped(one.server)} | {one.before or 'unknown'} | {during} | {one.after or 'unknown'} |")
    if evidence.ephemerals is not None:
        before, after = evidence.ephemerals
        out += ["", f"Ephemeral znodes: {before} before, {after} after."]
    if told.rolls is not None:
        out += ["", "## Sessions that went", "", *(_missing(one) for one in told.rolls.missing[:MOST])]
        if not told.rolls.missing:
            out.append("None with ephemeral znodes.")
    out += ["", "## What happened", "", "| Time (UTC) | Who | What |", "|---|---|---|"]
    out += [f"| {iso(line.at)} | {escaped(line.who)} | {escaped(line.what)} |" for line in lines(evidence)]
    return "\n".join(out) + "\n"


def _missing(one: Missing) -> str:
    named = ", ".join(escaped(path) for path in one.held.paths)
    more = one.held.total - len(one.held.paths)
    client = f" of {escaped(one.client)}" if one.client else ""
    return f"- 0x{one.session:x}{client}: {named}{f' and {more} more' if more else ''}"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands, whatever a server said."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]<>#|!~":
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _of_event(event: Event) -> Line:
    reason = f": {event.reason.rstrip('.')}" if event.reason else ""
    if event.kind is Kind.RULE:
        word = "resolved" if event.cause == "resolved" else "fires"
        return Line(event.at, event.subject or event.cluster, f"{event.rule} {word}{reason}", word == "fires", event.id)
    if event.to_state is None:
        return Line(event.at, "session", f"{event.cause}{reason}", True, event.id)
    lasted = "" if event.lasted_ms is None or event.from_state is None else f" after {event.lasted_ms / 1000:.1f} s"
    place = f" with {event.server}" if event.server and event.to_state is State.CONNECTED else ""
    what = f"{event.to_state}{lasted}{place} ({event.cause}){reason}"
    return Line(event.at, "session", what, event.to_state is not State.CONNECTED, event.id)


def _of_change(change: Change) -> Line:
    words = [f"{change.was} → {change.now}"] if change.was is not change.now else [f"{change.now}"]
    if change.restarted:
        words.append("restarted")
    if change.now is Stand.LEADER and change.was is not Stand.LEADER:
        words.append("elected" + ("" if change.epoch is None else f", epoch {change.epoch}"))
    if change.why:
        words.append(change.why)
    return Line(change.at, change.server, "; ".join(words), not change.now.serves or change.restarted)
