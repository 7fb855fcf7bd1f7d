"""TLS contexts of receivers, made once for each setting and again when a file has changed."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Literal

from zkdash.config import TlsConfig

_Key = tuple[TlsConfig, tuple[int, ...]]


class Contexts:
    """Making one reads files, which is done beside the event loop."""

    def __init__(self) -> None:
        self._made: dict[_Key, ssl.SSLContext] = {}

    async def context(self, tls: TlsConfig | None) -> ssl.SSLContext | Literal[True]:
        """The context, True for one that trusts whom the system trusts. Raises OSError (ssl.SSLError is one)."""
        if tls is None or tls == TlsConfig():
            return True
        return await asyncio.to_thread(self._context, tls)

    def _context(self, tls: TlsConfig) -> ssl.SSLContext:
        files = [file for file in (tls.ca, tls.cert, tls.key) if file]
        key = (tls, tuple(file.stat().st_mtime_ns for file in files))
        if key not in self._made:
            self._made = {other: context for other, context in self._made.items() if other[0] != tls}
            self._made[key] = _made(tls)
        return self._made[key]


def _made(tls: TlsConfig) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.cert:
        context.load_cert_chain(tls.cert, tls.key or Path(), password="")
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
