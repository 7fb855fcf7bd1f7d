"""Asking one server a command that only reads: its AdminServer first, else a four-letter word on the client port.

Most commands cost a server work, so they are asked when a person wants to know, and never by a timer; those that probes
ask are in questions.py.
"""

from __future__ import annotations

import asyncio
import enum
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zkdash.clock import now_ms
from zkdash.zookeeper import admin_server, four_letter
from zkdash.zookeeper.refusals import NotAnswered, Trouble

ASK_S = 2.0
"""How long one ask may take, both ways together."""

ADMIN_SHARE_S = 1.2
"""How much of that AdminServer may take when there is a four-letter word to turn to."""

WHITELIST = "4lw.commands.whitelist"
ADMIN_SERVER = "admin.enableServer=true"


class Command(enum.Enum):
    """What may be asked: (four-letter word, AdminServer's name); "" where that way doesn't know it.

    `crst`, `srst`, `stmk`, `reset`, `stat_reset`, `set_trace_mask`, `snapshot`, `restore`, … change things;
    `initial_configuration` and `envi` may tell passwords. Of `conf` only numbers are read.
    """

    SRVR = ("srvr", "server_stats")
    MNTR = ("mntr", "monitor")
    CONF = ("conf", "configuration")
    CONS = ("cons", "connections")
    DUMP = ("dump", "dump")
    WCHP = ("wchp", "watches_by_path")
    ISRO = ("isro", "is_read_only")
    VOTING_VIEW = ("", "voting_view")
    LEADER = ("", "leader")
    HASH = ("", "hash")

    @property
    def word(self) -> str:
        """The four-letter word, "" if there is none."""
        return self.value[0]

    @property
    def admin_name(self) -> str:
        """What AdminServer calls it."""
        return self.value[1]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.word or self.admin_name


class CommandRefused(Exception):
    """A command that is not on the list of those that only read."""

    def __init__(self, name: str) -> None:
        super().__init__(f"zkdash only reads: the command {name} is refused before it is sent")


class Way(enum.StrEnum):
    """How an answer came."""

    ADMIN = "AdminServer"
    WORD = "four-letter word"


@dataclass(frozen=True, slots=True)
class Target:
    """One server to ask. `name` is as people know it; `host`, `port` and `ip` are where its clients connect to.

    `admin` is the address of its AdminServer's commands, "" for none; one that is `guessed` must say that it belongs
    to a server with this client port. `tls` makes the context for the client port, where that speaks TLS.
    """

    name: str
    host: str
    port: int
    ip: str
    admin: str = ""
    guessed: bool = True
    tls: Callable[[], ssl.SSLContext] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: JSON from AdminServer, text for a word. `at` is UTC milliseconds."""

    server: str
    command: Command
    way: Way
    body: bytes = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a server gave no answer, in words, and the settings of ZooKeeper any of which would help."""

    server: str
    command: Command
    trouble: Trouble
    reason: str
    settings: tuple[str, ...] = ()


def command_called(name: str) -> Command:
    """The command of this name, as a four-letter word or as AdminServer has it. Raises CommandRefused."""
    for command in Command:
        if name and name in command.value:
            return command
    raise CommandRefused(name)


async def ask(target: Target, command: Command | str) -> Answer | Refusal:
    """What a server answers, within ASK_S. Raises CommandRefused, before anything is sent, and nothing else."""
    if not isinstance(command, Command):
        command = command_called(command)
    failures: list[NotAnswered] = []
    try:
        async with asyncio.timeout(ASK_S):
            for way in _ways(target, command):
                try:
                    body = await (_by_admin_server if way is Way.ADMIN else _by_word)(target, command)
                except NotAnswered as failure:
                    failures.append(failure)
                else:
                    return Answer(target.name, command, way, body, now_ms())
    except TimeoutError:
        failures.append(NotAnswered(Trouble.SILENT, f"no whole answer within {ASK_S:.0f} s"))
    return refusal_of(target, command, failures)


def _ways(target: Target, command: Command) -> Iterator[Way]:
    if target.admin:
        yield Way.ADMIN
    if command.word:
        yield Way.WORD


async def _by_admin_server(target: Target, command: Command) -> bytes:
    try:
        async with asyncio.timeout(ADMIN_SHARE_S if command.word else ASK_S):
            return await admin_server.ask(
                target.admin,
                command.admin_name,
                ip=target.ip if target.guessed else None,
                client_port=target.port if target.guessed and target.tls is None else None,
                tls=target.tls,
            )
    except TimeoutError:
        raise NotAnswered(Trouble.SILENT, f"its AdminServer at {target.admin} gave no whole answer in time") from None


async def _by_word(target: Target, command: Command) -> bytes:
    return await four_letter.ask(target.ip, target.port, command.word, tls=target.tls, host=target.host)


def refusal_of(target: Target, command: Command, failures: Sequence[NotAnswered]) -> Refusal:
    """One refusal of the failures of all ways: the last way's trouble, every reason, and what would help."""
    trouble = failures[-1].trouble if failures else Trouble.NO_ADMIN_SERVER
    reasons = [failure.reason for failure in reversed(failures)] or ["no AdminServer is configured to ask"]
    settings: list[str] = []
    if trouble in (Trouble.UNREACHABLE, Trouble.SILENT, Trouble.NOT_SERVING):
        reasons = reasons[:1]
    else:
        settings = [
            f"{WHITELIST}={','.join(dict.fromkeys(('srvr', command.word)))}"
            for one in failures
            if one.trouble is Trouble.NOT_ALLOWED
        ]
        settings += [ADMIN_SERVER for one in failures if one.trouble is Trouble.NO_ADMIN_SERVER]
    return Refusal(target.name, command, trouble, "; ".join(dict.fromkeys(reasons)), tuple(settings))


class Helped(Protocol):
    """What settings would help with."""

    @property
    def settings(self) -> tuple[str, ...]: ...


def merged(refusals: Iterable[Helped]) -> tuple[str, ...]:
    """The settings that would help with all of them, the words of the white list in one."""
    words: dict[str, None] = {}
    others: dict[str, None] = {}
    for setting in (setting for refusal in refusals for setting in refusal.settings):
        key, _, value = setting.partition("=")
        if key == WHITELIST:
            words |= dict.fromkeys(value.split(","))
        else:
            others[setting] = None
    return (*((f"{WHITELIST}={','.join(words)}",) if words else ()), *others)
