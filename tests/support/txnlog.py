"""What was written to a server, by its own transaction log."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from zkdash.demo.servers import Server

_LINE = re.compile(r"^\S.* session (0x[0-9a-f]+) cxid \S+ zxid (0x[0-9a-f]+) (\w+)(?: (\S+?),)?", re.MULTILINE)


@dataclass(frozen=True)
class Transaction:
    """One line of the log; `path` is that of a znode that was written."""

    zxid: int
    session: str
    kind: str
    path: str


def transactions(server: Server, after: int = 0) -> list[Transaction]:
    """Every transaction that a server has logged after the zxid `after`."""
    found = []
    for file in sorted((server.data_folder / "version-2").glob("log.*")):
        dumped = subprocess.run(
            [
                *(server.installation.java, "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
                *("-cp", server.installation.classpath),
                *("org.apache.zookeeper.server.persistence.TxnLogToolkit", str(file)),
            ],
            capture_output=True,
            check=True,
        )
        for session, zxid, kind, path in _LINE.findall(dumped.stdout.decode(errors="replace")):
            found.append(Transaction(int(zxid, 16), session, kind, path))
    return sorted((one for one in found if one.zxid > after), key=lambda one: one.zxid)
