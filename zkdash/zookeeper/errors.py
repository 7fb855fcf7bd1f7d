"""What can go wrong between zkdash and a watched cluster."""

from __future__ import annotations

from zkdash.zookeeper.states import State


class ClusterUnavailable(Exception):
    """The cluster can't be asked now: it is not connected, or it does not answer.

    `since` is UTC milliseconds: since when it is in `state`.
    """

    def __init__(self, cluster: str, state: State, since: int, reason: str) -> None:
        super().__init__(f"{cluster} is {state}: {reason}" if reason else f"{cluster} is {state}")
        self.cluster = cluster
        self.state = state
        self.since = since
        self.reason = reason


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
