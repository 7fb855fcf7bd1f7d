"""AdminServer's commands: a GET for each, answered in JSON."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import orjson
from yarl import URL

from zkdash.zookeeper.addresses import resolve
from zkdash.zookeeper.refusals import NotAnswered, Trouble, too_large, unreachable

MAX_BYTES = 16 * 1024 * 1024
"""JSON takes many times its size when it is read; what is larger is asked for as text."""

KEPT_BYTES = 1024 * 1024
"""What is asked by a timer is smaller."""

KEPT_S = 25.0
"""For how long a connection waits for the next question; Jetty hangs up after 30 s."""

CONNECT_S = 0.6
LOOP_BYTES = 64 * 1024
"""JSON up to this size is read on the event loop."""


async def ask(
    base: str,
    name: str,
    *,
    ip: str | None = None,
    client_port: int | None = None,
    tls: Callable[[], ssl.SSLContext] | None = None,
    limit: int = MAX_BYTES,
) -> bytes:
    """The answer of the AdminServer at `base` to the command `name`, as JSON. Raises NotAnswered.

    `ip` is the address that stands for the host. With `client_port`, the AdminServer is asked first whether it belongs
    to a server with that port. `tls` makes the context for https. Has no deadline of its own.
    """
    url = URL(base)
    with _in_words(base):
        if ip is None:
            ip = (await resolve(url.host or "", url.port or 80, CONNECT_S))[0].ip
        context = await asyncio.to_thread(tls) if tls is not None and url.scheme == "https" else True
        async with _session(aiohttp.TCPConnector(force_close=True, ssl=context)) as session:
            if client_port is not None:
                await _check_port(session, url, ip, client_port)
            body, _ = await _get(session, url, ip, name, limit)
            return body


class Connections:
    """Connections to AdminServers that are kept, for those that ask again and again."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self, base: str, name: str, *, ip: str, tls: ssl.SSLContext | None = None, limit: int = KEPT_BYTES
    ) -> dict[str, Any]:
        """What the AdminServer at `base`, whose host has the address `ip`, says to the command `name`.

        Raises NotAnswered. Has no deadline of its own.
        """
        if self._session is None:
            # No connection waits for another one: each server has its own.
            self._session = _session(aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S))
        with _in_words(base):
            _, value = await _get(self._session, URL(base), ip, name, limit, tls or True)
            return value

    async def close(self) -> None:
        """Close all of them."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
    )


@contextlib.contextmanager
def _in_words(base: str) -> Iterator[None]:
    """Turns what fails into NotAnswered."""
    try:
        yield
    except aiohttp.ClientConnectorSSLError as error:
        raise NotAnswered(Trouble.NO_ADMIN_SERVER, f"TLS with its AdminServer failed ({error})") from None
    except (aiohttp.ClientConnectionError, OSError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else None
        words = unreachable(cause).reason if cause else unreachable(error).reason if isinstance(error, OSError) else ""
        if isinstance(error, TimeoutError) or not words:
            words = "no connection"
        raise NotAnswered(Trouble.NO_ADMIN_SERVER, f"no AdminServer at {base} ({words})") from None
    except (aiohttp.ClientError, ValueError):
        raise NotAnswered(Trouble.NONSENSE, f"what is at {base} doesn't speak HTTP as an AdminServer does") from None


async def _check_port(session: aiohttp.ClientSession, url: URL, ip: str, client_port: int) -> None:
    """Make sure that the AdminServer is the right server's: several may share an address."""
    _, configuration = await _get(session, url, ip, "configuration", LOOP_BYTES)
    port = configuration.get("client_port")
    if port != client_port:
        raise NotAnswered(
            Trouble.FOREIGN_ADMIN_SERVER,
            f"the AdminServer at {url} is that of client port {port if isinstance(port, int) else 'unknown'}, not "
            f"{client_port} ([zookeeper] admin says which is whose)",
        )


async def _get(
    session: aiohttp.ClientSession, url: URL, ip: str, name: str, limit: int, tls: ssl.SSLContext | bool = True
) -> tuple[bytes, dict[str, Any]]:
    """The answer as it is and as what it means."""
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host
    headers = {"Host": f"{host}:{url.port}", "Accept": "application/json", "Accept-Encoding": "identity"}
    sni = url.host if url.scheme == "https" else None
    async with session.get(
        (url / name).with_host(ip), headers=headers, allow_redirects=False, server_hostname=sni, ssl=tls
    ) as reply:
        chunks: list[bytes] = []
        size = 0
        async for chunk in reply.content.iter_any():
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            chunks.append(chunk)
        status = reply.status
    body = b"".join(chunks)
    try:
        value = orjson.loads(body) if size <= LOOP_BYTES else await asyncio.to_thread(orjson.loads, body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or "command" not in value:
        words = f"HTTP {status}" if status != 200 else "not its JSON"
        raise NotAnswered(Trouble.NO_ADMIN_SERVER, f"what is at {url} is no AdminServer ({words})")
    error = value.get("error")
    if error:
        text = str(error)[:200]
        serving = "not currently serving" not in text
        trouble = Trouble.NO_ADMIN_SERVER if serving else Trouble.NOT_SERVING
        raise NotAnswered(trouble, f"its AdminServer says: {text}" if serving else "it is not serving now")
    return body, value
