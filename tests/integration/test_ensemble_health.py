"""What probes say of real servers: each is compared with what the servers' own logs say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient

from tests.conftest import kazoo_client
from tests.support.probes import Container, config_of, watched
from tests.support.server_logs import logged, logged_state
from tests.support.until import until
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Ensemble, Server
from zkdash.ensemble.sample import Peer, Role
from zkdash.ensemble.verdict import Health
from zkdash.zookeeper.commands import Way
from zkdash.zookeeper.refusals import Trouble

pytestmark = pytest.mark.zookeeper

READS = 100


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ensemble, dict[tuple[int, int], Proxy]]]:
    """Three servers that reach each other's quorum ports through proxies: (from, to)."""
    # A follower whose proxy is there before its leader is has to try anew, which it does when the leader gives up.
    servers = Ensemble(3, tmp_path_factory.mktemp("proxied"), admin=True, config={"initLimit": "6"})
    proxies = {
        (one.number, other.number): Proxy(f"127.0.0.1:{other.quorum_port}").start()
        for one in servers.servers
        for other in servers.servers
        if one is not other
    }
    for (one, other), proxy in proxies.items():
        servers.servers[one - 1].peer_ports[other] = proxy.port
    try:
        servers.start()
        yield servers, proxies
    finally:
        servers.close()
        for proxy in proxies.values():
            proxy.close()


def read_often(server: Server) -> None:
    """Each read is at least so many bytes that the server counts: its header, the path, a flag."""
    with kazoo_client(server.address) as client:
        for _ in range(READS):
            client.exists("/" + "x" * 100)


async def test_an_ensemble_through_everything_that_happens_to_it(
    proxied: tuple[Ensemble, dict[tuple[int, int], Proxy]],
) -> None:
    servers, proxies = proxied
    async with watched(Container(config_of(*servers.servers))) as one:
        # All is well: and everything is known.
        whole = await one.verdict(lambda v: v.health is Health.HEALTHY and v.synced == 3)
        states = logged(servers)
        assert states[whole.leader or ""] == "LEADING"
        assert [states[name] for name in whole.followers] == ["FOLLOWING", "FOLLOWING"]
        assert (whole.voters, whole.quorum_size, whole.may_fail) == (3, 2, 1)
        assert (whole.skew, whole.drift, whole.diverged) == ({}, {}, {})
        await until(
            lambda: all(full.way is Way.ADMIN for full in one.view().full.values()), 20, "AdminServer's answers"
        )
        assert [full.metrics["quorum_size"] for full in one.view().full.values()] == [3, 3, 3]

        # It has served for a while: what it has counted tells its restart from an election.
        leader = servers.server_at(whole.leader or "")
        await asyncio.to_thread(read_often, leader)
        await until(
            lambda: one.view().full[leader.address].metrics["bytes_received_count"] > 100 * READS, 20, "what it counted"
        )

        # The leader is killed: the others elect another one.
        await asyncio.to_thread(leader.kill)
        after = await one.verdict(lambda v: v.leader not in (None, leader.address), 40)
        assert (after.health, after.down, after.may_fail) == (Health.AT_RISK, (leader.address,), 0)
        assert logged_state(servers.server_at(after.leader or "")) == "LEADING"
        await asyncio.to_thread(leader.start)
        await one.verdict(lambda v: v.health is Health.HEALTHY, 40)
        await until(lambda: leader.address in one.view().restarts, 10, "restart seen")

        # A follower is frozen: it is silent, not down.
        frozen = servers.server_at(one.view().verdict.followers[0])
        frozen.freeze()
        during = await one.verdict(lambda v: v.silent == (frozen.address,))
        assert (during.health, during.serving) == (Health.AT_RISK, 2)
        frozen.thaw()
        await one.verdict(lambda v: v.health is Health.HEALTHY, 40)

        # All servers live, and none reaches another: the leader has lost its quorum.
        for proxy in proxies.values():
            proxy.refuse()
        everybody = sorted(server.address for server in servers.servers)
        cut = await one.verdict(
            # Who was elected leads for as long as it waits for the others to follow, and nobody else says so.
            lambda v: v.health is Health.NO_QUORUM and sorted((*v.looking, *v.out_of_quorum)) == everybody
        )
        assert cut.leader is None
        for proxy in proxies.values():
            proxy.heal()
        healed = await one.verdict(lambda v: v.health is Health.HEALTHY, 40)
        assert logged(servers)[healed.leader or ""] == "LEADING"

        # One follower alone is cut off from its leader.
        lonely = servers.server_at(healed.followers[0])
        leading = servers.server_at(healed.leader or "").number
        proxies[lonely.number, leading].refuse()
        without = await one.verdict(lambda v: lonely.address in (*v.looking, *v.unknown, *v.silent))
        assert (without.leader, without.health) == (healed.leader, Health.AT_RISK)
        proxies[lonely.number, leading].heal()

        # An election is no restart.
        assert set(one.view().restarts) == {leader.address}


