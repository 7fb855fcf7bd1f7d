"""Real ZooKeeper servers on free loopback ports, for the demo and the tests: single ones and ensembles."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from zkdash.demo.loopback import wait_until
from zkdash.demo.server import PortTaken, Server
from zkdash.errors import StartError

__all__ = ["Ensemble", "PortTaken", "Server"]


class Ensemble:
    """Several servers that form one ZooKeeper ensemble; the arguments are those of `Server`, for each of them."""

    def __init__(
        self,
        size: int = 3,
        folder: Path | None = None,
        *,
        config: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        whitelist: str = "*",
        admin: bool = False,
    ) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="zkdash-zookeeper-"))
        self.servers = [
            Server(
                self.folder / f"server-{number}",
                config=config,
                properties=properties,
                whitelist=whitelist,
                admin=admin,
            )
            for number in range(1, size + 1)
        ]
        for number, server in enumerate(self.servers, 1):
            server.number = number
            server.members = self.servers

    @property
    def hosts(self) -> str:
        """Where clients connect to: 127.0.0.1:PORT,… of all servers."""
        return ",".join(server.address for server in self.servers)

    def start(self, deadline_s: float = 60.0) -> Self:
        """Start all servers and wait until each serves. Ports change should another program have taken one."""
        for _ in range(5):
            try:
                for server in self.servers:
                    server.launch()
                self.wait_ready(deadline_s)
            except PortTaken:
                self.kill()
                for server in self.servers:
                    server.choose_ports()
            else:
                return self
        raise StartError(f"no ports to be had for a ZooKeeper ensemble; its logs are in {self.folder}")

    def wait_ready(self, deadline_s: float = 60.0) -> None:
        """Wait until every server serves clients."""
        for server in self.servers:
            server.wait_ready(deadline_s)

    def leader(self, deadline_s: float = 30.0) -> Server:
        """The server that leads, waited for during an election."""
        return wait_until(
            lambda: next((server for server in self.servers if server.running and server.mode() == "leader"), None),
            deadline_s,
            "a leader",
        )

    def followers(self) -> list[Server]:
        """The servers that follow now."""
        return [server for server in self.servers if server.running and server.mode() == "follower"]

    def server_at(self, address: str) -> Server:
        """The server with the client address "host:port"."""
        return next(server for server in self.servers if server.address == address)

    def zxid(self) -> int:
        """The highest transaction that any running server has processed."""
        return max(server.zxid() for server in self.servers if server.running)

    def kill(self) -> None:
        """kill -9 all of them."""
        for server in self.servers:
            server.kill()

    def close(self) -> None:
        """Kill all and remove their folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()
