"""kazoo as a peer, in an environment that has nothing else: one way to read a tree, measured from inside its process.

kazoo_peer.py crawl one-by-one|pipelined HOSTS ROOT names|data ZNODES: figures of a crawl, as JSON.
kazoo_peer.py turns HOSTS ROOT: reads by turns a second and rests a second, beside another client.
kazoo_peer.py serve HOSTS: answers lines, `children PATH` or `search ROOT name|data WORD SECONDS`.
"""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kazoo.client import KazooClient

WINDOW = 200
TURNS_S = 20.0
STOPPED_AFTER_S = 15.0
"""A crawl is stopped then: a million znodes would take it an hour."""


def memory(field: str) -> int:
    """Bytes of this process: VmRSS, or VmHWM for the most that it ever had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def measured(crawl: Callable[[], int], znodes: int) -> dict[str, float]:
    """Its figures; of one that was stopped before it had read all, those that are the same however far it gets."""
    before = memory("VmRSS")
    began, cpu = time.monotonic(), time.process_time()
    seen = crawl()
    wall_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
    whole = seen == znodes
    if not whole and wall_s < STOPPED_AFTER_S:
        raise AssertionError(f"{seen} znodes instead of {znodes}")
    added = (memory("VmHWM") - before) / 2**20
    rates = {"znodes/s": seen / wall_s, "us/znode": cpu_s / seen * 1e6, "added": added}
    return rates | ({"wall": wall_s, "client CPU": cpu_s} if whole else {})


def rest_s() -> float:
    """How long one that reads by turns must rest now: nothing in even seconds."""
    now = time.time()
    return 2.0 - now % 2.0 if now % 2.0 >= 1.0 else 0.0


@contextmanager
def connected(hosts: str) -> Iterator[KazooClient]:
    client = KazooClient(hosts, timeout=30)
    client.start()
    try:
        yield client
    finally:
        client.stop()
        client.close()


def one_by_one(client: KazooClient, root: str, data: bool) -> int:
    waiting, seen = [root], 0
    end = time.monotonic() + STOPPED_AFTER_S
    while waiting and time.monotonic() < end:
        path = waiting.pop()
        seen += 1
        if data:
            client.get(path)
        waiting += [f"{path}/{name}" for name in client.get_children(path)]
    return seen


def pipelined(client: KazooClient, root: str, data: bool) -> int:
    waiting, seen = deque([root]), 0
    asked: deque = deque()
    end = time.monotonic() + STOPPED_AFTER_S
    while (waiting or asked) and time.monotonic() < end:
        while waiting and len(asked) < WINDOW:
            path = waiting.pop()
            asked.append((path, client.get_children_async(path), client.get_async(path) if data else None))
        path, children, value = asked.popleft()
        seen += 1
        if value is not None:
            value.get()
        waiting.extend(f"{path}/{name}" for name in children.get())
    return seen


def turns(client: KazooClient, root: str) -> int:
    names, seen = [f"{root}/{name}" for name in client.get_children(root)], 0
    end = time.monotonic() + TURNS_S
    while time.monotonic() < end:
        asked = [client.get_async(name) for name in names[:WINDOW]]
        seen += len([one.get() for one in asked])
        time.sleep(rest_s())
    return seen


def search(client: KazooClient, root: str, how: str, word: str, longest_s: float) -> dict[str, float]:
    """The old way: one znode after the other, for a while at most."""
    before, began, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    first, seen, hits, waiting = 0.0, 0, 0, [root]
    while waiting and time.perf_counter() - began < longest_s:
        path = waiting.pop()
        seen += 1
        fits = word in path.rpartition("/")[2] if how == "name" else word.encode() in client.get(path)[0]
        waiting += [f"{path}/{name}" for name in client.get_children(path)]
        if fits:
            hits += 1
            first = first or time.perf_counter() - began
    whole, took_s = time.perf_counter() - began, time.process_time() - cpu
    figures = {"znodes/s": seen / whole, "us/znode": took_s / seen * 1e6, "added": (memory("VmRSS") - before) / 2**20}
    at_end = {"end": whole, "hits": hits, "client CPU": took_s}
    return figures | ({"first hit": first} if first else {}) | ({} if waiting else at_end)


def serve(client: KazooClient) -> None:
    for line in sys.stdin:
        verb, path, *words = line.split()
        if verb == "children":
            print(len(client.get_children(path)), flush=True)
        else:
            how, word, longest_s = words
            print(json.dumps(search(client, path, how, word, float(longest_s))), flush=True)


def main() -> None:
    verb, *words = sys.argv[1:]
    if verb == "crawl":
        how, hosts, root, what, znodes = words
        crawl = one_by_one if how == "one-by-one" else pipelined
        with connected(hosts) as client:
            print(json.dumps(measured(lambda: crawl(client, root, what == "data"), int(znodes))))
    elif verb == "turns":
        with connected(words[0]) as client:
            print("ready", flush=True)
            print(turns(client, words[1]))
    else:
        with connected(words[0]) as client:
            serve(client)


if __name__ == "__main__":
    main()
