"""Probing one server: what it refuses, what rogues say, and what that costs."""

from __future__ import annotations

import asyncio
import gc
import time
from dataclasses import replace

import orjson
import pytest

from tests.support.probes import Container, watched
from tests.support.rogue import Conversation, Wire, rogue
from tests.support.until import until
from tests.test_commands import flood, garbage, half, nothing, silence, word
from tests.test_vitals import SRVR
from zkdash.clock import TICK_S
from zkdash.config import ClusterConfig
from zkdash.demo.loopback import free_port
from zkdash.ensemble.refused import AGAIN_S, Refused
from zkdash.ensemble.rounds import tick
from zkdash.ensemble.sample import Role
from zkdash.ensemble.verdict import Health
from zkdash.zookeeper.commands import Command, Way
from zkdash.zookeeper.questions import ASKED_BY_TIMER, Questions
from zkdash.zookeeper.refusals import NotAnswered, Trouble

pytestmark = pytest.mark.usefixtures("quick_loop")

NOT_SERVING = b"This ZooKeeper instance is not currently serving requests\n"


def cluster(*ports: int, name: str = "c", admin: tuple[str, ...] = (), host: str = "127.0.0.1") -> Container:
    return Container(
        ClusterConfig(
            name, tuple((host, port) for port in ports), admin=admin, probe_every_s=0.5, probe_full_every_s=0.5
        )
    )


@pytest.mark.parametrize(
    ("talk", "trouble"),
    [
        (garbage, Trouble.NONSENSE),
        (nothing, Trouble.NONSENSE),
        (word(b"imok"), Trouble.NONSENSE),
        (word(SRVR.replace(b"leader", b"emperor")), Trouble.NONSENSE),
        (silence, Trouble.SILENT),
        (half, Trouble.SILENT),
        (flood, Trouble.TOO_LARGE),
    ],
)
async def test_a_rogue_costs_its_deadline_and_no_more(talk: Conversation, trouble: Trouble) -> None:
    async with rogue(talk) as bad, rogue(word(SRVR)) as good, watched(cluster(bad.port, good.port)) as one:
        await until(lambda: len([sample for sample in one.samples if sample.server.endswith(f":{good.port}")]) >= 3)
        said = next(sample for sample in one.samples if sample.server.endswith(f":{bad.port}"))
        assert not said.ok
        assert said.refusal is not None
        assert said.refusal.trouble is trouble
        assert all(sample.ok for sample in one.samples if sample.server.endswith(f":{good.port}"))
        assert all(sample.took_ms < 2000 for sample in one.samples)  # the deadline is 500 ms
        # One connection at a time, and none that stays.
        await until(lambda: len(bad.tasks) <= 2)


async def hush(wire: Wire) -> None:
    """Listens until the other side hangs up."""
    await wire.reader.read()


async def test_nothing_is_left_of_probes_that_were_ended() -> None:
    async with rogue(hush) as server:
        async with watched(cluster(server.port)):
            await until(lambda: server.connections)
        await until(lambda: not server.tasks)
        gc.collect()


async def test_a_server_that_refuses_connections_is_down_and_one_that_serves_nobody_looks() -> None:
    async with rogue(word(NOT_SERVING)) as looking, watched(cluster(free_port(), looking.port)) as one:
        verdict = await one.verdict(lambda v: v.down)
        assert verdict.looking == (f"127.0.0.1:{looking.port}",)
        assert verdict.health is Health.NO_QUORUM


