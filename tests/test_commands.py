"""Asking one server: only what reads, within a deadline and a size, and a refusal that says what would help."""

from __future__ import annotations

import json
import time

import pytest

from tests.support.rogue import Conversation, Wire, rogue
from zkdash.demo.loopback import free_port
from zkdash.zookeeper import admin_server, commands, four_letter
from zkdash.zookeeper.commands import Answer, Command, CommandRefused, Refusal, Target, Way, ask, merged
from zkdash.zookeeper.refusals import Trouble

DUMP = b"ephemeral nodes dump:\nSessions with Ephemerals (0):\n"
REFUSED_WORD = b"dump is not executed because it is not in the whitelist.\n"

pytestmark = pytest.mark.usefixtures("quick_loop")

CHANGING = [
    *("crst", "srst", "stmk", "gtmk", "reset", "stat_reset", "stats_reset", "set_trace_mask", "connection_stat_reset"),
    *("snapshot", "snap", "restore", "rest", "shed_connections", "shed", "kill", "die", "envi", "reqs", "wchc"),
    *("initial_configuration", "", "dump\n", "DUMP", "dump?x", "../dump", "dump crst", "srvr;crst"),
]


@pytest.mark.parametrize("name", CHANGING)
async def test_what_is_not_on_the_list_is_refused_before_anything_is_sent(name: str) -> None:
    async with rogue(silence) as server:
        with pytest.raises(CommandRefused):
            await ask(target(server.port, admin=server.port), name)
        assert server.connections == 0


def test_a_command_is_known_by_both_of_its_names() -> None:
    for command in Command:
        for name in filter(None, command.value):
            assert commands.command_called(name) is command


def target(port: int, admin: int = 0) -> Target:
    """A server with this client port, and an AdminServer that is taken at its word."""
    url = f"http://127.0.0.1:{admin}/commands" if admin else ""
    return Target(f"127.0.0.1:{port}", "127.0.0.1", port, "127.0.0.1", url, guessed=False)


def word(answer: bytes) -> Conversation:
    """Takes a four-letter word, answers and hangs up."""

    async def talk(wire: Wire) -> None:
        await wire.reader.readexactly(4)
        wire.writer.write(answer)
        await wire.writer.drain()

    return talk


def http(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> Conversation:
    """Takes a request, answers and hangs up."""

    async def talk(wire: Wire) -> None:
        await wire.reader.readuntil(b"\r\n\r\n")
        size = len(body) if length is None else length
        wire.writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body)
        await wire.writer.drain()

    return talk


async def silence(wire: Wire) -> None:
    await wire.reader.read()


async def nothing(wire: Wire) -> None:
    await wire.reader.read(4)


async def garbage(wire: Wire) -> None:
    await wire.reader.read(4)
    wire.writer.write(bytes(range(256)) * 100)
    await wire.writer.drain()


async def flood(wire: Wire) -> None:
    while True:
        wire.writer.write(b"\t/x\n" * 65536)
        await wire.writer.drain()


async def http_flood(wire: Wire) -> None:
    await wire.reader.readuntil(b"\r\n\r\n")
    wire.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    await flood(wire)


async def half(wire: Wire) -> None:
    await wire.reader.read(4)
    wire.writer.write(DUMP[:-3])
    await wire.reader.read()


async def headers_without_end(wire: Wire) -> None:
    await wire.reader.readuntil(b"\r\n\r\n")
    wire.writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        wire.writer.write(b"X: y\r\n" * 1000)
        await wire.writer.drain()


def answer_of(said: Answer | Refusal) -> Answer:
    assert isinstance(said, Answer), said
    return said


def refusal_of(said: Answer | Refusal) -> Refusal:
    assert isinstance(said, Refusal), said
    return said


async def test_admin_server_is_asked_first_and_its_answer_is_enough() -> None:
    body = json.dumps({"command": "dump", "error": None}).encode()
    async with rogue(word(DUMP)) as server, rogue(http(body)) as admin:
        said = answer_of(await ask(target(server.port, admin.port), Command.DUMP))
        assert (said.way, said.body, server.connections) == (Way.ADMIN, body, 0)


@pytest.mark.parametrize(
    "talk",
    [
        http(b"not found", "404 Not Found"),
        http(b"", "302 Found", "Location: https://127.0.0.1:1/\r\n"),
        http(b'{"command": "dump"', "200 OK"),
        http(b'{"command": "dump", "error": null}', length=1000),
        http(b"[" * 60_000),
        http(b"\x1f\x8b" + bytes(100), headers="Content-Encoding: gzip\r\n"),
        http(json.dumps({"command": "dump", "error": "Unknown command: dump"}).encode()),
        nothing,
        garbage,
        headers_without_end,
    ],
    ids=[
        *(
            "404",
            "a redirect",
            "half of it",
            "cut off",
            "nested",
            "packed",
            "an error",
            "nothing",
            "garbage",
            "headers",
        ),
    ],
)
async def test_where_admin_server_is_of_no_use_the_word_is_asked(talk: Conversation) -> None:
    async with rogue(word(DUMP)) as server, rogue(talk) as admin:
        said = answer_of(await ask(target(server.port, admin.port), Command.DUMP))
        assert (said.way, said.body) == (Way.WORD, DUMP)


