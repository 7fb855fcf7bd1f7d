"""The part of the OpenAPI document that is about what crawls: search, usage, comparisons and exports."""

from __future__ import annotations

from typing import Any

from zkdash.web.openapi_schemas import Schema, list_of, number, object_of, one_of, or_null, text
from zkdash.znodes.export import Format
from zkdash.znodes.jobs import Phase
from zkdash.znodes.patterns import As
from zkdash.znodes.search import Age

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
            clusters=list_of("CrawlOfCluster"),
        ),
    ),
    "SearchLine": {
        "description": "A line of the answer: what was found as it is found, and a last line that says how it ended.",
        "properties": {},
        "required": [],
        "oneOf": [{"$ref": "#/components/schemas/SearchHit"}, {"$ref": "#/components/schemas/SearchEnd"}],
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


def crawl_paths(get: Any, query: Any, cluster_name: dict[str, Any]) -> dict[str, Any]:
    """Their paths; `get` and `query` make an operation and a parameter."""
    string = {"type": "string"}
    search = get(
        "crawls",
        "search",
        "Znodes by name, data, owner, age or size, in one or several clusters",
        "SearchLine",
        [
            query("name", "What the name has or is. With a slash in it, what the whole path has.", string),
            query("name_as", "How `name` is meant.", {**string, "enum": [*As], "default": As.TEXT}),
            query("data", "What the data has.", string),
            query("data_as", "How `data` is meant.", {**string, "enum": [As.TEXT, As.REGEX], "default": As.TEXT}),
            query("case", "1: match case.", {**string, "enum": ["0", "1"]}),
            query("owner", "The session that owns an ephemeral znode, as 0x….", string),
            query("newer", "Changed less than so long ago: 90s, 15min, 2h, 7d.", string),
            query("older", "Changed more than so long ago.", string),
            query("age", "What `newer` and `older` count from.", {**string, "enum": [*Age], "default": Age.MODIFIED}),
            query("larger", "More data than so many bytes: 1000, 10k, 1M.", string),
            query("smaller", "Less data than so many bytes.", string),
            query("root", "Only from this path down.", {**string, "default": "/"}),
            query(
                "cluster",
                "Only in these clusters: repeated, or separated by commas.",
                {"type": "array", "items": string},
            ),
        ],
    )
    search["get"]["description"] = (
        "Expressions are RE2's, which has no look-around and no back references. The search ends when its last "
        "reader leaves; who asks for the same shares it."
    )
    _stream(search)
    usage = get(
        "crawls",
        "getUsage",
        "How much a subtree has, and what has the most in it; the answer comes when all is counted",
        "Usage",
        [cluster_name, query("path", "From here down.", {**string, "default": "/"})],
        [404, 503],
    )
    return {
        "/api/v1/search": search,
        "/api/v1/clusters/{name}/usage": usage,
        "/api/v1/clusters/{name}/export": _export(get, query, cluster_name),
    }


def _export(get: Any, query: Any, cluster_name: dict[str, Any]) -> dict[str, Any]:
    string, flag = {"type": "string"}, {"type": "integer", "enum": [0, 1], "default": 1}
    path: dict[str, Any] = get(
        "crawls",
        "exportSubtree",
        "A subtree as a file: its znodes in order, parents first",
        "Export",
        [
            cluster_name,
            query("path", "From here down.", {**string, "default": "/"}),
            query("format", "What the file is.", {**string, "enum": [*Format], "default": Format.JSON}),
            query("stat", "0: without stats.", flag),
            query("acl", "0: without access lists.", flag),
        ],
        [403, 404, 503],
    )
    path["get"]["description"] = (
        "The same znodes give the same bytes. An answer that is cut off lacks its end: the cluster was lost meanwhile. "
        "A zip has a file for each value and `znodes.jsonl` about all of them; YAML has the shape of the JSON."
    )
    content = path["get"]["responses"]["200"]["content"]
    content["application/yaml"] = {"schema": string}
    content["application/zip"] = {"schema": {**string, "format": "binary"}}
    return path


def _stream(path: dict[str, Any]) -> None:
    """Lines of JSON instead of one document."""
    content = path["get"]["responses"]["200"]["content"]
    content["application/x-ndjson"] = content.pop("application/json")
