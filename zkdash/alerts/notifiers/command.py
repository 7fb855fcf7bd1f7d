"""Running a program that tells somebody: the message is its standard input, exit code 0 means that it was taken."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shlex
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from zkdash.alerts.notifiers import Answer, Message
from zkdash.alerts.notifiers.excerpt import LONGEST_BYTES, Secrets, bounded
from zkdash.alerts.notifiers.process import end
from zkdash.config import values
from zkdash.config.kinds import Kind, option

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig
    from zkdash.config.reader import Reader

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LONGEST_TIMEOUT_S = 300.0
# sysexits.h: EX_USAGE, EX_DATAERR, EX_NOPERM, EX_CONFIG. Trying again won't help before somebody changes something.
_PERMANENT = (64, 65, 77, 78)
_LOOK_S = 0.01
_LAST_WORDS_S = 0.1


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """`words` are the program, with its whole path, and its arguments. `hidden` are texts that nobody may see."""

    words: tuple[str, ...] = field(repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout_s: float = 10.0
    hidden: tuple[str, ...] = field(default=(), repr=False)

    def shown(self) -> str:
        return self.words[0]

    def secrets(self) -> Secrets:
        return Secrets([*self.hidden, *(value for _, value in self.environment)])


def _read(reader: Reader) -> CommandSettings | None:
    before = len(reader.document.mistakes)
    words = reader.read("command", _words) if reader.has("command") else None
    if not reader.has("command"):
        reader.mistake("command", "say what to run: command = /usr/local/bin/page --team ops", show=False)
    environment = reader.secret("environment", _environment) or ()
    timeout_s = reader.read("timeout", lambda text: values.seconds(text, 0.1, LONGEST_TIMEOUT_S))
    if words is None or timeout_s is None or len(reader.document.mistakes) > before:
        return None
    hidden = tuple(sorted(secret for secret in reader.document.secrets if any(secret in word for word in words[1:])))
    return CommandSettings(words, environment, timeout_s, hidden)


def _words(text: str) -> tuple[str, ...]:
    """Raises without showing any of it: arguments may be secrets."""
    try:
        program, *arguments = shlex.split(text)
    except ValueError:
        raise ValueError("write a program and its arguments, as for a shell; a quote is not closed here") from None
    found = shutil.which(program, path=PATH)
    if "/" in program and not program.startswith("/"):
        raise ValueError("write the program with its whole path, from the root")
    if found is None:
        raise ValueError(f"there is no such program, or it may not be run; without a path it is looked for in {PATH}")
    return (found, *arguments)


def _environment(text: str) -> tuple[tuple[str, str], ...]:
    found = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.strip()) or "\0" in value:
            raise ValueError("write NAME=value, each variable on a line of its own")
        found[name.strip()] = value.strip()
    return tuple(found.items())


class Command:
    """Runs a program for each message, without a shell and without zkdash's own environment."""

    KIND: ClassVar = Kind(
        "command",
        "a program that is run with the message on its standard input, as JSON that docs/schemas/message.json"
        " describes; exit code 0 says that it has taken the message.",
        (
            option(
                "command", "",
                "The program and its arguments, split as a shell does it; no shell is run. Needed.",
                secret=True,
            ),
            option(
                "environment", "",
                "Variables that the program gets, NAME=value, each on a line of its own, further lines indented. It has"
                " no other than PATH, LANG and those whose names begin with ZKDASH_.",
                secret=True,
            ),
            option("environment_file", "", "A file with what else would stand in environment."),
            option("timeout", "10s", "After this time it is ended, with all that it has started: 100ms to 5m."),
        ),
        _read,
    )  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        pass

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Run it once. Never raises for what a program does, or for its not being there."""
        settings = route.settings
        if not isinstance(settings, CommandSettings):
            return Answer(error="the route is not that of a command", permanent=True)
        secrets = settings.secrets()
        sent = bounded(secrets.hide(f"{settings.words[0]}\n\n{delivery.payload}"))
        try:
            process = await asyncio.create_subprocess_exec(
                *settings.words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={"PATH": PATH, "LANG": "C.UTF-8", **_about(delivery), **dict(settings.environment)},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            words = (error.strerror or "it is not a program").lower()
            return Answer(error=f"{settings.words[0]} can't be run: {words}", permanent=True, request=sent)
        output = bytearray()
        try:
            async with asyncio.timeout(settings.timeout_s):
                code = await _talk(process, delivery.payload.encode(), output)
        except TimeoutError:
            return Answer(
                error=f"it did not end within {settings.timeout_s:g} s, and was ended",
                request=sent,
                response=_shown(output, secrets),
            )
        finally:
            await end(process)
        return Answer(
            code, _in_words(code), permanent=code in _PERMANENT, request=sent, response=_shown(output, secrets)
        )


def _about(delivery: Delivery) -> dict[str, str]:
    return {
        "ZKDASH_DELIVERY": delivery.id,
        "ZKDASH_ROUTE": delivery.route,
        "ZKDASH_KIND": delivery.kind.value,
    }


async def _talk(process: asyncio.subprocess.Process, payload: bytes, output: bytearray) -> int:
    """Its exit code, as soon as it ends: what it has left behind may hold its input and output open for long."""
    feeding = asyncio.ensure_future(_feed(process, payload))
    collecting = asyncio.ensure_future(_collect(process, output))
    try:
        # asyncio's wait() would wait for the end of its output, too.
        while process.returncode is None:  # noqa: ASYNC110 - there is no event for that
            await asyncio.sleep(_LOOK_S)
        await asyncio.wait({collecting}, timeout=_LAST_WORDS_S)
        return process.returncode
    finally:
        feeding.cancel()
        collecting.cancel()


async def _feed(process: asyncio.subprocess.Process, payload: bytes) -> None:
    """A program need not read what it is told."""
    stdin = process.stdin
    if stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(payload)
        await stdin.drain()
    stdin.close()


async def _collect(process: asyncio.subprocess.Process, output: bytearray) -> None:
    """The beginning of what it says; the rest is read so that it can go on."""
    while process.stdout is not None and (piece := await process.stdout.read(65_536)):
        output += piece[: 4 * LONGEST_BYTES - len(output)]


def _in_words(code: int) -> str:
    if code < 0:
        return f"it was ended by signal {signal.Signals(-code).name if -code in set(signal.Signals) else -code}"
    return "" if code == 0 else f"it ended with exit code {code}"


def _shown(output: bytearray, secrets: Secrets) -> str:
    return bounded(secrets.hide(output.decode(errors="replace")))