def admin_server(**answers: object) -> Conversation:
    """An AdminServer that keeps its connections; what it doesn't know gets a 404."""

    async def talk(wire: Wire) -> None:
        while True:
            request = (await wire.reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
            name = request.rpartition("/")[2]
            body = orjson.dumps({"command": name, "error": None} | dict(answers[name])) if name in answers else b"no"  # type: ignore[call-overload]
            status = "200 OK" if name in answers else "404 Not Found"
            wire.writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            await wire.writer.drain()

    return talk


async def test_one_connection_to_an_admin_server_serves_many_probes() -> None:
    monitor = {"server_state": "leader", "version": "3.9.2", "uptime": 5, "watch_count": 7, "quorum_size": 1}
    async with rogue(word(SRVR)) as server, rogue(admin_server(monitor=monitor)) as admin:
        url = f"http://127.0.0.1:{admin.port}/commands"
        async with watched(cluster(server.port, admin=(url,))) as one:
            await until(lambda: len([sample for sample in one.samples if sample.full]) >= 3)
            full = [sample for sample in one.samples if sample.full][-1]
            assert (full.way, full.version, full.uptime_ms, full.zxid) == (Way.ADMIN, "3.9.2", 5, 0x10000012D)
            assert (full.metrics["watch_count"], full.metrics["num_alive_connections"]) == (7, 7)
            assert admin.connections <= 2


async def test_a_leader_that_serves_no_clients_is_known_by_its_admin_server() -> None:
    stats = {"server_stats": {"server_state": "leader", "last_processed_zxid": 5}, "version": "3.9.2"}
    async with rogue(word(NOT_SERVING)) as server, rogue(admin_server(server_stats=stats)) as admin:
        url = f"http://127.0.0.1:{admin.port}/commands"
        async with watched(cluster(server.port, admin=(url,))) as one:
            await until(lambda: one.samples)
            assert (one.samples[0].ok, one.samples[0].role, one.samples[0].way) == (True, Role.LEADER, Way.ADMIN)


async def test_where_srvr_is_not_allowed_another_way_is_taken_and_the_setting_is_named() -> None:
    mntr = b"zk_version\t3.8.4\nzk_server_state\tfollower\nzk_znode_count\t5\n"

    async def talk(wire: Wire) -> None:
        asked = await wire.reader.readexactly(4)
        refused = asked + b" is not executed because it is not in the whitelist.\n"
        wire.writer.write(mntr if asked == b"mntr" else refused)
        await wire.writer.drain()

    async with rogue(talk) as server, watched(cluster(server.port)) as one:
        await until(lambda: one.view().refusals)
        assert all(sample.ok and sample.role is Role.FOLLOWER for sample in one.samples)
        (refusal,) = one.view().refusals[f"127.0.0.1:{server.port}"]
        assert refusal.settings == ("4lw.commands.whitelist=srvr",)


async def test_an_admin_server_of_another_server_is_not_believed() -> None:
    foreign = {"configuration": {"client_port": 1}, "monitor": {"server_state": "leader", "watch_count": 9}}
    async with rogue(word(SRVR)) as server, rogue(admin_server(**foreign)) as admin:
        url = f"http://{{host}}:{admin.port}/commands"
        async with watched(cluster(server.port, admin=(url,))) as one:
            await until(lambda: one.view().refusals)
            assert "watch_count" not in one.view().full[f"127.0.0.1:{server.port}"].metrics
            troubles = {refusal.trouble for refusal in one.view().refusals[f"127.0.0.1:{server.port}"]}
            assert Trouble.FOREIGN_ADMIN_SERVER in troubles


async def test_a_cluster_that_is_taken_away_or_not_to_be_probed_is_asked_no_more() -> None:
    async with rogue(word(SRVR)) as server:
        quiet = cluster(server.port, name="quiet")
        quiet.config = replace(quiet.config, probe=False)
        async with watched(cluster(server.port), quiet) as one:
            await until(lambda: one.samples)
            assert one.view("quiet").verdict.health is Health.NOT_PROBED
            del one.clusters["c"]
            one.bus.PubSub.publish("Clusters.changed!")
            assert one.service.latest("c") is None
            await until(lambda: not server.tasks)
            asked = server.connections
            one.clusters["d"] = cluster(server.port, name="d")
            one.bus.PubSub.publish("Clusters.changed!")
            await until(lambda: server.connections > asked)
            assert one.service.latest("c") is None


async def test_when_all_clusters_fall_silent_at_once_alerts_are_held_until_they_answer() -> None:
    talks = [word(SRVR)]

    async def talk(wire: Wire) -> None:
        await talks[-1](wire)

    async with rogue(talk) as server, watched_three(server.port) as one:
        await until(lambda: all(one.view(name).samples for name in "abc"))
        talks.append(hush)
        await until(lambda: all(not s.ok for name in "abc" for s in one.view(name).samples.values()))
        one.service.feel(0.0)
        # One host is no evidence.
        assert one.held == []
        for name, host in (("a", "10.0.0.1"), ("b", "10.0.0.2")):
            probe = one.service._rounds[name]._probes[0]
            probe.target = replace(probe.target, ip=host)
        one.service.feel(0.0)
        assert one.held == [one.service.offline]
        assert one.service.offline.startswith("zkdash is offline: all 3 clusters are silent")
        talks.append(word(SRVR))
        await until(lambda: any(s.ok for s in one.view("c").samples.values()))
        one.service.feel(0.0)
        assert one.held[-1] is None
        assert one.bus.heard["Ensemble.offline!"][-1] == ""


def watched_three(port: int):  # type: ignore[no-untyped-def]  # an async context manager of watched()
    return watched(*(cluster(port, name=name) for name in "abc"))


async def test_a_late_event_loop_holds_alerts() -> None:
    async with watched() as one:
        one.service.feel(7.0)
        assert one.held == ["zkdash is overloaded, or was stopped: it was late by 7 s"]


def test_only_what_is_meant_for_timers_is_asked() -> None:
    with pytest.raises(ValueError, match="not for timers"):
        Questions().word(None, Command.WCHP)  # type: ignore[arg-type]  # it is refused before that
    assert not ASKED_BY_TIMER & {Command.CONS, Command.DUMP, Command.WCHP}


def test_what_is_refused_is_asked_again_later_and_later() -> None:
    now = [0.0]
    refused = Refused(lambda: now[0])
    question = (Way.ADMIN, Command.MNTR)
    for again_s in (*AGAIN_S, AGAIN_S[-1]):
        refused.add(question, NotAnswered(Trouble.NO_ADMIN_SERVER, "none"))
        now[0] += again_s * 0.8
        assert not refused.may(question)
        now[0] += again_s * 0.4
        assert refused.may(question)
    refused.add((Way.WORD, Command.MNTR), NotAnswered(Trouble.NOT_ALLOWED, "no"))
    now[0] += AGAIN_S[1] * 1.5
    assert not refused.may((Way.WORD, Command.MNTR))
    refused.add((Way.WORD, Command.CONF), NotAnswered(Trouble.SILENT, "silent"))
    assert refused.may((Way.WORD, Command.CONF))


async def test_rounds_begin_together_at_ticks_and_never_early() -> None:
    async def waited(at: float) -> float:
        await tick(at)
        return time.monotonic()

    began = time.monotonic()
    asked = [began + part * TICK_S for part in (-1.0, 0.1, 0.2, 1.3, 1.4)]
    came = await asyncio.gather(*map(waited, asked))
    assert all(at >= due for at, due in zip(came, asked, strict=True))
    assert all(at % TICK_S < TICK_S / 2 for at in came[1:])
