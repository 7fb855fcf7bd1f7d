"""What servers told, joined; and that many viewers cost one ask."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from kazoo.protocol.states import ZnodeStat

from tests.support.until import until
from zkdash.config import ClusterConfig, TlsConfig
from zkdash.znodes import holders
from zkdash.znodes.holders import Holders
from zkdash.znodes.holding import MAX_OTHERS, Gap, GapGroup, grouped, join_holding, join_watching
from zkdash.zookeeper import members
from zkdash.zookeeper.commands import Answer, Command, Refusal, Target, Way
from zkdash.zookeeper.members import members_of
from zkdash.zookeeper.refusals import Trouble

SESSION = 0x100


def cons(server: str, *lines: str, at: int = 5) -> Answer:
    return Answer(server, Command.CONS, Way.WORD, "".join(f" /{line}\n" for line in lines).encode(), at)


def dump(*paths: str) -> Answer:
    listed = "".join(f"\t{path}\n" for path in paths)
    return Answer("zk1", Command.DUMP, Way.WORD, f"Sessions with Ephemerals (1):\n0x100:\n{listed}".encode(), 3)


def test_the_session_is_found_at_its_server_with_the_latest_connection_first() -> None:
    said = [
        cons("zk1", "10.0.0.1:1[1](queued=0,sid=0x100,est=1000)", "10.0.0.9:1[1](queued=0,sid=0x1001,est=1)"),
        cons("zk2", "10.0.0.1:2[1](queued=0,sid=0x100,est=2000)"),
        cons("zk3"),
    ]
    holding = join_holding("/a", "/", "ephemeral", SESSION, said, [dump("/a", "/b")], ())
    assert [(seat.server, seat.connection.client) for seat in holding.seats] == [
        ("zk2", "10.0.0.1:2"),
        ("zk1", "10.0.0.1:1"),
    ]
    assert (holding.others, holding.others_total, holding.outside) == (("/b",), 1, 0)
    assert (holding.heard, holding.at) == (("zk1", "zk2", "zk3"), 3)


def test_what_is_beyond_the_clusters_path_is_counted_and_not_shown() -> None:
    holding = join_holding(
        "/a", "/etc", "", SESSION, [], [dump("/etc/a", "/etc/b", "/etc", "/secret", "/etcetera")], ()
    )
    assert (holding.others, holding.others_total, holding.outside) == (("/", "/b"), 2, 2)


def test_many_others_are_counted_and_the_first_of_them_shown() -> None:
    holding = join_holding("/a", "/", "", SESSION, [], [dump(*(f"/n{number:04}" for number in range(999)))], ())
    assert (holding.others_total, len(holding.others), holding.others[-1]) == (999, MAX_OTHERS, "/n0199")


def test_without_a_dump_the_others_are_unknown_and_not_none() -> None:
    holding = join_holding("/a", "/", "", SESSION, [], [], (Gap("zk1", "dump", "no"),))
    assert (holding.others_total, holding.outside, holding.at) == (None, None, None)


def test_watchers_have_the_client_that_their_own_server_names() -> None:
    wchp = [Answer(name, Command.WCHP, Way.WORD, b"/etc/a\n\t0x100\n\t0x2\n", 1) for name in ("zk1", "zk2")]
    said = [cons("zk1", "10.0.0.1:1[1](queued=0,sid=0x100)")]
    watching = join_watching("/a", "/etc/a", True, wchp, said, ())
    assert [(one.server, one.session, one.connection and one.connection.client) for one in watching.watchers] == [
        ("zk1", 2, None),
        ("zk1", 0x100, "10.0.0.1:1"),
        ("zk2", 2, None),
        ("zk2", 0x100, None),
    ]
    assert watching.total == 4


def test_gaps_of_one_server_for_one_reason_are_one() -> None:
    gaps = [Gap("zk3", "cons", "down"), Gap("zk3", "dump", "down"), Gap("zk4", "", "name unknown")]
    assert grouped(gaps) == (GapGroup("zk3", ("cons", "dump"), "down"), GapGroup("zk4", (), "name unknown"))


class Container:
    """As much of a ClusterContainer as is asked here; `told` is /zookeeper/config."""

    def __init__(self, *servers: tuple[str, int], told: bytes | None = None, **options: Any) -> None:
        self.config = ClusterConfig("c", servers, **options)
        self.status = SimpleNamespace(server=f"{servers[-1][0]}:{servers[-1][1]}")
        self.ZooKeeper = SimpleNamespace(Client=self)
        self.told = told

    def is_connected(self) -> bool:
        return self.told is not None

    async def get_async(self, path: str) -> tuple[bytes | None, None]:
        assert path == "/zookeeper/config"
        return self.told, None

    async def stat(self, _path: str) -> ZnodeStat:
        return ZnodeStat(1, 1, 0, 0, 0, 0, 0, SESSION, 0, 0, 1)


class Servers:
    """Stands for the servers: counts what they are asked, and answers when `gate` opens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, Command]] = []
        self.gate = asyncio.Event()
        self.refusing: set[str] = set()
        monkeypatch.setattr(holders, "ask", self.ask)

    async def ask(self, target: Target, command: Command) -> Answer | Refusal:
        self.asked.append((target.name, command))
        await self.gate.wait()
        if target.name in self.refusing:
            return Refusal(target.name, command, Trouble.UNREACHABLE, "connection refused")
        said = {Command.CONS: b" /h:1[1](queued=0,sid=0x100)\n", Command.DUMP: dump("/a").body, Command.WCHP: b"\n"}
        return Answer(target.name, command, Way.WORD, said[command], 1)


