"""What happened, as the JSON API gives it, and as its document describes it."""

from __future__ import annotations

from typing import Any

from zkdash.timeline import story_text
from zkdash.timeline.story import TITLES, Whose
from zkdash.timeline.teller import Told
from zkdash.web.filters import iso
from zkdash.web.openapi_schemas import HEX, TIME, Schema, list_of, number, object_of, or_null, text
from zkdash.znodes.stat import hex_id


def story(told: Told) -> dict[str, Any]:
    """The story of an outage."""
    evidence, one = told.evidence, told.story
    before, after = evidence.ephemerals or (None, None)
    return {
        "event_id": told.event.id,
        "cluster": told.event.cluster,
        "from": iso(evidence.start),
        "to": None if evidence.end is None else iso(evidence.end),
        "whose": one.whose.value,
        "title": TITLES[one.whose],
        "sentence": one.sentence,
        "why": list(one.why),
        "servers": [
            {
                "server": witness.server,
                "before": witness.before,
                "during": list(witness.during),
                "after": witness.after,
                "restarted": witness.restarted,
            }
            for witness in one.witnesses
        ],
        "ephemerals_before": before,
        "ephemerals_after": after,
        "sessions_gone": None
        if told.rolls is None
        else [
            {
                "session_id": hex_id(missing.session),
                "client": missing.client or None,
                "ephemerals": missing.held.total,
                "paths": list(missing.held.paths),
            }
            for missing in told.rolls.missing
        ],
        "lines": [
            {"at": iso(line.at), "who": line.who, "what": line.what, "event_id": line.event_id}
            for line in story_text.lines(evidence)
        ],
    }


_at = text("When. ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)
_texts: Schema = {"type": "array", "items": {"type": "string"}}

STORY_SCHEMAS: dict[str, Schema] = {
    "Story": object_of(
        "What happened when a cluster was suspended or lost, as far as zkdash's session and the servers' answers tell.",
        event_id=number("The event that was asked for."),
        cluster=text("The cluster."),
        **{"from": _at, "to": or_null(_at)},
        whose=text("Where it was.", enum=[*Whose]),
        title=text("The same in words."),
        sentence=text("What it was, in a sentence."),
        why={**_texts, "description": "What that is concluded from."},
        servers=list_of("Witness"),
        ephemerals_before=or_null(number("The ephemeral znodes that the servers counted before; null if unknown.")),
        ephemerals_after=or_null(number("Those that they counted after it.")),
        sessions_gone=or_null(list_of("SessionGone")),
        lines=list_of("StoryLine"),
    ),
    "Witness": object_of(
        "How a server stood.",
        server=text("The server."),
        before=or_null(text("How it stood before; null if nobody had probed it.")),
        during={**_texts, "description": "How it stood while the cluster was not connected, in order."},
        after=or_null(text("How it stood after; null while it goes on, or if unknown.")),
        restarted={"type": "boolean", "description": "Whether its process is another one since."},
    ),
    "SessionGone": object_of(
        "A session that was there when somebody asked before, and was not after.",
        session_id=text("The session.", pattern=HEX),
        client=or_null(text("Its client's address and port; null if it wasn't told.")),
        ephemerals=number("How many ephemeral znodes it had."),
        paths={**_texts, "description": "The first of those within the cluster's path."},
    ),
    "StoryLine": object_of(
        "Something that happened.",
        at=_at,
        who=text("The session, or a server."),
        what=text("What."),
        event_id=or_null(number("The event of the log, if it is one.")),
    ),
}


def story_paths(get: Any, event_id: Schema) -> dict[str, Any]:
    """Their paths; `get` makes an operation."""
    path = get("events", "getStory", "What happened, and whose it was", "Story", [event_id], [404])
    path["get"]["description"] = "Of an event that is part of an outage; any other is a 404."
    return {"/api/v1/events/{id}/story": path}
