"""Observations for tests: what a cluster's container would have seen."""

from __future__ import annotations

from zkdash.zookeeper.states import Cause, Kind, Observation, State

T0 = 1_750_000_000_000


def starting(cluster: str, at: int = T0) -> Observation:
    return Observation(cluster, at, Kind.STATE, Cause.STARTING, None, State.LOST)


def connected(cluster: str, at: int = T0, lasted_ms: int = 100) -> Observation:
    return Observation(
        cluster, at, Kind.STATE, Cause.CONNECTED, State.LOST, State.CONNECTED, -2, "127.0.0.1:2181", lasted_ms
    )


def suspended(cluster: str, at: int = T0) -> Observation:
    return Observation(
        cluster, at, Kind.STATE, Cause.CONNECTION_LOST, State.CONNECTED, State.SUSPENDED, -2, "127.0.0.1:2181", 900
    )


def lost(cluster: str, at: int = T0, cause: Cause = Cause.SESSION_TIMEOUT, reason: str = "no answer") -> Observation:
    return Observation(
        cluster, at, Kind.STATE, cause, State.SUSPENDED, State.LOST, -2, "127.0.0.1:2181", 10_000, reason
    )


def notice(cluster: str, cause: Cause, at: int = T0, reason: str = "") -> Observation:
    return Observation(cluster, at, Kind.NOTICE, cause, reason=reason)
