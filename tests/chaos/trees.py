"""Trees that are trouble: a znode that is huge, and one that goes away while it is searched."""

from __future__ import annotations

import threading
from urllib.parse import urlencode

from kazoo.client import KazooClient

from tests.support.trees import delete_tree
from tests.support.zkdash_process import ZkDashProcess

HUGE_BYTES = 900_000
CHILDREN = 5_000
SEARCHED = 3_000
PER_TRANSACTION = 500


def plant(client: KazooClient, root: str, children: int, value: bytes = b"") -> None:
    """`root` with as many children."""
    delete_tree(client, root)
    client.create(root, value)
    for begin in range(0, children, PER_TRANSACTION):
        together = client.transaction()
        for number in range(begin, min(begin + PER_TRANSACTION, children)):
            together.create(f"{root}/child-{number:06}", b"a needle")
        together.commit()


def look_at_a_huge_one(client: KazooClient, dash: ZkDashProcess) -> None:
    """Its page, its data and its children, which then are deleted. zkdash may be dead meanwhile."""
    plant(client, "/huge", CHILDREN, b"\xff\x00{" * (HUGE_BYTES // 3))
    for path in (
        "/clusters/calm/znodes/huge",
        "/clusters/calm/znodes/huge?tab=data",
        "/clusters/calm/znodes/huge?raw=1",
    ):
        _get(dash, path)
    delete_tree(client, "/huge")


def delete_while_searched(client: KazooClient, dash: ZkDashProcess) -> None:
    """A search through a tree that goes away under it."""
    plant(client, "/searched", SEARCHED)
    query = urlencode({"cluster": "calm", "data": "needle"})
    searching = threading.Thread(target=_get, args=(dash, f"/api/v1/search?{query}"))
    searching.start()
    delete_tree(client, "/searched")
    searching.join(60)


def _get(dash: ZkDashProcess, path: str) -> None:
    try:
        answer = dash.get(path, deadline_s=60.0)
    except OSError:
        return  # zkdash is dead
    assert answer.status in (200, 404, 503), f"{path}: {answer.status} {answer.text[:500]}"
