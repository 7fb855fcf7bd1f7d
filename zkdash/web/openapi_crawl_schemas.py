"""The shapes of what crawls give, for the OpenAPI document: `shapes_crawls.py` and znodes/ make what they describe."""

from __future__ import annotations

from zkdash.web.openapi_schemas import Schema, list_of, number, object_of, one_of, or_null, text
from zkdash.znodes.compare import What
from zkdash.znodes.jobs import Phase

_hit_facts: dict[str, Schema] = {
    "size": number("Bytes of its data. Known where more than names was asked for, as all that follows."),
    "created": number("Milliseconds since 1970, by the clock of a server."),
    "modified": number("Milliseconds since 1970, by the clock of a server."),
    "owner": or_null(text("The session of an ephemeral znode, or the mark of a container or TTL znode.")),
    "excerpt": object_of(
        "Where data was searched: what was found, and a little before and behind it.",
        before=text("What stands before it."),
        match=text("What was found; cut where it is long."),
        behind=text("What stands behind it."),
    ),
    "packed": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Where it was found in what is packed in the data: the packings, from the outside in.",
    },
}
_hit = object_of(
    "A znode that was found.",
    cluster=text("The cluster's name."),
    path=text("Its path."),
    children=number("How many children it has."),
)

_sums: dict[str, Schema] = {
    "znodes": number("How many there are, itself included."),
    "bytes": number("Of data, without names and access lists."),
    "ephemerals": number("How many of them are ephemeral."),
}


def _top(description: str) -> Schema:
    item = object_of("One of them.", path=text("Its path."), number=number("How much, or how many."))
    return {"type": "array", "description": description, "items": item}


_entry = object_of(
    "One line of an access list.",
    scheme=text("The scheme."),
    id=text("The id; without the password's hash of a digest."),
    may={"type": "array", "items": {"type": "string"}, "description": "Permissions in words."},
)

CRAWL_SCHEMAS: dict[str, Schema] = {
    "SearchHit": {**_hit, "properties": {**_hit["properties"], **_hit_facts}},
    "SearchEnd": object_of(
        "The last line of a search: how it ended. Without it the answer is cut off.",
        end=object_of(
            "How it ended.",
            phase=one_of("done: everything was looked at.", (Phase.DONE, Phase.FAILED, Phase.STOPPED)),
            trouble=text("Why it failed; empty if it didn't."),
            results=number("How many were found."),
            unopened=number("Packed values that were searched only as they are stored: a search opens 2 GiB at most."),
            clusters=list_of("CrawlOfCluster"),
        ),
    ),
    "SearchLine": {
        "description": "A line of the answer: what was found as it is found, and a last line that says how it ended.",
        "properties": {},
        "required": [],
        "oneOf": [{"$ref": "#/components/schemas/SearchHit"}, {"$ref": "#/components/schemas/SearchEnd"}],
    },
    "Difference": {
        **object_of(
            "A difference, on the way from the left to the right. Paths are below the two roots.",
            path=text("Its path."),
            what=one_of("What is different. Nothing is known of what is below an unreadable znode.", What),
            below=number("Of an added or removed znode: how many are below it."),
            data=object_of(
                "How the data is different.",
                kind=text("What the data is."),
                lines={"type": "array", "items": {"type": "string"}, "description": "A unified diff."},
                note=text("What the lines don't show."),
            ),
            acl=object_of(
                "How the access lists are different.",
                left={"type": "array", "items": {"type": "string"}, "description": "The left one in words."},
                right={"type": "array", "items": {"type": "string"}, "description": "The right one in words."},
            ),
            sides={"type": "array", "items": {"type": "string"}, "description": "Which can't be read: left, right."},
            why=text("Why it can't be read."),
        ),
        "required": ["path", "what"],
    },
    "CompareEnd": object_of(
        "The last line of a comparison: how it ended. Without it the answer is cut off.",
        end=object_of(
            "How it ended, and how many znodes there were of each kind.",
            phase=one_of("done: everything was compared.", (Phase.DONE, Phase.FAILED, Phase.STOPPED)),
            trouble=text("Why it failed; empty if it didn't."),
            added=number("With those below."),
            removed=number("With those below."),
            changed=number("Data or access list."),
            same=number("Alike."),
            ignored=number("Without those below."),
            unreadable=number("Without those below."),
            left={"$ref": "#/components/schemas/CrawlOfCluster"},
            right={"$ref": "#/components/schemas/CrawlOfCluster"},
        ),
    ),
    "CompareLine": {
        "description": "A line of the answer: a difference as it is found, and a last line that says how it ended.",
        "properties": {},
        "required": [],
        "oneOf": [{"$ref": "#/components/schemas/Difference"}, {"$ref": "#/components/schemas/CompareEnd"}],
    },
    "Usage": object_of(
        "How much a subtree has. If it failed or was stopped (`end.phase`) it is what was counted so far.",
        path=text("Where it begins."),
        **_sums,
        children={
            "type": "array",
            "description": "Its children with the most bytes below them.",
            "items": object_of("A child and all below it.", name=text("Its name."), **_sums),
        },
        most_data=_top("The znodes with the most bytes of data."),
        most_children=_top("The znodes with the most children."),
        most_ephemerals=_top("The znodes with the most ephemeral children."),
        end={"$ref": "#/components/schemas/CrawlOfCluster"},
    ),
    "Export": object_of(
        "A subtree.",
        cluster=text("The cluster's name."),
        path=text("Where it begins."),
        znodes=list_of("ExportedZnode"),
        missing=object_of(
            "What is not in it.",
            denied=number("Znodes that zkdash may not read; they are listed, what is below them is unknown."),
            too_large=number("Znodes that are too large to read; they are listed."),
            gone=number("Znodes that were deleted while it was written."),
        ),
    ),
    "ExportedZnode": {
        **object_of(
            "A znode of an export.",
            path=text("Its path."),
            data=or_null(text("Its value; null: it has none.")),
            encoding=text("base64: so is `data`, because it isn't UTF-8.", const="base64"),
            acl={"type": "array", "items": _entry, "description": "Its access list."},
            stat={"type": "object", "description": "Its stat, as ZooKeeper names its fields.", "properties": {}},
            trouble=text("Why it could not be read."),
            masked=number("How many values in it are masked as secret; left out for none."),
        ),
        "required": ["path"],
    },
    "CrawlOfCluster": object_of(
        "How far a crawl of one cluster got.",
        cluster=text("The cluster's name."),
        phase=one_of("How it ended, or how far it is.", Phase),
        trouble=text("Why it failed; empty if it didn't."),
        at=or_null(text("The znode that was read last.")),
        znodes=number("How many were read."),
        total=or_null(number("How many there were when it began; null where the server can't count them.")),
        denied=number("How many ACLs don't let zkdash read. What is below them is unknown."),
        too_large=number("How many were too large to read."),
        gone=number("How many were deleted meanwhile."),
        elapsed={"type": "number", "description": "Seconds that it took."},
    ),
}
