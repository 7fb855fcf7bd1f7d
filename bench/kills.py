"""kill -9 at random moments, over and over: is anything lost that was committed?

Each run of a real process records losses and recoveries as quickly as it can and is killed after a random time; the
store and the receiver outlive it. At the end one more run ends in peace, and then: every incident in the log was told,
each in order, and nothing is owed. `python -m bench kills --kills 100`; stopped, it goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from pathlib import Path

from aiohttp import web

from bench import report
from tests.support import living

UNITS = {"runs": "", "incidents": "", "messages": "", "twice": "messages under the same id", "lost": ""}
LONGEST_LIFE_S = 1.2
"""From when the process records and sends: however busy the machine is, it dies at its work."""
START_S = 60.0
AT_START = 0.1
"""The part of the processes that die while they start."""
PROCESSES = multiprocessing.get_context("forkserver")
"""Each process is forked from one that has imported everything: 1,000 lives are no 1,000 starts of Python."""


class Receiver:
    """Writes down on disk each message that it takes, so that a bench that is stopped can go on; fails at random."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        if random.random() < 0.1:
            return web.Response(status=503)
        with self._path.open("a") as file:
            file.write(json.dumps({"id": request.headers["webhook-id"], "body": body}) + "\n")
        return web.Response()

    def taken(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []


async def life(store: str, url: str, run: int, dies_after_s: float | None) -> int | None:
    """One process; gives its exit code."""
    ready = PROCESSES.Event()
    process = PROCESSES.Process(target=living.live, args=(store, url, run, ready.set))
    process.start()
    if dies_after_s is not None and random.random() >= AT_START:
        await asyncio.to_thread(ready.wait, START_S)
    await asyncio.to_thread(process.join, dies_after_s)
    if process.is_alive():
        process.kill()
        await asyncio.to_thread(process.join)
    return process.exitcode


async def kill(runs: int, folder: Path) -> dict[str, int]:
    """Raises AssertionError if anything was lost or out of order."""
    done, receiver = folder / "runs", Receiver(folder / "taken")
    site = web.Application()
    site.router.add_post("/", receiver.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    store = f"sqlite:///{folder}/zkdash.sqlite"
    PROCESSES.set_forkserver_preload([living.__name__])
    first = int(done.read_text()) if done.exists() else 0
    for run in range(first, runs):
        await life(store, url, run, random.uniform(0, LONGEST_LIFE_S))
        done.write_text(str(run + 1))
        if run % 50 == 49:
            report.tell(f"{run + 1} of {runs} killed, {len(receiver.taken())} messages taken")
    code = await life(store, url, runs, None)
    await runner.cleanup()
    assert code == os.EX_OK, f"the last run ended with {code}"
    return checked(folder / "zkdash.sqlite", receiver.taken(), runs)


def checked(store: Path, taken: list[dict[str, str]], runs: int) -> dict[str, int]:
    """What came of it. Raises AssertionError if an incident of the log was not told, or not in order."""
    told: dict[int, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for message in taken:
        if message["id"] in seen:
            continue  # a second time, with the same id: a receiver knows it
        seen.add(message["id"])
        data = json.loads(message["body"])["data"]
        for incident in data["incidents"]:
            told[incident["id"]].append(data["kind"])
    connection = sqlite3.connect(store)
    incidents = connection.execute("SELECT id, resolved_at IS NULL FROM incidents").fetchall()
    owed = connection.execute("SELECT count(*) FROM deliveries WHERE state = 'owed'").fetchone()[0]
    connection.close()
    assert owed == 0, f"{owed} deliveries are owed"
    for incident, is_open in incidents:
        kinds = told[incident]
        assert kinds[:1] in (["firing"], ["flapping"]), f"incident {incident} was told as {kinds}"
        assert is_open or kinds[-1] == "resolved", f"the end of incident {incident} was not told: {kinds}"
        assert "resolved" not in kinds[:-1], f"incident {incident} was over and went on: {kinds}"
    return {"runs": runs, "incidents": len(incidents), "messages": len(seen), "twice": len(taken) - len(seen)}


def main() -> None:
    options = report.arguments("kills", kills="1000")
    runs = int(options.kills)
    title = f"A process killed at {runs:,} random moments"
    if report.known(title):
        return
    kept = os.environ.get(report.RESULTS)
    with tempfile.TemporaryDirectory() as fresh:
        folder = Path(kept).with_name(f"kills-{runs}") if kept else Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(kill(runs, folder))
        report.table(title, {"zkdash": [found | {"lost": 0}]}, UNITS)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
