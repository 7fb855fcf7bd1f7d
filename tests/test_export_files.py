"""Exports: every format tells the same, and the same znodes give the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL, make_acl, make_digest_acl

from zkdash.znodes.export import export
from zkdash.znodes.exported import Format, Wanted
from zkdash.znodes.walk import Walk
from zkdash.zookeeper.errors import ClusterUnavailable
from zkdash.zookeeper.states import State

VALUES: dict[str, bytes | None] = {
    "/": b"",
    "/a": b"two\nlines\n",
    "/a/<script>": b"\xff\x00",
    "/a/..b": b"x",
    "/a/end.": b"'\"\t\x01",
    "/a-b": None,
    "/ü": "☃".encode(),
}


class Fake:
    """A tree in memory. `locked` are not for us to read."""

    cluster = "prod"

    def __init__(self, values: dict[str, bytes | None], locked: tuple[str, ...] = (), size: int = 2) -> None:
        self.values = values
        self.locked = locked
        self.size = size
        self.breaks: tuple[int, ...] = ()
        self.asked: list[int] = []

    def _names(self, path: str) -> list[str]:
        prefix = path.rstrip("/") + "/"
        return list({one[len(prefix) :].split("/")[0] for one in self.values if one.startswith(prefix) and one != path})

    def _each(self, of: Sequence[str], answer: Any) -> list[Any]:
        self.asked.append(len(of))
        if len(self.asked) in self.breaks:
            raise ClusterUnavailable("prod", State.SUSPENDED, 0, "the connection was lost")
        return [
            NoAuthError() if path in self.locked else answer(path) if path in self.values else NoNodeError()
            for path in of
        ]

    async def children(self, of: Sequence[str]) -> list[Any]:
        return self._each(of, self._names)

    async def data(self, of: Sequence[str]) -> list[Any]:
        return self._each(of, lambda path: (self.values[path], stat(len(self._names(path)))))

    async def back(self, wait_s: float) -> bool:
        return wait_s > 0

    async def acls(self, of: Sequence[str]) -> list[list[ACL] | Exception]:
        return [[make_acl("world", "anyone", read=True), make_digest_acl("ada", "x", all=True)] for _ in of]


def stat(children: int) -> ZnodeStat:
    return ZnodeStat(**(dict.fromkeys(ZnodeStat._fields, 0) | {"numChildren": children, "mtime": 1_700_000_000_000}))


async def file_of(wanted: Wanted, reads: Fake | None = None) -> bytes:
    return b"".join([piece async for piece in export(reads or Fake(VALUES), wanted)])


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("data", [True, False])
async def test_a_walk_is_in_order_however_it_is_read(size: int, data: bool) -> None:
    walk = Walk(Fake(VALUES, size=size), "/", data=data)
    paths = [node.path async for batch in walk.batches() for node in batch]
    assert paths == ["/", "/a", "/a/..b", "/a/<script>", "/a/end.", "/a-b", "/ü"]


@pytest.mark.parametrize("after", list(VALUES))
async def test_a_walk_goes_on_after_any_path(after: str) -> None:
    whole = [node.path async for batch in Walk(Fake(VALUES), "/", data=True).batches() for node in batch]
    rest = [node.path async for batch in Walk(Fake(VALUES), "/", data=True, after=after).batches() for node in batch]
    assert rest == whole[whole.index(after) + 1 :]


async def test_a_walk_of_a_wide_and_deep_tree_reads_ahead_and_holds_little() -> None:
    values: dict[str, bytes | None] = {"/": b""}
    for one in range(300):
        values |= {f"/n{one:03}": b"", f"/n{one:03}/k": b"", f"/n{one:03}/k/m": b""}
    reads = Fake(values, size=50)
    paths = [node.path async for batch in Walk(reads, "/", data=True).batches() for node in batch]
    assert paths == sorted(values)
    assert len(reads.asked) < 80


async def test_json_and_yaml_tell_the_same() -> None:
    as_json = json.loads(await file_of(Wanted("prod", "/")))
    assert yaml.safe_load(await file_of(Wanted("prod", "/", Format.YAML))) == as_json
    nodes = {node["path"]: node for node in as_json["znodes"]}
    assert list(nodes) == ["/", "/a", "/a/..b", "/a/<script>", "/a/end.", "/a-b", "/ü"]
    assert (nodes["/a/<script>"]["data"], nodes["/a/<script>"]["encoding"]) == ("/wA=", "base64")
    assert (nodes["/a-b"]["data"], nodes["/ü"]["data"]) == (None, "☃")
    assert nodes["/a"]["acl"][1] == {
        "scheme": "digest",
        "id": "ada:(hidden)",
        "may": ["read", "write", "create children", "delete children", "administer"],
    }
    assert as_json["missing"] == {"denied": 0, "too_large": 0, "gone": 0}


async def test_a_zip_has_a_file_for_each_value_under_a_name_that_every_system_can_have() -> None:
    archive = zipfile.ZipFile(io.BytesIO(await file_of(Wanted("prod", "/", Format.ZIP))))
    assert archive.testzip() is None
    assert archive.namelist() == ["a/%data", "a/..b", "a/%3Cscript%3E", "a/end%2E", "%C3%BC", "znodes.jsonl"]
    assert archive.read("a/%3Cscript%3E") == b"\xff\x00"
    lines = [json.loads(line) for line in archive.read("znodes.jsonl").splitlines()]
    assert [line.get("path") for line in lines[:-1]] == ["/", "/a", "/a/..b", "/a/<script>", "/a/end.", "/a-b", "/ü"]
    assert lines[1]["file"] == "a/%data"


@pytest.mark.parametrize("kind", list(Format))
@pytest.mark.parametrize("at", [3, 4, 5, 6])
async def test_a_cluster_that_comes_back_in_time_leaves_no_mark_in_the_file(kind: Format, at: int) -> None:
    broken = Fake(VALUES, size=2)
    broken.breaks = (at, at + 1, at + 4)
    pieces = export(broken, Wanted("prod", "/", kind), wait_s=1.0)
    assert b"".join([piece async for piece in pieces]) == await file_of(Wanted("prod", "/", kind))


async def test_a_cluster_that_is_not_waited_for_ends_the_file() -> None:
    broken = Fake(VALUES, size=2)
    broken.breaks = (4,)
    with pytest.raises(ClusterUnavailable):
        await file_of(Wanted("prod", "/"), broken)


@pytest.mark.parametrize("kind", list(Format))
async def test_the_same_znodes_give_the_same_bytes(kind: Format) -> None:
    assert await file_of(Wanted("prod", "/", kind)) == await file_of(Wanted("prod", "/", kind), Fake(VALUES, size=100))


async def test_what_cant_be_read_is_in_the_file_and_counted() -> None:
    export_of = json.loads(await file_of(Wanted("prod", "/", stat=False, acl=False), Fake(VALUES, locked=("/a",))))
    assert export_of["znodes"][1] == {"path": "/a", "trouble": "not for zkdash to read"}
    assert export_of["missing"]["denied"] == 1
    assert len(export_of["znodes"]) == 4


def test_a_file_name_is_plain() -> None:
    assert Wanted('p"\r\n', "/ä/../x", Format.ZIP).file_name == "p______.._x.zip"
