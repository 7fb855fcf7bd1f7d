"""What one server said when it was probed, and who that server is. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zkdash.zookeeper.commands import Refusal, Way


class Role(enum.StrEnum):
    """What a server says it is."""

    LEADER = "leader"
    FOLLOWER = "follower"
    OBSERVER = "observer"
    STANDALONE = "standalone"
    LOOKING = "looking"
    """It answers that it serves nobody: it looks for a leader, or it is starting."""
    READ_ONLY = "read-only"
    """It has lost its quorum and serves reads alone (readonlymode.enabled)."""
    UNKNOWN = "unknown"

    @property
    def serves(self) -> bool:
        """Whether its clients can read and write."""
        return self in (Role.LEADER, Role.FOLLOWER, Role.OBSERVER, Role.STANDALONE)


class Peer(enum.StrEnum):
    """What the ensemble's configuration has a server for; UNKNOWN where nobody says so."""

    PARTICIPANT = "participant"
    OBSERVER = "observer"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a cluster. `name` is "host:port" of its client port, unique in its cluster.

    `number` is its id in the ensemble (the N of server.N), None for not known. `configured` is whether zkdash's
    configuration lists it, `told` whether the ensemble itself does. `guessed` says that nobody told the client port: it
    is the one that the configured servers have. `admin` is the address of its AdminServer's commands, "" for none.
    """

    name: str
    host: str
    port: int
    number: int | None = None
    peer: Peer = Peer.UNKNOWN
    admin: str = ""
    configured: bool = True
    told: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """What one server said at a time, or why it said nothing.

    `at` is UTC milliseconds of the answer (or of the end of its deadline), `took_ms` how long it took. `ok` is that it
    serves: `role` is then what it is; without it `role` is LOOKING for a server that says it serves nobody, else
    UNKNOWN, and `refusal` is why. `way` is by which way the most of it came. `full` marks the samples of a full round,
    which have all that the server tells: metrics by AdminServer's bare names. `version` is such as "3.8.4", "" for not
    told; `zxid` is of the last transaction, unsigned, None for not told.
    """

    cluster: str
    server: str
    at: int
    ok: bool
    way: Way | None = None
    role: Role = Role.UNKNOWN
    version: str = ""
    zxid: int | None = None
    uptime_ms: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict, repr=False)
    refusal: Refusal | None = None
    took_ms: float = 0.0
    full: bool = False

    @property
    def epoch(self) -> int | None:
        """Which leader's the last transaction was: the upper half of its zxid."""
        return None if self.zxid is None else self.zxid >> 32
