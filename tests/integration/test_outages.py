"""What zkdash says of real outages, and when: kill -9, a frozen server, a black hole, a lost session, a lost leader."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy, without_session
from zkdash.demo.servers import Ensemble, Server

TIMEOUT_S = 3.0
CONFIG = f"[zookeeper]\nsession_timeout = {TIMEOUT_S:g}s\n"
MakeProcess = Callable[..., ZkDashProcess]
MakeProxy = Callable[..., Proxy]


def seconds_between(first: dict[str, str], second: dict[str, str]) -> float:
    times = (datetime.fromisoformat(event["at"]) for event in (second, first))
    return (next(times) - next(times)).total_seconds()


def transitions(dash: ZkDashProcess) -> list[tuple[str | None, str]]:
    return [(event["from"], event["to"]) for event in dash.events("prod") if event["kind"] == "state"]


def wait_whose(dash: ZkDashProcess, event: dict[str, Any], whose: str) -> None:
    """Wait until zkdash tells whose outage the event belongs to: its next probes find out."""
    dash.wait_for(lambda: dash.api(f"/events/{event['id']}/story")["whose"] == whose, 15, f"the story of the {whose}")


def all_serve(dash: ZkDashProcess) -> bool:
    return all(one["state"] == "serving" for one in dash.api("/clusters/prod/ensemble")["servers"])


def outage(kind: str, server: Server, proxy: Proxy) -> tuple[Callable[[], None], Callable[[], object]]:
    """How it begins, and how it ends."""
    return {
        "kill": (server.kill, server.start),
        "freeze": (server.freeze, server.thaw),
        "black hole": (proxy.black_hole, proxy.heal),
    }[kind]


@pytest.mark.parametrize("kind", ["kill", "freeze", "black hole"])
def test_a_cluster_is_lost_once_while_its_outage_lasts_and_found_again(
    kind: str, own_server: Server, proxy: MakeProxy, zkdash: MakeProcess
) -> None:
    network = proxy(own_server.address)
    dash = zkdash(f"prod={network.address}", config=CONFIG).start()
    dash.wait_state("prod", "CONNECTED", 10)
    begin, end = outage(kind, own_server, network)

    begin()
    suspended_s = dash.wait_state("prod", "SUSPENDED", TIMEOUT_S)
    # A dead process's kernel says so at once; silence is noticed after two thirds of the timeout.
    assert suspended_s < (1.0 if kind == "kill" else TIMEOUT_S * 2 / 3 + 0.5)

    dash.wait_state("prod", "LOST", TIMEOUT_S + 1.0)
    lost = dash.wait_cause("prod", "session-timeout", 1.0)
    assert (lost["from"], lost["to"]) == ("SUSPENDED", "LOST")
    assert TIMEOUT_S <= lost["lasted"] <= TIMEOUT_S + 0.5

    end()
    assert dash.wait_state("prod", "CONNECTED", 6.0) < 6.0
    expected = [None, "LOST", "CONNECTED", "SUSPENDED", "LOST", "CONNECTED"]
    dash.wait_for(lambda: transitions(dash) == list(itertools.pairwise(expected)), 2, "exactly one LOST")


def test_a_short_outage_loses_no_session(own_server: Server, zkdash: MakeProcess) -> None:
    dash = zkdash(f"prod={own_server.address}", config="[zookeeper]\nsession_timeout = 6s\n").start()
    dash.wait_state("prod", "CONNECTED", 10)
    session = dash.cluster("prod")["session_id"]
    own_server.kill()
    dash.wait_state("prod", "SUSPENDED", 2)
    own_server.start()
    dash.wait_state("prod", "CONNECTED", 6)
    dash.wait_cause("prod", "reconnected", 2)
    assert dash.cluster("prod")["session_id"] == session
    assert dash.causes("prod") == ["starting", "connected", "connection-lost", "reconnected"]


def test_another_server_takes_over_when_the_connected_one_dies_or_freezes(
    own_ensemble: Ensemble, zkdash: MakeProcess
) -> None:
    # A frozen leader would stop the others as well until they elect another one, so zkdash knows the followers only.
    followers = ",".join(server.address for server in own_ensemble.followers())
    dash = zkdash(f"prod={followers}", config=CONFIG).start()
    dash.wait_state("prod", "CONNECTED", 10)
    dash.wait_cause("prod", "connected", 5)
    for fault, mend in ((Server.kill, Server.start), (Server.freeze, Server.thaw)):
        before = dash.cluster("prod")
        last = dash.events("prod")[-1]["id"]
        fault(own_ensemble.server_at(before["server"]))
        broken = dash.wait_cause("prod", "connection-lost", TIMEOUT_S, after=last)
        dash.wait_cause("prod", "reconnected", 6, after=last)
        after = dash.cluster("prod")
        assert after["server"] != before["server"]
        assert after["session_id"] == before["session_id"]
        wait_whose(dash, broken, "server")
        mend(own_ensemble.server_at(before["server"]))
        own_ensemble.wait_ready()
        dash.wait_for(lambda: all_serve(dash), 20, "zkdash sees that it serves again")
    assert "session-timeout" not in dash.causes("prod")


def test_an_ensemble_without_a_quorum_is_lost_though_a_server_runs(own_ensemble: Ensemble, zkdash: MakeProcess) -> None:
    dash = zkdash(f"prod={own_ensemble.hosts}", config=CONFIG).start()
    dash.wait_state("prod", "CONNECTED", 10)
    dead = own_ensemble.servers[:2]
    for server in dead:
        server.kill()
    lost = dash.wait_cause("prod", "session-timeout", 12)
    assert own_ensemble.servers[2].running
    wait_whose(dash, lost, "ensemble")
    document = dash.get(f"/timeline/events/{lost['id']}/story.md").text
    assert "The ensemble lost its quorum: 2 of 3 servers were gone, and 2 are needed." in document
    for server in dead:
        server.launch()
    own_ensemble.wait_ready()
    dash.wait_state("prod", "CONNECTED", 6)


def test_a_cluster_that_was_never_reached_says_so_after_the_session_timeout(
    own_server: Server, zkdash: MakeProcess
) -> None:
    own_server.stop()
    dash = zkdash(f"prod={own_server.address}", config=CONFIG).start()
    never = dash.wait_cause("prod", "never-connected", TIMEOUT_S + 2)
    starting = dash.events("prod")[0]
    assert (starting["cause"], starting["from"], starting["to"]) == ("starting", None, "LOST")
    assert (never["kind"], never["from"], never["to"], never["about"]) == ("notice", None, None, starting["id"])
    assert TIMEOUT_S <= seconds_between(starting, never) <= TIMEOUT_S + 0.5
    assert dash.cluster("prod")["reason"] == f"{own_server.address}: connection refused"
    own_server.start()
    dash.wait_state("prod", "CONNECTED", 6)
    dash.wait_cause("prod", "connected", 2)
    assert dash.causes("prod") == ["starting", "never-connected", "connected"]


def test_a_new_session_that_nobody_announced_is_a_lost_one(
    own_server: Server, proxy: MakeProxy, zkdash: MakeProcess
) -> None:
    network = proxy(own_server.address)
    dash = zkdash(f"prod={network.address}", config=CONFIG).start()
    dash.wait_state("prod", "CONNECTED", 10)
    first = dash.cluster("prod")["session_id"]
    network.rewrite = without_session
    network.cut()
    lost = dash.wait_cause("prod", "new-session", 6)
    dash.wait_cause("prod", "connected", 6, after=lost["id"])
    second = dash.cluster("prod")["session_id"]
    assert first != second
    assert [(event["cause"], event["to"], event["session_id"]) for event in dash.events("prod")[1:]] == [
        ("connected", "CONNECTED", first),
        ("connection-lost", "SUSPENDED", first),
        ("new-session", "LOST", first),
        ("connected", "CONNECTED", second),
    ]


def test_an_expired_session_is_said_when_the_server_says_so(own_server: Server, zkdash: MakeProcess) -> None:
    dash = zkdash(f"prod={own_server.address}", config=CONFIG).start()
    dash.wait_state("prod", "CONNECTED", 10)
    first = dash.cluster("prod")["session_id"]
    dash.freeze()  # until the server has given the session up
    dash.wait_for(lambda: first not in own_server.four_letter("dump"), 15, "the session to expire")
    dash.thaw()
    dash.wait_cause("prod", "session-expired", 10)
    dash.wait_for(lambda: dash.cluster("prod")["session_id"] not in (first, None), 10, "another session")
    assert dash.state("prod") == "CONNECTED"
    expected = [None, "LOST", "CONNECTED", "SUSPENDED", "LOST", "CONNECTED"]
    dash.wait_for(lambda: transitions(dash) == list(itertools.pairwise(expected)), 2, "exactly one LOST")
