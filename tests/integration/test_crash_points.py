"""zkdash is killed anywhere between a transition and its hook; after a restart nothing is missing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.hook_sink import HookSink
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]
BEFORE_IT_IS_WRITTEN = ("transition-seen", "before-commit")
BEFORE_IT_IS_SENT = ("after-commit", "before-delivery-commit", "after-delivery-commit", "before-send")
BEFORE_IT_IS_KNOWN_AS_SENT = ("after-send", "before-sent-commit")


@pytest.fixture
def sink() -> Iterator[HookSink]:
    with HookSink().serving() as sink:
        yield sink


@pytest.mark.parametrize("place", BEFORE_IT_IS_WRITTEN + BEFORE_IT_IS_SENT + BEFORE_IT_IS_KNOWN_AS_SENT)
def test_a_loss_is_logged_once_and_its_hook_arrives_wherever_zkdash_is_killed(
    place: str, own_server: Server, sink: HookSink, zkdash: MakeProcess, tmp_path: Path
) -> None:
    armed = tmp_path / "armed"
    config = "[zookeeper]\nsession_timeout = 1s\n" + sink.config(secret="whsec_c2VjcmV0")
    dash = zkdash(f"prod={own_server.address}", config=config).start(ZKDASH_CRASH_AT=f"{place}@{armed}")
    dash.wait_state("prod", "CONNECTED", 10)
    own_server.kill()
    dash.wait_cause("prod", "connection-lost", 2)
    armed.touch()
    assert dash.wait_ended() == -signal.SIGKILL

    dash.restart()
    dash.wait_for(lambda: sink.types("prod") and dash.api("/deliveries")["deliveries"], 15, "the hook")
    dash.wait_for(lambda: dash.api("/deliveries")["deliveries"][0]["state"] == "sent", 15, "the hook to be sent")
    own_server.start()
    dash.wait_for(lambda: sink.types("prod")[-1] == "cluster.recovered", 15, "the recovery's hook")

    # Killed before it was written, it is what the next run sees for itself: a cluster that it can't reach.
    cause = "never-connected" if place in BEFORE_IT_IS_WRITTEN else "session-timeout"
    lost = [hit for hit in sink.hits if hit.json()["type"] == "cluster.lost"]
    assert len(lost) == (2 if place in BEFORE_IT_IS_KNOWN_AS_SENT else 1)
    assert len({(hit.id, hit.body) for hit in lost}) == 1
    assert all(hit.is_signed_with(b"secret") for hit in sink.hits)
    assert lost[0].json()["data"]["cause"] == cause
    assert dash.causes("prod").count(cause) == 1
    assert lost[0].json()["data"]["event_id"] == dash.wait_cause("prod", cause, 1)["id"]
    incidents = dash.api("/incidents")["incidents"]
    assert [(incident["cluster"], incident["open"]) for incident in incidents] == [("prod", False)]


def test_a_hook_is_tried_until_its_receiver_takes_it_over_restarts(
    own_server: Server, sink: HookSink, zkdash: MakeProcess
) -> None:
    sink.status = 503
    own_server.stop()
    config = "[zookeeper]\nsession_timeout = 1s\n" + sink.config()
    dash = zkdash(f"prod={own_server.address}", config=config).start()
    dash.wait_for(lambda: len(sink.hits) >= 2, 15, "a second try")
    dash.kill9()
    tries = len(sink.hits)
    dash.restart()
    dash.wait_for(lambda: len(sink.hits) > tries, 30, "a try of the next run")
    own_server.start()
    dash.wait_state("prod", "CONNECTED", 6)
    sink.status = 204
    dash.wait_for(lambda: sink.types("prod")[-1] == "cluster.recovered", 60, "both hooks to be taken")
    types = sink.types("prod")
    assert types == ["cluster.lost"] * (len(types) - 1) + ["cluster.recovered"]  # it never overtakes
    assert len({hit.id for hit in sink.hits}) == 2
