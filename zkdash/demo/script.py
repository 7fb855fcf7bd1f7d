"""`zkdash demo`: real ZooKeeper servers, trouble in turn, and a zkdash that watches them."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from kazoo.client import KazooClient

from zkdash.demo import trees
from zkdash.demo.children import end, python_environment, spawn
from zkdash.demo.hooks import HookReceiver
from zkdash.demo.loopback import LOOPBACK, free_port, is_free, wait_until
from zkdash.demo.servers import Ensemble, Server
from zkdash.errors import StartError

DEFAULT_PORT = 8080
SESSION_TIMEOUT_S = 6.0
CALM_S = 20.0
"""How long all is well before and between the troubles."""
OUTAGE_S = SESSION_TIMEOUT_S + 10.0
"""Long enough for a frozen server's cluster to be suspended (two thirds of the timeout) and then lost."""

CONFIG = """\
[web]
listen = {listen}

[store]
url = sqlite:///{folder}/zkdash.sqlite

[zookeeper]
session_timeout = {timeout:g}s

[zookeeper:orders]
servers = {orders}
admin = {orders_admin}
label = Orders: three servers, a Kafka's tree

[zookeeper:search]
servers = {search}
admin = {search_admin}
label = Search: one server, 20,000 documents

[zookeeper:archive]
servers = {archive}
label = Archive: no server at all

[alert:demo]
type = webhook
url = {hook}
secret = the demo's own
"""


def main(port: int | None = None) -> int:
    """Run the demo on `port` (0: a free one) until it is told to stop; gives the exit code.

    Raises StartError when there is no ZooKeeper, or when it or zkdash doesn't start.
    """
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, _interrupt)
    logging.getLogger("kazoo").setLevel(logging.CRITICAL + 1)  # its clients see the same troubles, and tell of each
    with contextlib.ExitStack() as stack:
        try:
            demo = Demo(stack)
            demo.start(DEFAULT_PORT if port is None else port)
            while True:
                demo.troubles()
        except KeyboardInterrupt:
            _say("\nstopping everything …")
        finally:
            for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(one, signal.SIG_IGN)
    _say("all stopped, nothing left behind")
    return 0


