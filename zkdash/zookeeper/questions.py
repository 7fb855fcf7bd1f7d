"""What a timer asks servers, again and again: as little as tells how they are, at the least cost for both sides."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Any

from yarl import URL

from zkdash.zookeeper import admin_server, four_letter
from zkdash.zookeeper.addresses import resolve
from zkdash.zookeeper.commands import Command, Target
from zkdash.zookeeper.quick_word import ask_quickly
from zkdash.zookeeper.refusals import NotAnswered, Trouble

ASKED_BY_TIMER = frozenset(
    {
        Command.SRVR,
        Command.MNTR,
        Command.CONF,
        Command.VOTING_VIEW,
        Command.LEADER,
        Command.HASH,
    }
)
"""None of these walks through what the server holds, but for a digest that it keeps anyway."""

KEEP_S = 60.0
"""For how long addresses and TLS contexts are kept: renewed certificates are taken up after that."""

WORD_BYTES = 1024 * 1024
_RESOLVE_S = 1.0


class Questions:
    """Asks, with connections to AdminServers, their addresses and TLS contexts kept."""

    def __init__(self) -> None:
        self._admin = admin_server.Connections()
        self._ips: dict[str, tuple[float, str]] = {}
        self._contexts: dict[object, tuple[float, ssl.SSLContext]] = {}

    def word(self, target: Target, command: Command) -> asyncio.Future[bytes]:
        """The answer to a four-letter word, unchecked, or NotAnswered; cancel it when its time is over."""
        _check(command)
        if target.tls is None:
            return ask_quickly(target.ip, target.port, command.word.encode())
        return asyncio.ensure_future(self._word_by_tls(target, target.tls, command))

    async def _word_by_tls(self, target: Target, tls: Callable[[], ssl.SSLContext], command: Command) -> bytes:
        try:
            context = await self._context(target, tls)
        except (OSError, ValueError) as error:
            raise NotAnswered(Trouble.UNREACHABLE, f"TLS failed: {error}") from None
        return await four_letter.ask(
            target.ip, target.port, command.word, tls=lambda: context, host=target.host, limit=WORD_BYTES
        )

    async def admin(self, target: Target, command: Command) -> dict[str, Any]:
        """What the AdminServer of a server says to a command. Raises NotAnswered; has no deadline of its own."""
        _check(command)
        url = URL(target.admin)
        try:
            ip = target.ip if target.guessed else await self._ip(url.host or "", url.port or 80)
            context = await self._context(target, target.tls) if target.tls and url.scheme == "https" else None
        except (OSError, ValueError) as error:
            raise NotAnswered(Trouble.NO_ADMIN_SERVER, f"no AdminServer at {target.admin} ({error})") from None
        return await self._admin.ask(target.admin, command.admin_name, ip=ip, tls=context)

    async def _ip(self, host: str, port: int) -> str:
        until, ip = self._ips.get(host, (0.0, ""))
        if time.monotonic() > until:
            ip = (await resolve(host, port, _RESOLVE_S))[0].ip
            self._ips[host] = (time.monotonic() + KEEP_S, ip)
        return ip

    async def _context(self, target: Target, tls: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        # One roster makes one `tls` for all servers of a cluster.
        until, context = self._contexts.get(tls, (0.0, None))
        if context is None or time.monotonic() > until:
            context = await asyncio.to_thread(tls)
            now = time.monotonic()
            self._contexts = {key: kept for key, kept in self._contexts.items() if kept[0] > now}
            self._contexts[tls] = (now + KEEP_S, context)
        return context

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._admin.close()


def _check(command: Command) -> None:
    if command not in ASKED_BY_TIMER:
        raise ValueError(f"{command.title} is not for timers")
