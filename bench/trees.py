"""A tree of many znodes on a server, made quickly: transactions of many creates, several on their way at once."""

from __future__ import annotations

import random
from collections import deque

from kazoo.client import KazooClient

PER_TRANSACTION = 500
ON_THE_WAY = 8


def tree_size(znodes: int, fanout: int = 1000) -> int:
    """How many znodes `make_tree` makes when it is asked for so many: whole folders."""
    return max(1, znodes // (fanout + 1)) * (1 + min(fanout, znodes)) + 1


def make_tree(hosts: str, root: str, znodes: int, fanout: int = 1000, *, flat: bool = False) -> int:
    """`root` with folders of `fanout` znodes each, or `flat` with all of them, most with some 20 to 120 bytes.

    Gives how many there are in all.
    """
    random.seed(1)
    client = KazooClient(hosts, timeout=60)
    client.start()
    folders = max(1, znodes // (fanout + 1))
    names = [root] if flat else [f"{root}/folder-{number:05}" for number in range(folders)]
    client.ensure_path(root)
    paths = [] if flat else [(name, b"") for name in names]
    fanout = znodes if flat else fanout
    paths += [
        (f"{name}/item-{number:06}", bytes(random.randrange(20, 120)))
        for name in names
        for number in range(min(fanout, znodes))
    ]
    waiting = deque()
    for begin in range(0, len(paths), PER_TRANSACTION):
        transaction = client.transaction()
        for path, value in paths[begin : begin + PER_TRANSACTION]:
            transaction.create(path, value)
        waiting.append(transaction.commit_async())
        if len(waiting) >= ON_THE_WAY:
            waiting.popleft().get()
    for one in waiting:
        one.get()
    client.stop()
    client.close()
    return len(paths) + 1


def make_roots(hosts: str, count: int) -> None:
    """/all/c0, /all/c1 and so on: a chroot for each of `count` clusters that are all on one server.

    They have one parent, since a server has five metrics for each child of its root.
    """
    client = KazooClient(hosts)
    client.start()
    client.ensure_path("/all")
    for one in [client.create_async(f"/all/c{number}") for number in range(count)]:
        one.get()
    client.stop()
    client.close()
