"""How a message says what a rule on the servers has found, and that it is over. Pure.

Both follow the cluster's name; {server} stands for the server that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping

SAID: Mapping[str, tuple[str, str]] = {
    "server-down": ("has a server down: {server}", "has {server} back"),
    "quorum-at-risk": ("loses its quorum if one more server fails", "can do without one more server again"),
    "no-leader": ("has no leader", "has a leader again"),
    "several-leaders": ("has several leaders", "has one leader again"),
    "election": ("has elected a leader", "has had no election lately"),
    "followers-behind": ("has followers that are behind", "has its followers in step again"),
    "pending-syncs": ("has followers that wait to be brought up to date", "has no waiting followers any more"),
    "average-latency": ("answers slowly at {server}", "answers in time at {server} again"),
    "outstanding-requests": ("has requests piled up in {server}", "has {server} keeping up with its requests again"),
    "fsync": ("writes its log slowly on {server}", "writes its log in time on {server} again"),
    "snapshot": ("spends long on snapshots on {server}", "spends no longer than usual on snapshots on {server}"),
    "snapshot-errors": ("fails to write snapshots on {server}", "has had no failed snapshot on {server} lately"),
    "connections-rejected": ("refuses connections at {server}", "has refused no connections at {server} lately"),
    "watches": ("has very many watches on {server}", "has fewer watches on {server} again"),
    "znodes": ("has very many znodes", "has fewer znodes again"),
    "data-size": ("holds very much data", "holds less data again"),
    "file-descriptors": ("runs out of open files on {server}", "has enough open files left on {server} again"),
    "heap": ("runs out of heap on {server}", "has enough heap left on {server} again"),
    "jvm-deadlock": ("has deadlocked threads in {server}", "has no deadlocked threads in {server} any more"),
    "jvm-pauses": ("has {server} standing still (JVM pauses)", "has {server} running without long pauses again"),
    "integrity": ("has errors of integrity on {server}", "has had no further errors of integrity on {server}"),
    "diverged": ("has servers whose data differs", "has no servers whose data differs any more"),
    "throttling": ("throttles or drops requests at {server}", "has throttled no requests at {server} lately"),
    "connection-drops": ("drops new connections at {server}", "drops no new connections at {server} any more"),
    "restarted": ("has {server} started again", "has {server} running on"),
    "drift": ("has servers that differ in version or settings", "has servers that are alike again"),
    "zxid-lag": ("has {server} behind its leader", "has {server} in step again"),
}
