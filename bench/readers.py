"""python -m bench.readers CONTENDER HOSTS ROOT …: one way to read a tree, measured from inside its own process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections import deque

from bench import peers
from bench.kazoo_peer import STOPPED_AFTER_S, TURNS_S, WINDOW, measured, rest_s
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.crawl import RATE_LIMIT, crawl_client

HEADER = struct.Struct("!iBi")
INT = struct.Struct("!i")
STAT_BYTES = 68
CHILDREN, DATA = 8, 4
BATCH = 512


# zkdash


async def connected(hosts: str) -> ReadOnlyClient:
    there = asyncio.Event()
    client = ReadOnlyClient(hosts, session_timeout_s=30, listener=lambda signal: there.set())
    client.start_async()
    await there.wait()
    return client


async def _zkdash(hosts: str, root: str, data: bool) -> int:
    client, seen = await connected(hosts), 0
    async with contextlib.aclosing(crawl_client(client, root, root, data=data, rate_limit=None)) as batches:
        async for batch in batches:
            seen += len(batch.paths)
    await client.close_async()
    return seen


def zkdash(hosts: str, root: str, data: bool) -> int:
    return asyncio.run(_zkdash(hosts, root, data))


# The limit: a blocking socket, MultiRead, and no more than names, values and stats taken apart


class Raw:
    def __init__(self, hosts: str) -> None:
        host, port = hosts.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.put(struct.pack("!iqiqi", 0, 0, 30_000, 0, 16) + bytes(17))
        self.frame()

    def put(self, payload: bytes) -> None:
        self.socket.sendall(INT.pack(len(payload)) + payload)

    def frame(self) -> bytes:
        (length,) = INT.unpack(self.take(4))
        return self.take(length)

    def take(self, length: int) -> bytes:
        buffer = bytearray(length)
        view = memoryview(buffer)
        while view:
            view = view[self.socket.recv_into(view) :]
        return bytes(buffer)

    def ask(self, xid: int, operations: list[tuple[int, bytes]]) -> None:
        parts = [struct.pack("!ii", xid, 22)]
        for opcode, path in operations:
            parts.append(HEADER.pack(opcode, False, -1) + INT.pack(len(path)) + path + b"\0")
        self.put(b"".join([*parts, HEADER.pack(-1, True, -1)]))


def raw(hosts: str, root: str, data: bool) -> int:
    """The obvious loop: take each result apart, one request ahead."""
    server, seen, xid = Raw(hosts), 0, 0
    waiting = deque([(DATA if data else CHILDREN, root.encode())])
    asked: deque[list[tuple[int, bytes]]] = deque()
    while waiting or asked:
        while waiting and len(asked) < 2:
            operations = [waiting.pop() for _ in range(min(BATCH, len(waiting)))]
            xid += 1
            server.ask(xid, operations)
            asked.append(operations)
        reply, at = server.frame(), 16
        for opcode, path in asked.popleft():
            at += HEADER.size
            (number,) = INT.unpack_from(reply, at)
            at += 4
            if opcode == DATA:
                value = reply[at : at + number]
                at += len(value)
                stat = struct.unpack_from("!qqqqiiiqiiq", reply, at)
                at += STAT_BYTES
                seen += 1
                if stat[9]:
                    waiting.append((CHILDREN, path))
                continue
            seen += not data
            for _ in range(number):
                (length,) = INT.unpack_from(reply, at)
                at += 4
                name = reply[at : at + length].decode()
                at += length
                waiting.append((DATA if data else CHILDREN, path + b"/" + name.encode()))
    server.put(struct.pack("!ii", xid + 1, -11))
    return seen


def pipelined(hosts: str, root: str, data: bool) -> int:
    """A request for each znode, many on their way: getChildren, and getData for its value."""
    server, seen, opcodes = Raw(hosts), 0, (DATA, CHILDREN) if data else (CHILDREN,)
    waiting = deque([root.encode()])
    asked: deque[bytes] = deque()
    end = time.monotonic() + STOPPED_AFTER_S
    while (waiting or asked) and time.monotonic() < end:
        while waiting and len(asked) < WINDOW:
            path = waiting.pop()
            words = INT.pack(len(path)) + path + b"\0"
            server.socket.sendall(b"".join(_request(opcode, words) for opcode in opcodes))
            asked.append(path)
        path = asked.popleft()
        if data:
            server.frame()
        reply, at = server.frame(), 20
        seen += 1
        for _ in range(INT.unpack_from(reply, 16)[0]):
            (length,) = INT.unpack_from(reply, at)
            waiting.append(path + b"/" + reply[at + 4 : at + 4 + length])
            at += 4 + length
    server.put(struct.pack("!ii", 1, -11))
    return seen


def _request(opcode: int, words: bytes) -> bytes:
    return struct.pack("!iii", 8 + len(words), 1, opcode) + words


# Another client's reads, by turns a second with a crawl and a second without, so that both have the machine's moods


def latency(hosts: str, root: str, how: str) -> dict[str, float]:
    """Its reads' latencies in ms, and how many znodes a second the crawl read while it might."""
    # Nice, because it is the server's work that others wait for; in life a crawler has a machine of its own.
    command = [sys.executable, "-m", "bench.readers", how, hosts, root, "data", "0"]
    if how == "kazoo":
        command = [peers.kazoo(), peers.KAZOO, "turns", hosts, root]
    command = ["nice", "-n", "19", *command]
    crawler = subprocess.Popen(command, stdout=subprocess.PIPE)
    crawler.stdout.readline()  # it is connected
    server = Raw(hosts)
    path = f"{root}/folder-00000".encode()
    request = struct.pack("!ii", 1, DATA) + INT.pack(len(path)) + path + b"\0"
    quiet, busy = [], []
    end = time.monotonic() + TURNS_S
    while time.monotonic() < end:
        phase = time.time() % 2.0
        began = time.perf_counter()
        server.put(request)
        server.frame()
        took_ms = (time.perf_counter() - began) * 1000
        if 0.1 < phase % 1.0 < 0.95:
            (busy if phase < 1.0 else quiet).append(took_ms)
        time.sleep(0.001)
    seen = int(crawler.communicate(b"")[0])
    quiet, busy = statistics.quantiles(quiet, n=100), statistics.quantiles(busy, n=100)
    return {
        "p50 quiet": quiet[49],
        "p50": busy[49],
        "p99 quiet": quiet[98],
        "p99": busy[98],
        "ratio": busy[98] / quiet[98],
        "znodes/s": seen / (TURNS_S / 2),
    }


async def crawl_by_turns(hosts: str, root: str, rate_limit: float | None) -> int:
    client, seen = await connected(hosts), 0
    print("ready", flush=True)
    end = time.monotonic() + TURNS_S
    while time.monotonic() < end:
        async with contextlib.aclosing(crawl_client(client, root, root, data=True, rate_limit=rate_limit)) as batches:
            async for batch in batches:
                seen += len(batch.paths)
                if time.monotonic() > end:
                    break
                await asyncio.sleep(rest_s())
    await client.close_async()
    return seen


def main() -> None:
    contender, hosts, root, how, znodes = sys.argv[1:6]
    ways = {"zkdash": zkdash, "raw socket, MultiRead": raw, "raw socket, pipelined": pipelined}
    if contender in ways:
        print(json.dumps(measured(lambda: ways[contender](hosts, root, how == "data"), int(znodes))))
    elif contender == "latency":
        print(json.dumps(latency(hosts, root, how)))
    else:
        print(asyncio.run(crawl_by_turns(hosts, root, RATE_LIMIT if contender == "limited" else None)))


if __name__ == "__main__":
    main()