async def test_an_admin_server_that_is_silent_leaves_time_for_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ADMIN_SHARE_S", 0.1)
    async with rogue(word(DUMP)) as server, rogue(silence) as admin:
        assert answer_of(await ask(target(server.port, admin.port), Command.DUMP)).way is Way.WORD


async def test_a_guessed_admin_server_must_be_that_of_the_client_port() -> None:
    mine = json.dumps({"command": "configuration", "error": None, "client_port": 1}).encode()
    async with rogue(word(REFUSED_WORD)) as server, rogue(http(mine)) as admin:
        guess = Target("a", "127.0.0.1", server.port, "127.0.0.1", f"http://127.0.0.1:{admin.port}/commands")
        said = refusal_of(await ask(guess, Command.DUMP))
        assert admin.connections == 1, "nothing but whose it is was asked"
        assert f"is that of client port 1, not {server.port}" in said.reason
        assert said.settings == ("4lw.commands.whitelist=srvr,dump",)


async def test_a_refusal_names_the_settings_that_would_allow_it() -> None:
    async with rogue(word(REFUSED_WORD)) as server:
        said = refusal_of(await ask(target(server.port, free_port()), Command.DUMP))
    assert said.trouble is Trouble.NOT_ALLOWED
    assert said.settings == ("4lw.commands.whitelist=srvr,dump", "admin.enableServer=true")
    assert "not allowed as a four-letter word" in said.reason
    assert "connection refused" in said.reason


async def test_a_server_that_is_down_is_that_and_no_setting_would_help() -> None:
    said = refusal_of(await ask(target(free_port(), free_port()), Command.CONS))
    assert (said.trouble, said.reason, said.settings) == (Trouble.UNREACHABLE, "connection refused", ())


async def test_a_server_that_does_not_serve_says_so() -> None:
    body = json.dumps(
        {"command": "dump", "error": "This ZooKeeper instance is not currently serving requests"}
    ).encode()
    no_word = word(b"This ZooKeeper instance is not currently serving requests\n")
    async with rogue(no_word) as server, rogue(http(body, "503 Service Unavailable")) as admin:
        said = refusal_of(await ask(target(server.port, admin.port), Command.DUMP))
        assert (said.trouble, said.reason) == (Trouble.NOT_SERVING, "it is not serving now")


async def test_what_only_admin_server_knows_is_asked_of_nobody_else() -> None:
    async with rogue(silence) as server:
        said = refusal_of(await ask(target(server.port), Command.VOTING_VIEW))
        assert (server.connections, said.reason) == (0, "no AdminServer is configured to ask")


@pytest.mark.parametrize(
    ("talk", "trouble"),
    [
        (silence, Trouble.SILENT),
        (half, Trouble.SILENT),
        (nothing, Trouble.NONSENSE),
        (garbage, Trouble.NONSENSE),
        (flood, Trouble.TOO_LARGE),
    ],
)
async def test_a_rogue_costs_the_deadline_and_no_more(
    talk: Conversation, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ASK_S", 0.5 if trouble is Trouble.SILENT else 10.0)
    async with rogue(talk) as server:
        before = time.monotonic()
        said = refusal_of(await ask(target(server.port), Command.DUMP))
        assert said.trouble is trouble
        assert time.monotonic() - before < 5


async def test_a_hundred_megabytes_by_http_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ASK_S", 10.0)
    monkeypatch.setattr(commands, "ADMIN_SHARE_S", 10.0)
    async with rogue(http_flood) as admin, rogue(word(REFUSED_WORD)) as server:
        said = refusal_of(await ask(target(server.port, admin.port), Command.DUMP))
        assert f"more than {admin_server.MAX_BYTES >> 20} MiB" in said.reason
    assert four_letter.MAX_BYTES == 32 << 20


def test_settings_are_merged_with_the_words_of_the_list_in_one() -> None:
    def refusal(*settings: str) -> Refusal:
        return Refusal("s", Command.DUMP, Trouble.NOT_ALLOWED, "", settings)

    said = [
        refusal("4lw.commands.whitelist=srvr,dump", "admin.enableServer=true"),
        refusal("4lw.commands.whitelist=srvr,cons", "admin.enableServer=true"),
        refusal(),
    ]
    assert merged(said) == ("4lw.commands.whitelist=srvr,dump,cons", "admin.enableServer=true")