class Demo:
    """What runs: everything that it starts ends with `stack`."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.stack = stack
        self.folder = Path(tempfile.mkdtemp(prefix="zkdash-demo-"))
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.orders = Ensemble(3, self.folder / "orders", admin=True)
        self.search = Server(self.folder / "search", admin=True)
        self.sessions: list[tuple[KazooClient, trees.Tree]] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, port: int) -> None:
        """Start servers, data, the hook's receiver and zkdash, and say the URL."""
        _say("starting orders: an ensemble of three ZooKeeper servers")
        self.stack.callback(self.orders.kill)
        self.orders.start()
        _say("starting search: one ZooKeeper server")
        self.stack.callback(self.search.kill)
        self.search.start()
        _say("filling them: a Kafka's tree, services, 20,000 documents")
        self._plant()
        receiver = HookReceiver(_say_hook)
        self.stack.callback(receiver.close)
        nobody = self.stack.enter_context(socket.socket())
        nobody.bind((LOOPBACK, free_port()))  # bound but never listening: it refuses, and nobody else can take it
        if port and not is_free(port):
            _say(f"port {port} is taken, so zkdash gets another one")
            port = 0
        config = self.folder / "zkdash.conf"
        config.write_text(
            CONFIG.format(
                listen=f"{LOOPBACK}:{port}",
                folder=self.folder,
                timeout=SESSION_TIMEOUT_S,
                orders=self.orders.hosts,
                orders_admin=", ".join(server.admin_url for server in self.orders.servers),
                search=self.search.address,
                search_admin=self.search.admin_url,
                archive=f"{LOOPBACK}:{nobody.getsockname()[1]}",
                hook=receiver.url,
            )
        )
        _say("starting zkdash")
        self._start_zkdash(config)
        _say(f"\n  open  {self.url}\n\nthe first trouble comes in {CALM_S:g} s; Ctrl-C ends it all\n")

    def _plant(self) -> None:
        orders, search = trees.connect(self.orders.hosts), trees.connect(self.search.address)
        trees.plant(orders, trees.orders())
        trees.plant_special(orders)
        trees.plant(search, trees.search())
        trees.plant_documents(search)
        for name, hosts in (("orders", self.orders.hosts), ("search", self.search.address)):
            self.sessions += [(trees.connect(hosts), tree) for tree in trees.registrations(name)]
        self._keep_registered()

    def _start_zkdash(self, config: Path) -> None:
        log_file = self.folder / "zkdash.log"
        with log_file.open("wb") as log:
            self.process = spawn(
                [sys.executable, "-m", "zkdash", "-c", str(config)],
                folder=self.folder,
                output=log,
                environment=python_environment(PYTHONPATH=str(Path(__file__).parents[2])),
            )
        self.stack.callback(end, self.process, deadline_s=5.0)

        def address() -> re.Match[str] | None:
            said = log_file.read_text(errors="replace")
            if self.process is not None and self.process.poll() is not None:
                raise StartError(f"the demo's zkdash ended: {(said.splitlines() or ['it said nothing'])[-1]}")
            return re.search(r"^zkdash: (http://\S+)", said, re.MULTILINE)

        self.url = wait_until(address, 30.0, "zkdash to say its address")[1]

    # Troubles

    def troubles(self) -> None:
        """One round of everything that can happen to a cluster, with calm before each."""
        self._calm()
        server = self._server_of_orders()
        server.freeze()
        self._during(SESSION_TIMEOUT_S + 4.0, f"orders: {server.address} is frozen; zkdash was connected to it")
        server.thaw()
        _tell(f"orders: {server.address} goes on")

        self._calm()
        self.search.kill()
        self._during(OUTAGE_S, "search: its only server is killed")
        self.search.start()
        _tell("search: its server is back")

        self._calm()
        server = self._server_of_orders()
        server.stop()
        self._during(8.0, f"orders: {server.address} is stopped; zkdash was connected to it")
        server.start()
        _tell(f"orders: {server.address} is back")

        self._calm()
        self.search.freeze()
        self._during(OUTAGE_S, "search: its only server is frozen")
        self.search.thaw()
        _tell("search: its server goes on")

        self._calm()
        two = [server for server in self.orders.servers if server is not self._server_of_orders()]
        for server in two:
            server.kill()
        self._during(OUTAGE_S, "orders: two of three servers are killed, there is no quorum")
        for server in two:
            server.launch()
        self.orders.wait_ready()
        _tell("orders: all three servers are back")

    def _calm(self) -> None:
        self._during(CALM_S, "")
        self._keep_registered()

    def _during(self, seconds: float, what: str) -> None:
        if what:
            _tell(what)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self.process is not None and self.process.poll() is not None:
                raise StartError(f"the demo's zkdash ended with exit code {self.process.returncode}")
            time.sleep(0.2)

    def _server_of_orders(self) -> Server:
        """The server that zkdash is connected to, by its own word."""
        with contextlib.suppress(OSError, KeyError, StopIteration):
            with urllib.request.urlopen(f"{self.url}api/v1/clusters/orders", timeout=5) as answer:  # noqa: S310 - http
                status: dict[str, Any] = json.load(answer)
            return self.orders.server_at(status["server"])
        return self.orders.servers[0]

    def _keep_registered(self) -> None:
        for client, tree in self.sessions:
            trees.keep_registered(client, tree)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say_hook(hook: dict[str, Any]) -> None:
    data = hook.get("data", {})
    _tell(f"hook received: {hook.get('type')}: {data.get('cluster')} ({data.get('cause')})")


def _tell(line: str) -> None:
    """Say what happens, and when, as the page does (but in this machine's own time)."""
    _say(f"{time.strftime('%H:%M:%S')}  {line}")


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # whoever read it may be gone
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
