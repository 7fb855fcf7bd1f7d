"""What the pictures show: a zkdash on real servers with a past, with trouble that comes when it is asked for.

    python docs/pictures/scene.py      serves it until Ctrl-C, for whoever works on the pages

The names of the clusters and what happened to them before are made up; the rest is as it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kazoo.client import KazooClient
from kazoo.security import make_digest_acl

from zkdash.demo import trees
from zkdash.demo.children import end
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Ensemble, Server
from zkdash.store import events, runs
from zkdash.store.engine import Store

LABELS = {
    "orders-kafka": "Kafka, orders",
    "payments-kafka": "Kafka, payments",
    "hbase": "HBase, archive",
    "clicks": "ClickHouse, clicks",
    "solr": "Solr, product search",
    "flink": "Flink, production",
    "staging": "Staging, all of it",
    "lab": "The lab's own",
}
LOST, SUSPENDED = "hbase", "lab"
RESTLESS = {"staging": 7, "hbase": 2, "clicks": 1, "lab": 4}
"""How many troubles each had in the last hours."""
HISTORY_S = 4 * 3600
LARGE = b"".join(b"%07d one line of many in a znode that is near to what a server takes\n" % n for n in range(12_000))
PASSWORD = "a sea of green"  # noqa: S105 - of made-up people, in a zkdash that is gone with the pictures
GUARD = f"""\
[access]
sign_in = basic
users_file = users
[grant:admins]
users = ada
role = admin
[grant:archive]
users = joe
role = operator
clusters = {LOST}
[grant:archivists-look]
users = joe
clusters = orders-kafka, solr
[grant:topics]
users = mia
clusters = orders-kafka
paths = /brokers/topics
"""
"""Ada may everything, Joe operates one cluster and sees the others, Mia sees a part of one."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Three zkdashes: one with everything, one as it is before any cluster is configured, and one with sign-in."""

    url: str
    empty_url: str
    guarded_url: str
    lost: Server
    suspended: Server

    def trouble(self) -> None:
        """One cluster is lost in some seconds, and another is suspended for half a minute before it is, too."""
        self.lost.kill()
        self.suspended.kill()


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """Everything runs, and nothing is wrong yet."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zkdash-pictures-")))
        ensemble = stack.enter_context(Ensemble(3, folder / "ensemble"))
        lost = stack.enter_context(Server(folder / "lost"))
        suspended = stack.enter_context(Server(folder / "suspended"))
        plant(ensemble)
        url, empty_url, guarded_url = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
        config, empty, guarded = folder / "zkdash.conf", folder / "empty.conf", folder / "guarded.conf"
        own = {LOST: lost.address, SUSPENDED: suspended.address}
        config.write_text(
            f"[web]\nlisten = {url.removeprefix('http://')}\ncomponents = yes\n"
            f"[store]\nurl = sqlite:///{folder}/zkdash.sqlite\n"
            "[zookeeper]\nadmin = off\n[status:house]\nclusters = *\npublic = yes\n"
            f"[alert:on-call]\ntype = webhook\nurl = http://127.0.0.1:{free_port()}/hook\n"
            + "".join(section(name, own.get(name, ensemble.hosts)) for name in LABELS)
        )
        empty.write_text(
            f"[web]\nlisten = {empty_url.removeprefix('http://')}\n[store]\nurl = sqlite:///{folder}/empty.sqlite\n"
        )
        asyncio.run(make_history(f"sqlite:///{folder}/zkdash.sqlite"))
        guarded.write_text(
            f"[web]\nlisten = {guarded_url.removeprefix('http://')}\n[store]\nurl = sqlite:///{folder}/guarded.sqlite\n"
            f"[zookeeper]\nadmin = off\n{GUARD}"
            f"[alert:on-call]\ntype = webhook\nurl = http://127.0.0.1:{free_port()}/hook\n"
            + "".join(section(name, own.get(name, ensemble.hosts)) for name in ("orders-kafka", "solr", LOST))
        )
        for user in ("ada", "joe", "mia"):
            add = [sys.executable, "-m", "zkdash", "user", "add", user, "-c", str(guarded)]
            subprocess.run(add, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
        for file in (config, empty, guarded):
            zkdash = subprocess.Popen([sys.executable, "-m", "zkdash", "-c", file], stdout=subprocess.PIPE)
            stack.callback(end, zkdash)
            zkdash.stdout.readline()  # type: ignore[union-attr]  # its address: it listens now
        yield Scene(url, empty_url, guarded_url, lost, suspended)


def section(name: str, servers: str) -> str:
    """The configuration of one cluster."""
    timeout = "40s" if name == SUSPENDED else "6s"
    return f"[zookeeper:{name}]\nservers = {servers}\nlabel = {LABELS[name]}\nsession_timeout = {timeout}\n"


def plant(ensemble: Ensemble) -> None:
    """The sample trees."""
    client = KazooClient(ensemble.hosts)
    client.start()
    try:
        trees.plant(client, {**trees.orders(), **trees.search(), "/large": LARGE})
        client.create("/secret", b"1", acl=[make_digest_acl("ada", "right", all=True)])
    finally:
        client.stop()
        client.close()


async def make_history(url: str) -> None:
    """A process that watched for hours and ended just now."""
    now = int(time.time() * 1000)
    store = Store(url)
    await store.open()
    async with store.begin() as connection:
        run = await runs.start(connection, now - HISTORY_S * 1000)
        rows = sorted((row for name in LABELS for row in history(name, now)), key=lambda row: int(row["at"]))
        await events.add(connection, [row | {"run_id": run, "seq": seq} for seq, row in enumerate(rows, 1)])
        await runs.stop(connection, run, now)
    await store.close()


def history(cluster: str, now: int) -> Iterator[dict[str, Any]]:
    """The transitions of one cluster until now, with the troubles that RESTLESS says."""
    chance = random.Random(cluster)
    begin, was = now - HISTORY_S * 1000, None
    steps = [(begin, "LOST", "starting"), (begin + 300, "CONNECTED", "connected")]
    for at in sorted(chance.uniform(0.1, 0.95) for _ in range(RESTLESS.get(cluster, 0))):
        start = begin + int(at * HISTORY_S * 1000)
        steps.append((start, "SUSPENDED", "connection-lost"))
        back = start + chance.randrange(60_000, 240_000)
        if chance.random() < 0.6:
            steps.append((start + 6_000, "LOST", "session-timeout"))
            back += 240_000
        steps.append((back, "CONNECTED", "reconnected"))
    for at, state, cause in sorted(steps):
        same = {"kind": "state", "session_id": None, "server": None, "lasted_ms": None, "reason": "", "about": None}
        yield same | {"cluster": cluster, "at": at, "cause": cause, "from_state": was, "to_state": state}
        was = state


if __name__ == "__main__":
    with scene() as running:
        print(running.url, running.empty_url, "Enter brings the trouble about, Ctrl-C ends it", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.readline()
            running.trouble()
            while True:
                time.sleep(60)
