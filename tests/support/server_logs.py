"""What ZooKeeper's servers say of themselves in their own logs."""

from __future__ import annotations

import re

from zkdash.demo.servers import Ensemble, Server

_STATE = re.compile(r"(?:QuorumPeer|Peer).* - (LOOKING|LEADING|FOLLOWING|OBSERVING)\b")


def logged_state(server: Server) -> str:
    """What the server says in its log that it is; "" for nothing yet."""
    found = _STATE.findall(server.log_file.read_text(errors="replace"))
    return found[-1] if found else ""


def logged(servers: Ensemble) -> dict[str, str]:
    """The same of each that runs, by its address."""
    return {server.address: logged_state(server) for server in servers.servers if server.running}
