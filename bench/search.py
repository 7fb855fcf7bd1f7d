"""A search by name and by data: zkdash's own process, beside the old way: kazoo, one znode after the other; zk-shell.

zkdash is asked by its API; the hits stream in. Its memory is that of the process, before and at most. It reads no
faster than its limit of 100,000 znodes a second, as in life. kazoo is stopped after a while; zk-shell's `find` has no
end that one could wait for with more than 10,000 znodes.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil
from kazoo.client import KazooClient

from bench import peers, report
from bench.peers import Peer
from bench.processes import ZkDash, cpu_s, wait_for, zkdash
from bench.report import Curve
from bench.trees import make_tree, tree_size
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

KAZOO = "kazoo, one by one"
UNITS = {
    "first hit": "s",
    "end": "s",
    "znodes/s": "",
    "client CPU": "s",
    "us/znode": "µs of client CPU",
    "added": "MiB at most",
    "hits": "",
}
DATA_WORDS = ("a needle in", "needle in the", "a needle", "needle in", "needle", "eedle in the", "a needl", "needl")
"""What was searched for before is kept, so each search has words of its own that find the same."""
NAME_WORDS = ("item-000999", "tem-000999", "em-000999", "m-000999", "-000999", "000999", "00999", "tem-00099")
KAZOO_S = 12.0
"""Reading one znode after the other, it is stopped then."""
SHELL_SIZE = 10_000


def most_bytes(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def search(dash: ZkDash, query: Mapping[str, object]) -> dict[str, float]:
    Path(f"/proc/{dash.process.pid}/clear_refs").write_text("5")  # the most memory is that from now on
    memory, cpu = dash.process.memory_info().rss, cpu_s(dash.process)
    began, first, hits, last = time.perf_counter(), 0.0, 0, b""
    with urllib.request.urlopen(f"{dash.url}/api/v1/search?{urllib.parse.urlencode(query)}", timeout=600) as answer:  # noqa: S310 - our own loopback address
        for line in answer:
            first, last = first or time.perf_counter() - began, line
            hits += 1
    end, whole = json.loads(last)["end"], time.perf_counter() - began
    assert end["phase"] == "done"
    znodes, took_s = end["clusters"][0]["znodes"], cpu_s(dash.process) - cpu
    return {
        "first hit": first,
        "end": whole,
        "znodes/s": znodes / whole,
        "client CPU": took_s,
        "us/znode": took_s / znodes * 1e6,
        "added": (most_bytes(dash.process) - memory) / 2**20,
        "hits": hits - 1,
    }


def with_shell(shell: Peer, root: str, made: int, word: str) -> dict[str, float]:
    """What zk-shell's `find` took."""
    cpu, began = cpu_s(shell.process), time.perf_counter()
    hits = len(shell.ask(f"find {root} {word}"))
    whole, took_s = time.perf_counter() - began, cpu_s(shell.process) - cpu
    figures = {"end": whole, "znodes/s": made / whole, "client CPU": took_s, "us/znode": took_s / made * 1e6}
    return figures | {"hits": hits}


def plant(server: Server, znodes: int) -> str:
    """A tree with some needles in it; gives its root."""
    root = f"/n{znodes}"
    report.tell(f"making {tree_size(znodes):,} znodes")
    make_tree(server.address, root, znodes)
    client = KazooClient(server.address, timeout=60)
    client.start()
    folders = client.get_children(root)
    for folder in folders[:: max(1, len(folders) // 20)]:
        client.set(f"{root}/{folder}/item-000500", b"a needle in the hay")
    client.stop()
    client.close()
    return root


def title(znodes: int, how: str) -> str:
    return f"A search of {tree_size(znodes):,} znodes by {how}"


def measure(dash: ZkDash, plain: Peer, shell: Peer | None, root: str, znodes: int, how: str, runs: int) -> None:
    words = iter(NAME_WORDS if how == "name" else DATA_WORDS)
    query = {"root": root, "cluster": "bench"}
    contenders = {"zkdash": lambda: search(dash, {how: next(words), **query})}
    word = NAME_WORDS[0] if how == "name" else DATA_WORDS[4]
    contenders[KAZOO] = lambda: json.loads(plain.ask(f"search {root} {how} {word} {KAZOO_S}")[0])
    if shell is not None and how == "name" and znodes <= SHELL_SIZE:
        contenders["zk-shell, find"] = lambda: with_shell(shell, root, tree_size(znodes), word)
    figures = report.rounds(title(znodes, how), contenders, runs)
    curve = Curve(f"search by {how}", tree_size(znodes), ("end", "us/znode", "added"))
    report.table(title(znodes, how), figures, UNITS, limit=KAZOO, curve=curve)


def main() -> None:
    options = report.arguments("search", sizes="1000,10000,111000,1000000")
    options.runs = min(options.runs, len(NAME_WORDS) - 1)
    sizes = list(map(int, ("10000" if options.quick else options.sizes).split(",")))
    wanted = [(size, how) for size in sizes for how in ("name", "data") if not report.known(title(size, how))]
    if not wanted:
        return
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    config = "[zookeeper:bench]\nservers = {}\nsession_timeout = 30s\n"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(properties={"zookeeper.snapCount": "5000000"}))
        roots = {size: plant(server, size) for size in dict(wanted)}
        dash = stack.enter_context(zkdash(config.format(server.address), free_port()))
        wait_for(lambda: dash.answers() and dash.count("CONNECTED") == 1, 30, "zkdash")
        plain, shell = (stack.enter_context(peer(server.address)) for peer in (peers.kazoo_client, peers.zk_shell))
        for size, how in wanted:
            measure(dash, plain, shell, roots[size], size, how, options.runs)


if __name__ == "__main__":
    sys.exit(main())
