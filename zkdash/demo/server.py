"""One real ZooKeeper server: a Java child with a data folder and ports of its own.

All calls block (call them from a thread when on an event loop), and the child dies with us, however we end.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from zkdash.demo.children import end, spawn
from zkdash.demo.installation import find_zookeeper
from zkdash.demo.loopback import LOOPBACK, free_port, is_free, wait_until
from zkdash.errors import StartError

TICK_MS = 500
JVM_OPTIONS = (
    "-Xmx128m",
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",  # else the JVM leaves a file in /tmp/hsperfdata_USER
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
)


class PortTaken(StartError):
    """Another program listens on a port that was chosen for a server."""


class Server:
    """One ZooKeeper server: a Java process, its folder and its ports, which stay the same over restarts.

    `config` adds lines to zoo.cfg (or overrides ours), `properties` are Java system properties. `whitelist` are
    the four-letter words that it answers; `admin` starts its AdminServer on `admin_port`. Without a `folder`
    it makes a temporary one, and `close()` removes it.

    `members` are the servers of its ensemble, `observer` is whether it has a vote there, `dynamic` whether the ensemble
    can be changed while it runs (and tells its client ports). `peer_ports` are where it finds another member's quorum
    port, by its number: a proxy's, say.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        config: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        whitelist: str = "*",
        admin: bool = False,
    ) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="zkdash-zookeeper-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = dict(config or {})
        self.properties = dict(properties or {})
        self.whitelist = whitelist
        self.admin = admin
        self.number = 0
        self.members: list[Server] = []
        self.observer = False
        self.dynamic = False
        self.peer_ports: dict[int, int] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.installation = find_zookeeper()
        self.choose_ports()
        self._log_start = 0
        self._has_served = False

    def choose_ports(self) -> None:
        """Take ports that are free now."""
        self.client_port, self.quorum_port, self.election_port, self.admin_port = (free_port() for _ in range(4))

    @property
    def address(self) -> str:
        """Where clients connect to: 127.0.0.1:PORT."""
        return f"{LOOPBACK}:{self.client_port}"

    hosts = address

    @property
    def admin_url(self) -> str:
        """Where its AdminServer's commands are."""
        return f"http://{LOOPBACK}:{self.admin_port}/commands"

    @property
    def data_folder(self) -> Path:
        """Where its snapshots and its transaction log are."""
        return self.folder / "data"

    @property
    def log_file(self) -> Path:
        """What it writes to its standard output and error."""
        return self.folder / "server.log"

    @property
    def running(self) -> bool:
        """Whether the process exists; a frozen one does."""
        return self.process is not None and self.process.poll() is None

    def start(self, deadline_s: float = 30.0) -> Self:
        """Start it and wait until it serves. A first start changes ports should another program have taken one."""
        for _ in range(5):
            try:
                self.launch()
                self.wait_ready(deadline_s)
            except PortTaken:
                if self._has_served:
                    raise
                self.choose_ports()
            else:
                return self
        raise StartError(f"no port to be had for a ZooKeeper server; its log is {self.log_file}")

    def launch(self) -> None:
        """Start the process and return at once. Raises PortTaken."""
        if self.running:
            raise RuntimeError(f"{self.address} is already running")
        if not all(is_free(port) for port in (self.client_port, self.quorum_port, self.election_port, self.admin_port)):
            raise PortTaken(self.address)
        self.data_folder.mkdir(exist_ok=True)
        if self.number:
            (self.data_folder / "myid").write_text(f"{self.number}\n")
        cfg = self.folder / "zoo.cfg"
        cfg.write_text("".join(f"{key}={value}\n" for key, value in self._zoo_cfg().items()))
        options = [f"-D{key}={value}" for key, value in self._properties().items()]
        main = ["-cp", self.installation.classpath, "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(cfg)]
        with self.log_file.open("ab") as log:
            self._log_start = log.tell()
            self.process = spawn(
                [self.installation.java, *JVM_OPTIONS, *options, *main], folder=self.folder, output=log
            )

    def _zoo_cfg(self) -> dict[str, str]:
        ours = {
            "tickTime": str(TICK_MS),
            "initLimit": "40",
            "syncLimit": "6",
            "maxSessionTimeout": "40000",
            "maxClientCnxns": "0",
            "dataDir": str(self.data_folder),
            "clientPort": str(self.client_port),
            "clientPortAddress": LOOPBACK,
            "4lw.commands.whitelist": self.whitelist,
            "admin.enableServer": str(self.admin).lower(),
            "admin.serverAddress": LOOPBACK,
            "admin.serverPort": str(self.admin_port),
        }
        ensemble = {f"server.{member.number}": self._line_of(member) for member in self.members}
        if self.dynamic:
            ours |= {"reconfigEnabled": "true", "standaloneEnabled": "false"}
            ours = {key: value for key, value in ours.items() if not key.startswith("clientPort")}
        if self.observer:
            ours["peerType"] = "observer"
        return {**ours, **ensemble, **self.config}

    def _line_of(self, member: Server) -> str:
        quorum_port = self.peer_ports.get(member.number, member.quorum_port)
        line = f"{LOOPBACK}:{quorum_port}:{member.election_port}"
        return f"{line}:{member.role};{member.address}" if self.dynamic or member.observer else line

    @property
    def role(self) -> str:
        """What it is for its ensemble: participant or observer."""
        return "observer" if self.observer else "participant"

    def _properties(self) -> dict[str, str]:
        ours = {
            "java.io.tmpdir": str(self.folder),
            "org.slf4j.simpleLogger.showDateTime": "true",
            "org.slf4j.simpleLogger.dateTimeFormat": "HH:mm:ss.SSS",
            "zookeeper.forceSync": "no",
            "zookeeper.preAllocSize": "64",
        }
        return {**ours, **self.properties}

    def wait_ready(self, deadline_s: float = 30.0) -> None:
        """Wait until it serves clients, in an ensemble with a quorum.

        Raises PortTaken or StartError when the process ends instead, TimeoutError when it takes too long.
        """
        wait_until(self._serves, deadline_s, f"ZooKeeper at {self.address} to serve (log: {self.log_file})")
        self._has_served = True

    def _serves(self) -> bool:
        self._check_alive()
        answer = self.four_letter("srvr")
        return "Mode: " in answer or "not in the whitelist" in answer

    def _check_alive(self) -> None:
        if self.running:
            return
        log = self.log_file.read_bytes()[self._log_start :].decode(errors="replace")
        if "Address already in use" in log:
            raise PortTaken(self.address)
        raise StartError(f"ZooKeeper at {self.address} did not start: {_why(log)} (log: {self.log_file})")

    def mode(self) -> str:
        """What it is: leader, follower or standalone; empty when it doesn't serve."""
        match = re.search(r"^Mode: (\w+)", self.four_letter("srvr"), re.MULTILINE)
        return match[1] if match else ""

    def zxid(self) -> int:
        """The last transaction that it has processed. Raises ConnectionError when it doesn't serve."""
        match = re.search(r"^Zxid: (0x[0-9a-f]+)", self.four_letter("srvr"), re.MULTILINE)
        if not match:
            raise ConnectionError(f"{self.address} tells no zxid")
        return int(match[1], 16)

    def four_letter(self, word: str, timeout_s: float = 2.0) -> str:
        """The answer to a four-letter word, "" when there is none."""
        answer = b""
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.client_port), timeout_s) as link:
            link.sendall(word.encode())
            while chunk := link.recv(65536):
                answer += chunk
        return answer.decode(errors="replace")

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it the polite way."""
        self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> None:
        if self.process is not None:
            end(self.process, sign=sign)
            self.process = None

    def freeze(self) -> None:
        """Stop its execution: connections stay open and nothing is answered."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Kill it and remove its folder."""
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


def _why(log: str) -> str:
    """The line of a server's log that says best why it ended."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    causes = [line for line in lines if re.match(r"(Caused by: |Error|[\w.$]+(Exception|Error)\b)", line)]
    return (causes or lines or ["it said nothing"])[-1]
