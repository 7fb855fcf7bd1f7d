"""What can go wrong between zkdash and a watched cluster."""

from __future__ import annotations

from zkdash.zookeeper.states import State


class ClusterUnavailable(Exception):
    """The cluster can't be asked now: it is not connected, or it does not answer.

    `since` is UTC milliseconds: since when it is in `state`. `starting`: the first try to connect goes on, nothing is
    lost yet.
    """

    def __init__(self, cluster: str, state: State, since: int, reason: str, *, starting: bool = False) -> None:
        word = "connecting" if starting else state
        super().__init__(f"{cluster} is {word}: {reason}" if reason else f"{cluster} is {word}")
        self.cluster = cluster
        self.state = state
        self.since = since
        self.reason = reason
        self.starting = starting


class InvalidPath(ValueError):
    """No znode can have this path; the message says why."""


class WriteRefused(Exception):
    """A request that is not on the list of reads. zkdash never writes to a cluster that it watches."""

    def __init__(self, request: object) -> None:
        super().__init__(f"zkdash only reads: {type(request).__name__} refused before it was sent")


class BlockingCall(RuntimeError):
    """A call that would wait for the server and so stop the event loop."""

    def __init__(self) -> None:
        super().__init__("this client lives on the event loop: use the call that ends in _async and await it")


class NonsenseReply(Exception):
    """A server's reply that is not ZooKeeper's protocol; the message says what. It costs the connection."""


class ReplyTooLarge(Exception):
    """A reply that zkdash does not take into its memory. `path` is "" where many were asked for; sizes are bytes."""

    def __init__(self, path: str, length: int, limit: int) -> None:
        mib = 1024 * 1024
        super().__init__(
            f"the answer about {path or 'a batch of znodes'} has {length / mib:.0f} MiB, and zkdash reads no more than "
            f"{limit // mib} MiB at once. ZooKeeper's own clients stop at jute.maxbuffer (a Java system property of "
            "clients and servers, 1 MiB unless set): a znode with so many children or so much data is beyond its design"
        )
        self.path = path
        self.length = length
        self.limit = limit