@pytest.fixture(scope="module")
def dynamic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers that can be given more while they run, and answer no word but srvr."""
    servers = Ensemble(
        3, tmp_path_factory.mktemp("dynamic"), admin=True, whitelist="srvr", properties={"zookeeper.skipACL": "yes"}
    )
    for server in servers.servers:
        server.dynamic = True
    with servers:
        yield servers


async def test_without_a_session_the_adminservers_say_who_else_votes(dynamic: Ensemble) -> None:
    async with watched(Container(config_of(*dynamic.servers[:2]))) as one:
        three = await one.verdict(lambda v: v.health is Health.HEALTHY and v.servers == 3, 40)
        assert (three.voters, three.may_fail) == (3, 1)
        third = one.view().servers[2]
        assert (third.name, third.configured, third.told) == (dynamic.servers[2].address, False, True)


async def test_a_server_that_joins_is_seen_though_nobody_listed_it(dynamic: Ensemble, tmp_path: Path) -> None:
    observer = Server(tmp_path / "observer", properties={"zookeeper.skipACL": "yes"})
    observer.number, observer.observer, observer.dynamic = 4, True, True
    observer.members = [*dynamic.servers, observer]
    client: KazooClient
    with kazoo_client(dynamic.hosts) as client:
        config = config_of(*dynamic.servers[:2], admin=())
        try:
            async with watched(Container(config, lambda: client.get("/zookeeper/config")[0])) as one:
                # The third is configured nowhere, but the ensemble names it.
                three = await one.verdict(lambda v: v.health is Health.HEALTHY and v.servers == 3)
                assert (three.voters, three.may_fail) == (3, 1)
                third = one.view().servers[2]
                assert (third.name, third.configured, third.told) == (dynamic.servers[2].address, False, True)
                assert [server.number for server in one.view().servers] == [1, 2, 3]

                # All of them answer srvr alone, and say which setting would allow more.
                await until(lambda: len(one.view().refusals) == 3)
                full = one.view().full.values()
                assert all(one.full and one.way is Way.WORD and "znode_count" in one.metrics for one in full)
                refusals = one.view().refusals
                assert len(refusals) == 3
                for refusal in (only for (only,) in refusals.values()):
                    assert refusal.trouble is Trouble.NOT_ALLOWED
                    assert refusal.settings == ("4lw.commands.whitelist=srvr,mntr",)

                # An observer joins.
                await asyncio.to_thread(observer.launch)
                line = f"server.4=127.0.0.1:{observer.quorum_port}:{observer.election_port}:observer;{observer.address}"
                await asyncio.to_thread(client.reconfig, joining=line, leaving=None, new_members=None)
                four = await one.verdict(lambda v: v.observers == (observer.address,))
                assert (four.health, four.voters, four.may_fail) == (Health.HEALTHY, 3, 1)
                assert one.view().servers[3].peer is Peer.OBSERVER
                assert one.view().samples[observer.address].role is Role.OBSERVER
                assert logged_state(observer) == "OBSERVING"

                # A voter leaves: it was configured, and has no vote now.
                await asyncio.to_thread(client.reconfig, joining=None, leaving="2", new_members=None)
                two = await one.verdict(lambda v: v.voters == 2)
                assert two.quorum_size == 2
                assert not next(s for s in one.view().servers if s.name == dynamic.servers[1].address).told
        finally:
            observer.close()
