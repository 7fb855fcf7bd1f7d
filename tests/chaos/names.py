"""A host name that leads elsewhere one day: in a hosts file that only zkdash has, where this user may mount one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from zkdash.demo.faults import Proxy

HOSTS = ("127.0.0.1", "127.0.0.2")
"""Of one length, so that the file is never without a line."""
MOUNT = 'mount --bind "$0" /etc/hosts && exec "$@"'


class Named:
    """A server behind a name, a port and two addresses, of which one is in use; `there` says whether that was allowed.

    Where it is not, the name is the address. The faults are those of the network in use.
    """

    def __init__(self, name: str, target: str, file: Path) -> None:
        self._file = file
        first = Proxy(target)
        self._networks = (first, Proxy(target, host=HOSTS[1], port=first.port))
        self._used = 0
        file.write_text(f"{HOSTS[0]} {name}\n127.0.0.1 localhost\n")
        self.there = (
            sys.platform == "linux" and subprocess.run([*self.shell, "true"], capture_output=True).returncode == 0
        )
        self.address = f"{name}:{first.port}" if self.there else first.address

    @property
    def shell(self) -> list[str]:
        """What a command is to begin with to see the name: it becomes the command, with the same process id."""
        return ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(self._file)]

    @property
    def network(self) -> Proxy:
        """The network in use."""
        return self._networks[self._used]

    def leave(self) -> None:
        """Nobody is at the address any more."""
        self.network.refuse()

    def move(self) -> None:
        """The name leads to the other address, and the server is there."""
        self._used = 1 - self._used
        self.network.heal()
        with self._file.open("r+") as file:
            file.write(HOSTS[self._used])

    def __enter__(self) -> Named:
        self.network.start()
        return self

    def __exit__(self, *_: object) -> None:
        for network in self._networks:
            network.close()
