"""Makes README.md's pictures: an overview in light and in dark, on real servers, with one lost and one suspended.

    make pictures

The names of the clusters and what happened to them before the pictures are made up; the rest is as it comes.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import expect, sync_playwright

from zkdash.demo.children import end
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Ensemble, Server
from zkdash.store import events, runs
from zkdash.store.engine import Store

FOLDER = Path(__file__).parent
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
SETTLED_S = 75.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="zkdash-pictures-") as name:
        folder = Path(name)
        with (
            Ensemble(3, folder / "ensemble") as ensemble,
            Server(folder / "lost") as lost,
            Server(folder / "suspended") as suspended,
        ):
            own = {LOST: lost.address, SUSPENDED: suspended.address}
            url = f"http://127.0.0.1:{free_port()}"
            config = folder / "zkdash.conf"
            config.write_text(
                f"[web]\nlisten = {url.removeprefix('http://')}\n[store]\nurl = sqlite:///{folder}/zkdash.sqlite\n"
                + "".join(
                    f"[zookeeper:{name}]\nservers = {own.get(name, ensemble.hosts)}\nlabel = {label}\n"
                    f"session_timeout = {'40s' if name == SUSPENDED else '6s'}\n"
                    for name, label in LABELS.items()
                )
            )
            asyncio.run(make_history(f"sqlite:///{folder}/zkdash.sqlite"))
            zkdash = subprocess.Popen([sys.executable, "-m", "zkdash", "-c", config], stdout=subprocess.PIPE)
            try:
                zkdash.stdout.readline()  # type: ignore[union-attr]  # its address: it listens now
                time.sleep(SETTLED_S)
                take(url, lost, suspended)
            finally:
                end(zkdash)


def take(url: str, lost: Server, suspended: Server) -> None:
    """Bring the trouble about and take the pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 640}, device_scale_factor=1.5)
        page.goto(url)
        lost.kill()
        expect(page.locator(f"#cluster-{LOST}[data-state=LOST]")).to_be_visible(timeout=30_000)
        suspended.kill()
        expect(page.locator(f"#cluster-{SUSPENDED}[data-state=SUSPENDED]")).to_be_visible(timeout=20_000)
        page.wait_for_timeout(5_000)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of the two
            page.screenshot(path=FOLDER / f"overview-{scheme}.png")
        browser.close()


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
    main()
