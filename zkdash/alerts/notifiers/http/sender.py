"""One request to one receiver: no redirects, no cookies, a deadline, and no more of an answer than is needed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import aiohttp

from zkdash import __version__
from zkdash.alerts.notifiers.answer import Answer
from zkdash.alerts.notifiers.excerpt import Secrets, bounded, excerpt, shown_url
from zkdash.alerts.notifiers.http.answers import judged, unanswered
from zkdash.alerts.notifiers.http.resolver import Resolver
from zkdash.alerts.notifiers.http.tls import Contexts
from zkdash.config import TlsConfig

_LONGEST_ANSWER = 65_536
_SHOWN_OF_ANSWERS = ("Content-Type", "Retry-After", "Location", "Server")


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `secrets` are hidden in the excerpts."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    timeout_s: float
    secrets: Secrets
    tls: TlsConfig | None = None


class HttpSender:
    """Opens a connection for each request: an idle one that the receiver has closed costs a try."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._contexts = Contexts()

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=Resolver(), use_dns_cache=False, force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"User-Agent": f"zkdash/{__version__}", "Accept-Encoding": "identity"},
            auto_decompress=False,
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request, now_ms: int) -> Answer:
        """Send once. Never raises for what a receiver or the way to it does."""
        if self._session is None:
            raise RuntimeError("start() comes first")
        sent = excerpt(f"{request.method} {shown_url(request.url)}", request.headers, request.body, request.secrets)
        try:
            context = await self._contexts.context(request.tls)
        except (OSError, ValueError):  # its text would show a path
            return Answer(error="the files of ca, cert or key can't be used any more", request=sent)
        answer, body = None, bytearray()
        try:
            async with (
                asyncio.timeout(request.timeout_s),
                self._session.request(
                    request.method,
                    request.url,
                    data=request.body,
                    headers=request.headers,
                    allow_redirects=False,
                    ssl=context,
                ) as response,
            ):
                answer = judged(response.status, response.headers, now_ms)
                shown = {name: response.headers[name] for name in _SHOWN_OF_ANSWERS if name in response.headers}
                answer = replace(
                    answer, response=excerpt(f"{response.status} {response.reason}", shown, b"", request.secrets)
                )
                # The status decides; the rest is read so that the receiver can finish in peace, if it is short.
                with contextlib.suppress(EOFError):
                    while len(body) < _LONGEST_ANSWER and (more := await response.content.readany()):
                        body += more
        except (aiohttp.ClientError, OSError, ValueError) as error:
            answer = answer or unanswered(error, request.timeout_s)
        if body:
            text = request.secrets.hide(bytes(body).decode(errors="replace"))
            answer = replace(answer, response=bounded(f"{answer.response}\n\n{text}"))
        return replace(answer, error=request.secrets.hide(answer.error), request=sent)