THREE = (("127.0.0.1", 1), ("127.0.0.2", 2), ("127.0.0.3", 3))


async def test_ten_viewers_cost_one_ask_and_later_ones_another(monkeypatch: pytest.MonkeyPatch) -> None:
    servers, container = Servers(monkeypatch), Container(*THREE)
    asking = Holders(keep_s=0.05)
    viewers = [asyncio.create_task(asking.holding(container, "/a")) for _ in range(10)]
    await until(lambda: len(servers.asked) == 4)
    viewers[0].cancel()
    servers.gate.set()
    told = await asyncio.gather(*viewers[1:])
    assert len({one.seats for one in told}) == 1
    assert sorted(command.name for _, command in servers.asked) == ["CONS", "CONS", "CONS", "DUMP"]
    await until(lambda: not asking._kept)
    await asking.holding(container, "/a")
    assert len(servers.asked) == 8
    await asking.stop()


async def test_dump_is_asked_of_the_server_of_our_session_and_of_others_only_if_that_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    servers, asking = Servers(monkeypatch), Holders()
    servers.gate.set()
    await asking.holding(Container(*THREE), "/a")
    assert [name for name, command in servers.asked if command is Command.DUMP] == ["127.0.0.3:3"]
    await asking.stop()
    asking = Holders()
    servers.refusing = {"127.0.0.3:3"}
    holding = await asking.holding(Container(*THREE), "/a")
    assert holding.others_total == 0
    assert grouped(holding.gaps) == (GapGroup("127.0.0.3:3", ("cons",), "connection refused"),)
    await asking.stop()


async def test_stopping_ends_what_is_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    servers, asking = Servers(monkeypatch), Holders()
    viewer = asyncio.create_task(asking.holding(Container(*THREE), "/a"))
    await until(lambda: servers.asked)
    await asking.stop()
    with pytest.raises(asyncio.CancelledError):
        await viewer


# Whom to ask


async def test_servers_of_the_ensemble_are_asked_too_and_each_address_once() -> None:
    told = b"server.1=127.0.0.1:2:3;1\nserver.2=127.0.0.9:2:3:participant;0.0.0.0:9\n"
    found = await members_of(Container(*THREE, told=told))
    assert [target.name for target in found.targets] == [*(f"{host}:{port}" for host, port in THREE), "127.0.0.9:9"]
    assert found.unknown == ()


async def test_members_whose_client_port_nobody_tells_are_said() -> None:
    told = b"".join(b"server.%d=127.0.0.%d:2:3\n" % (number, number) for number in range(1, 6))
    found = await members_of(Container(*THREE, told=told))
    assert found.unknown == (("2 more of the ensemble", "where their clients connect to is not known"),)


async def test_a_name_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = members.resolve

    async def resolve(host: str, port: int, deadline_s: float) -> Any:
        if host == "gone":
            raise OSError("host name not found")
        return await real(host, port, deadline_s)

    monkeypatch.setattr(members, "resolve", resolve)
    found = await members_of(Container(("127.0.0.1", 1), ("gone", 2)))
    assert ([target.name for target in found.targets], found.unknown) == (
        ["127.0.0.1:1"],
        (("gone:2", "host name not found"),),
    )


async def test_where_admin_servers_are() -> None:
    async def admins(*servers: tuple[str, int], **options: Any) -> list[tuple[str, bool]]:
        return [(one.admin, one.guessed) for one in (await members_of(Container(*servers, **options))).targets]

    one, two = ("127.0.0.1", 1), ("127.0.0.1", 2)
    assert await admins(one, ("::1", 2)) == [
        ("http://127.0.0.1:8080/commands", True),
        ("http://[::1]:8080/commands", True),
    ]
    assert await admins(one, two, admin=("http://a:1/c", "http://b:2/c")) == [
        ("http://a:1/c", False),
        ("http://b:2/c", False),
    ]
    assert await admins(one, admin=()) == [("", True)]
    # By TLS there is no port to compare, so nobody knows whose the one AdminServer of two servers is.
    assert await admins(one, two, tls=TlsConfig()) == [("", True), ("", True)]
