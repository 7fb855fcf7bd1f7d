"""Clusters that are gone, and one that accepts connections and never answers, cost the others nothing."""

from __future__ import annotations

import contextlib
import socket
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Tree
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy

MakeProcess = Callable[..., ZkDashProcess]
PAGES = (
    "/",
    "/clusters/live",
    "/clusters/live/znodes/",
    "/timeline",
    "/api/v1/clusters",
    "/api/v1/clusters/live/znodes",
)
ROUNDS = 15
RATIO = 3.0
SLACK_S = 0.05
BLACKHOLE = "10.255.255.1"  # private and nobody's: connecting to it hangs, or fails at once where there is no route


@pytest.fixture
def refused() -> Iterator[list[str]]:
    """Nine addresses that refuse connections, held so that nobody else listens there."""
    with contextlib.ExitStack() as stack:
        addresses = []
        for _ in range(9):
            held = stack.enter_context(socket.socket())
            held.bind(("127.0.0.1", 0))
            addresses.append(f"127.0.0.1:{held.getsockname()[1]}")
        yield addresses


def median_seconds(processes: list[ZkDashProcess], page: str) -> list[float]:
    """The median time to answer of each process, measured in turns so that noise meets all alike."""
    seconds: list[list[float]] = [[] for _ in processes]
    for _ in range(ROUNDS):
        for process, times in zip(processes, seconds, strict=True):
            began = time.perf_counter()
            assert process.get(page).status == 200, page
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in seconds]


def test_dead_clusters_slow_no_page_take_no_thread_and_hold_up_no_end(
    tree: Tree, refused: list[str], proxy: Callable[..., Proxy], zkdash: MakeProcess
) -> None:
    config = "[zookeeper]\nsession_timeout = 2s\n"
    dead = [f"dead{number}={address}" for number, address in enumerate([*refused, f"{BLACKHOLE}:2181"])]
    tarpit = proxy()
    alone = zkdash(f"live={tree.address}", config=config).start()
    crowded = zkdash(f"live={tree.address}", *dead, f"tarpit={tarpit.address}", config=config).start()
    for one in (alone, crowded):
        one.wait_state("live", "CONNECTED", 10)
    crowded.wait_for(lambda: "never-connected" in crowded.causes("tarpit"), 10, "the tarpit to be noticed")
    assert tarpit.accepted > 0

    for page in PAGES:
        quick, slow = median_seconds([alone, crowded], page)
        assert slow < RATIO * quick + SLACK_S, f"{page}: {slow * 1000:.1f} ms instead of {quick * 1000:.1f} ms"

    states = {one["name"]: one["state"] for one in crowded.api("/clusters")["clusters"]}
    assert states.pop("live") == "CONNECTED"
    assert set(states.values()) == {"LOST"}
    # Eleven clusters more: a thread or two of a pool may have come, but not one for each.
    assert crowded.threads() - alone.threads() <= 3
    began = time.monotonic()
    assert crowded.get("/clusters/tarpit/znodes/").status == 503
    assert time.monotonic() - began < 2.5
    assert crowded.sigterm() < 5.0
    assert crowded.wait_ended() == 0


def test_it_ends_within_five_seconds_of_sigterm_while_requests_hang(
    tree: Tree, proxy: Callable[..., Proxy], zkdash: MakeProcess
) -> None:
    network = proxy(tree.server.address)
    dash = zkdash(f"live={network.address}{tree.root}", config="[zookeeper]\nsession_timeout = 10s\n").start()
    dash.wait_state("live", "CONNECTED", 10)
    network.black_hole()
    with socket.create_connection(("127.0.0.1", dash.port)) as viewer:
        viewer.sendall(b"GET /clusters/live/znodes/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert dash.sigterm() < 5.0
    assert dash.wait_ended() == 0
