"""zkdash as its users run it: a process of its own, asked over HTTP."""

from __future__ import annotations

import itertools
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import psutil

from tests.support.health import troubles
from tests.support.http import Answer, request
from zkdash.demo.children import end, python_environment, spawn
from zkdash.demo.loopback import wait_until

T = TypeVar("T")
REPO = Path(__file__).parents[2]
READY_LINE = re.compile(r"^zkdash: http://127\.0\.0\.1:(\d+)/", re.MULTILINE)
SITE = Path(__file__).parent / "site"


class ZkDashProcess:
    """One `python -m zkdash` with a folder, a store and a configuration of its own, on a free port.

    `config` is the INI text without [web] listen and [store] url; `clusters` are arguments NAME=SERVERS,
    `shell` is what its command begins with.
    Started with asyncio's debug mode on, so that its log tells of every callback that takes more than 100 ms.
    """

    def __init__(
        self,
        folder: Path,
        config: str = "",
        *clusters: str,
        environment: Mapping[str, str] | None = None,
        shell: Sequence[str] = (),
    ):
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clusters = clusters
        self.environment = dict(environment or {})
        self.shell = tuple(shell)
        self.log_file = folder / "zkdash.log"
        self.config_file = folder / "zkdash.conf"
        self.listen = "127.0.0.1:0"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._log_starts: list[int] = []
        self._was_frozen = False
        self.configure(config)

    def configure(self, config: str) -> None:
        """Write its configuration file."""
        listen = "" if "[web]" in config else f"[web]\nlisten = {self.listen}\n"
        store = "" if "[store]" in config else f"[store]\nurl = sqlite:///{self.folder}/zkdash.sqlite\n"
        self.config_file.write_text(f"{listen}{store}{config}\n")

    # Life

    def launch(self, **environment: str) -> Self:
        """Start the process and return at once."""
        with self.log_file.open("ab") as log:
            self._log_starts.append(log.tell())
            self.process = spawn(
                [*self.shell, sys.executable, "-m", "zkdash", "-c", str(self.config_file), *self.clusters],
                folder=self.folder,
                output=log,
                environment=python_environment(
                    **{"PYTHONASYNCIODEBUG": "1", "PYTHONFAULTHANDLER": "1", "PYTHONPATH": f"{SITE}:{REPO}"}
                    | self.environment
                    | environment
                ),
            )
        return self

    def start(self, deadline_s: float = 60.0, **environment: str) -> Self:
        """Start it and wait until it serves pages."""
        self.launch(**environment)
        self.port = int(wait_until(self._ready, deadline_s, "zkdash to say its address")[1])
        return self

    def _ready(self) -> re.Match[str] | None:
        if not self.running:
            raise AssertionError(f"zkdash ended while starting:\n{self.log}")
        return READY_LINE.search(self.log)

    def restart(self, deadline_s: float = 60.0, **environment: str) -> Self:
        """Start it again on the port that it had."""
        self.config_file.write_text(self.config_file.read_text().replace("127.0.0.1:0\n", f"127.0.0.1:{self.port}\n"))
        return self.start(deadline_s, **environment)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill9(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        end(self.process, sign=signal.SIGKILL)

    def sigterm(self) -> float:
        """Ask it to end; gives the seconds that it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def wait_ended(self, deadline_s: float = 20.0) -> int:
        """Wait until it has ended by itself; gives its exit code (negative: the signal that killed it)."""
        assert self.process is not None
        return self.process.wait(deadline_s)

    def freeze(self) -> None:
        """Stop its execution. From then on its log may tell of slow callbacks."""
        os.kill(self.pid, signal.SIGSTOP)
        self._was_frozen = True

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def sighup(self) -> None:
        os.kill(self.pid, signal.SIGHUP)

    def threads(self) -> int:
        return psutil.Process(self.pid).num_threads()

    # Questions

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path: str, /, deadline_s: float = 10.0, **headers: str) -> Answer:
        """GET; a header's name is written with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return request(self.port, "GET", path, headers=named, deadline_s=deadline_s)

    def api(self, path: str, /, **query: object) -> Any:
        """The JSON of GET /api/v1`path`, which must be a 200."""
        answer = self.get(f"/api/v1{path}" + (f"?{urlencode(query)}" if query else ""))
        assert answer.status == 200, f"{path}: {answer.status} {answer.text}"
        return answer.json()

    def cluster(self, name: str) -> dict[str, Any]:
        """One cluster of GET /api/v1/clusters."""
        return next(one for one in self.api("/clusters")["clusters"] if one["name"] == name)

    def state(self, name: str) -> str:
        return str(self.cluster(name)["state"])

    def events(self, cluster: str = "", **query: object) -> list[dict[str, Any]]:
        """The log, oldest first."""
        if cluster:
            query["cluster"] = cluster
        events: list[dict[str, Any]] = self.api("/events", **query)["events"]
        return sorted(events, key=lambda event: event["id"])

    def causes(self, cluster: str) -> list[str]:
        """The causes of all events of a cluster, oldest first."""
        return [event["cause"] for event in self.events(cluster)]

    def wait_for(self, predicate: Callable[[], T | None], deadline_s: float, what: str) -> T:
        """The first true value of `predicate`; the log is in the error should there be none."""
        try:
            return wait_until(predicate, deadline_s, what)
        except TimeoutError as error:
            raise AssertionError(f"{error}; the log:\n{self.log[-4000:]}") from None

    def wait_state(self, name: str, state: str, deadline_s: float) -> float:
        """Wait until a cluster is in a state; gives the seconds that it took."""
        began = time.monotonic()
        self.wait_for(lambda: self.state(name) == state, deadline_s, f"{name} to be {state}")
        return time.monotonic() - began

    def wait_cause(self, name: str, cause: str, deadline_s: float, *, after: int = 0) -> dict[str, Any]:
        """The first event of a cluster with this cause that is younger than the event `after`."""

        def found() -> dict[str, Any] | None:
            events = self.events(name)
            return next((event for event in events if event["cause"] == cause and event["id"] > after), None)

        return self.wait_for(found, deadline_s, f"{cause} of {name}")

    # Its log

    def account(self) -> str:
        """How it is, and what it logged last: for a test that failed."""
        code = None if self.process is None else self.process.poll()
        how = "not started" if self.process is None else "running" if code is None else f"ended with code {code}"
        return f"{how}; it logged last:\n{self.log[-4000:] if self._log_starts else ''}"

    @property
    def log(self) -> str:
        """What it has said since it was started last."""
        return self._log_between(self._log_starts[-1], None)

    def _log_between(self, start: int, end: int | None) -> str:
        return self.log_file.read_bytes()[start:end].decode(errors="replace")

    def close(self) -> None:
        """End it if it runs, and fail if any of its runs logged what a healthy zkdash doesn't."""
        if self.running:
            self.sigterm()
        found = self.troubles()
        assert not found, "zkdash logged trouble:\n" + "\n".join(
            [*found, "the log:", self.log_file.read_text(errors="replace")]
        )

    def troubles(self) -> list[str]:
        """The lines that any of its runs logged and a healthy zkdash does not."""
        logs = [self._log_between(*bounds) for bounds in itertools.pairwise([*self._log_starts, None])]
        return [line for log in logs for line in self._troubles(log)]

    def _troubles(self, log: str) -> list[str]:
        ready = READY_LINE.search(log)  # before it is ready nobody waits for its event loop
        if ready is None or self._was_frozen:
            return troubles(log, slow_s=math.inf)
        return troubles(log[ready.end() :])
