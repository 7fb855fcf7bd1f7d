"""The part of the OpenAPI document that is about what crawls: search, usage, comparisons and exports."""

from __future__ import annotations

from typing import Any

from zkdash.web.openapi_schemas import UNMASK
from zkdash.znodes.exported import Format
from zkdash.znodes.patterns import As
from zkdash.znodes.search import Age


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
        "/api/v1/compare": _compare(get, query),
        "/api/v1/clusters/{name}/usage": usage,
        "/api/v1/clusters/{name}/export": _export(get, query, cluster_name),
    }


def _compare(get: Any, query: Any) -> dict[str, Any]:
    string, flag = {"type": "string"}, {"type": "string", "enum": ["0", "1"], "default": "1"}
    strings = {"type": "array", "items": string}
    path: dict[str, Any] = get(
        "crawls",
        "compare",
        "What is different between two subtrees, of one cluster or of two",
        "CompareLine",
        [
            query("left", "CLUSTER:/path of what was before.", string),
            query("right", "CLUSTER:/path of what is after.", string),
            query("ignore", "Globs of paths, from the two roots down, that don't count, nor what is below.", strings),
            query("fields", "Fields of JSON that don't count: a name, or a way as in a.b from the top.", strings),
            query("acl", "0: access lists don't count.", flag),
            query("ephemerals", "0: ephemeral znodes don't count.", flag),
        ],
    )
    _stream(path)
    return path


def _export(get: Any, query: Any, cluster_name: dict[str, Any]) -> dict[str, Any]:
    string, flag = {"type": "string"}, {"type": "integer", "enum": [0, 1], "default": 1}
    seconds = {"type": "integer", "minimum": 0, "maximum": 3600, "default": 0}
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
            query("wait", "Seconds to wait for a cluster that is lost on the way, to go on where it stood.", seconds),
            query("unmask", UNMASK, flag),
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
