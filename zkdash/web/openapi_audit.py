"""What the API's OpenAPI document says of the audit log. `audit.py` makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zkdash.web.openapi_schemas import TIME, list_of, number, object_of, text

Path = dict[str, Any]

AUDIT_SCHEMAS: dict[str, Path] = {
    "AuditEntries": object_of("Who did what, the newest first.", entries=list_of("AuditEntry")),
    "AuditEntry": object_of(
        "Something that somebody did.",
        id=number("Grows with every entry."),
        at=text("When. ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME),
        who=text("Who was signed in; empty if nobody was."),
        via=text("How they were known: none, basic, proxy, oidc, token or share."),
        address=text("Where they came from."),
        action=text("What they did, such as sign-in, share-open or silence-create."),
        what=text("With what; may be empty."),
        cluster=text("On which cluster; empty if it was about none alone."),
        details={"type": "object", "description": "More of it; never a secret.", "additionalProperties": True},
    ),
}


def audit_paths(get: Callable[..., Path], query: Callable[..., Path]) -> dict[str, Path]:
    """The paths; `get` and `query` make an operation that reads, and a parameter."""
    texts = {"type": "array", "items": {"type": "string"}}
    moment = {"type": "string", "description": "Such as 2026-11-03T12:00, UTC."}
    path = get(
        "about",
        "listAudit",
        "Who did what, for admins; as a file with `format`",
        "AuditEntries",
        [
            query("who", "Only what these did.", texts),
            query("action", "Only such actions.", texts),
            query("cluster", "Only on these clusters.", texts),
            query("from", "Only from this time on.", moment),
            query("to", "Only before this time.", moment),
            query("before", "Only entries with a lower id, to read on.", {"type": "integer", "minimum": 0}),
            query(
                "limit",
                "At most so many; a file has all.",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
            ),
            query("format", "As what.", {"type": "string", "enum": ["json", "csv", "jsonl"], "default": "json"}),
        ],
        [403, 503],
    )
    path["get"]["responses"]["200"]["content"] |= {
        "text/csv": {"schema": {"type": "string"}},
        "application/jsonl": {"schema": {"type": "string"}},
    }
    return {"/api/v1/audit": path}
