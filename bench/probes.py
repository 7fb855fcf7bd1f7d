"""What probing many servers costs: zkdash's CPU, memory and sockets, how many probes it makes, and a server's CPU.

The servers are listeners in a process of their own that say what a real one said, so that what is measured is zkdash's
own cost; the limit is a bare loop of non-blocking sockets that asks as often and understands nothing. What a
probe costs a server is measured on a real one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import psutil

from bench import report
from bench.app import App
from zkdash.config import ClusterConfig
from zkdash.demo.server import Server
from zkdash.ensemble.service import EnsembleService
from zkdash.zookeeper.quick_word import ask_quickly

UNITS = {
    "cpu": "% of a core",
    "added": "MiB",
    "probes": "/s",
    "open": "sockets",
    "per probe": "µs",
}
PER_CLUSTER = 5
LIMIT = "bare sockets"

ANSWERER = """
import asyncio, json, sys
ANSWERS = json.loads(sys.argv[1])  # of a leader and of a follower, by word
class Answerer(asyncio.Protocol):
    def __init__(self, answers): self.answers = answers
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data):
        self.transport.write(self.answers[data.decode()].encode())
        self.transport.close()
async def main():
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(lambda a=a: Answerer(a), '0.0.0.0', 0, backlog=1000)
               for a in [ANSWERS[0]] + [ANSWERS[1]] * 4]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def answers() -> str:
    """What a real server says to `srvr` and `mntr`, as a leader and as a follower says it."""
    with Server() as server:
        said = {word: server.four_letter(word) for word in ("srvr", "mntr")}
    return json.dumps(
        [{word: text.replace("standalone", role) for word, text in said.items()} for role in ("leader", "follower")]
    )


class Clusters(dict[str, Any]):
    def __iter__(self) -> Any:
        return iter(list(self.values()))


def clusters(count: int, ports: list[int]) -> Clusters:
    """`count` servers in clusters of five, each cluster at a loopback address of its own."""
    made = Clusters()
    for number in range(count // PER_CLUSTER):
        host = f"127.1.{number // 250}.{number % 250 + 1}"
        config = ClusterConfig(f"c{number}", tuple((host, port) for port in ports), admin=())
        made[config.name] = SimpleNamespace(name=config.name, config=config, is_connected=lambda: False)
    return made


async def measured(seconds: float, probes: Any) -> dict[str, float]:
    process = psutil.Process()
    before, began, asked = process.cpu_times(), time.monotonic(), probes()
    most = 0
    while time.monotonic() - began < seconds:
        await asyncio.sleep(0.1)
        most = max(most, len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - the quickest way
    after, took = process.cpu_times(), time.monotonic() - began
    cpu_s = after.user + after.system - before.user - before.system
    done = probes() - asked
    return {"cpu": 100 * cpu_s / took, "probes": done / took, "open": most, "per probe": 1e6 * cpu_s / max(1, done)}


async def with_zkdash(count: int, seconds: float, ports: list[int]) -> dict[str, float]:
    memory = psutil.Process().memory_info().rss
    app = App()
    heard = SimpleNamespace(count=0)

    class Ear:
        def hear(self, message: str, cluster: str, samples: list[Any]) -> None:
            heard.count += sum(sample.ok for sample in samples)

    ear = Ear()
    app.PubSub.subscribe("Ensemble.sampled!", ear.hear)
    service = EnsembleService(app, clusters(count, ports), hold=lambda reason: None)  # type: ignore[arg-type]  # stands for an application
    await service.start()
    await asyncio.sleep(6)
    figures = await measured(seconds, lambda: heard.count)
    figures["added"] = (psutil.Process().memory_info().rss - memory) / 2**20
    began = time.monotonic()
    await service.stop()
    report.tell(f"stopped in {time.monotonic() - began:.2f} s")
    return figures


async def bare(count: int, seconds: float, ports: list[int]) -> dict[str, float]:
    """The limit: as many words as often, and nothing done with the answers."""
    done = SimpleNamespace(count=0)

    async def one(number: int) -> None:
        host = f"127.1.{number // 250}.{number % 250 + 1}"
        while True:
            began = time.monotonic()
            await asyncio.wait([ask_quickly(host, port, b"srvr") for port in ports])
            done.count += len(ports)
            await asyncio.sleep(2.0 - (time.monotonic() - began))

    tasks = [asyncio.create_task(one(number)) for number in range(count // PER_CLUSTER)]
    await asyncio.sleep(3)
    figures = await measured(seconds, lambda: done.count)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return figures


def on_a_server(words: int) -> dict[str, float]:
    """CPU of a real server for a word, and what it takes to answer, in ms."""
    figures = {}
    with Server(admin=True) as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        for word in ("srvr", "mntr"):
            for _ in range(words):
                server.four_letter(word)
            before = process.cpu_times()
            began = time.monotonic()
            for _ in range(words):
                server.four_letter(word)
            took = time.monotonic() - began
            after = process.cpu_times()
            figures[f"{word} CPU"] = 1000 * (after.user + after.system - before.user - before.system) / words
            figures[f"{word} answer"] = 1000 * took / words
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench probes")
    parser.add_argument("--servers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30)  # two full probes of each
    parser.add_argument("--runs", type=int, default=report.RUNS)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", choices=["zkdash", LIMIT], help="measure one contender, in this process")
    parser.add_argument("--ports", default="")
    options, _ = parser.parse_known_args()
    report.many_files()
    if options.one:
        contender = with_zkdash if options.one == "zkdash" else bare
        ports = [int(port) for port in options.ports.split(",")]
        figures = asyncio.run(contender(options.servers, options.seconds, ports))
        sys.stdout.write(repr(figures) + "\n")
        return
    title = f"{options.servers:,} servers probed every 2 s, all in full every 15 s"
    if not report.known(title):
        of_many(options, title)
    of_a_word(options.runs)


def of_many(options: argparse.Namespace, title: str) -> None:
    """Each contender is a process of its own, warmed up for some seconds."""
    with subprocess.Popen([sys.executable, "-c", ANSWERER, answers()], stdout=subprocess.PIPE, text=True) as answerer:
        try:
            assert answerer.stdout is not None
            ports_text = answerer.stdout.readline().strip().replace(" ", ",")
            contenders = {
                name: lambda name=name: _in_its_own_process(name, options, ports_text) for name in ("zkdash", LIMIT)
            }
            runs = report.rounds(title, contenders, options.runs, warm_up=False)
        finally:
            answerer.kill()
    report.table(title, runs, UNITS, limit=LIMIT)


def of_a_word(runs: int) -> None:
    title = "A word's cost for a real server"
    if report.known(title):
        return
    units = {f"{word} {what}": "ms" for word in ("srvr", "mntr") for what in ("CPU", "answer")}
    report.table(title, report.rounds(title, {"server": lambda: on_a_server(200)}, runs, warm_up=False), units)


def _in_its_own_process(name: str, options: argparse.Namespace, ports: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.probes", "--one", name, "--ports", ports]
    command += ["--servers", str(options.servers), "--seconds", str(options.seconds)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    figures: dict[str, float] = eval(said.splitlines()[-1])  # noqa: S307 - our own output
    return figures


if __name__ == "__main__":
    main()
