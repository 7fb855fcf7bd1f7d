"""Posting to a webhook, signed as Standard Webhooks says (https://www.standardwebhooks.com/)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import http.client
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import aiohttp

from zkdash import __version__
from zkdash.alerts.notifiers.http.resolver import Resolver
from zkdash.config import AlertConfig

DEADLINE_S = 10.0
_LONGEST_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: `error` is empty if the receiver has taken the message, else it says in plain words why not.

    `status` is None if no answer came; `retry_after_s` is how long the receiver asks to be left alone.
    """

    status: int | None = None
    error: str = ""
    retry_after_s: float | None = None


class Webhook:
    """Sends deliveries. Opens a connection for each: an idle one that the receiver has closed costs a try."""

    def __init__(self, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=Resolver(), use_dns_cache=False, force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers={"User-Agent": f"zkdash/{__version__}", "Content-Type": "application/json"},
            auto_decompress=False,
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, route: AlertConfig, message_id: str, payload: str, now_ms: int) -> Answer:
        """Post once. Never raises for what a receiver or the way to it does."""
        if self._session is None:
            raise RuntimeError("start() comes first")
        body = payload.encode()
        headers = signed_headers(route.secret, message_id, now_ms // 1000, body)
        answer = None
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._session.post(route.url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                answer = judged(response.status, response.headers, now_ms)
                # The status decides; the rest is read so that the receiver can finish in peace, if it is short.
                with contextlib.suppress(EOFError):
                    await response.content.readexactly(_LONGEST_ANSWER)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return answer or Answer(error=_in_words(error, self._deadline_s))
        return answer


def signed_headers(secret: bytes | None, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The headers of one try. Without a secret there is no signature."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s)}
    if secret:
        signed = b".".join((message_id.encode(), str(timestamp_s).encode(), body))
        digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def judged(status: int, headers: Mapping[str, str], now_ms: int) -> Answer:
    """What an answer's status and headers mean: only 2xx is a yes."""
    if 200 <= status < 300:
        return Answer(status)
    error = f"answered {status} {http.client.responses.get(status, '')}".rstrip()
    if 300 <= status < 400:
        error += ": a redirect, which is not followed; set url to where it leads"
    elif status == http.HTTPStatus.GONE:
        error += ": the receiver no longer wants this; take the alert out of the configuration"
    return Answer(status, error, retry_after_s(headers.get("Retry-After"), now_ms))


def retry_after_s(value: str | None, now_ms: int) -> float | None:
    """Retry-After (RFC 9110, 10.2.3), seconds or a date, as seconds from now; None if it is neither."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        return max(parsedate_to_datetime(value).timestamp() - now_ms / 1000, 0.0)
    except (ValueError, OverflowError, TypeError):
        return None


def _key(secret: bytes) -> bytes:
    """whsec_BASE64 stands for the bytes that it encodes; any other secret for itself."""
    if secret.startswith(b"whsec_"):
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(b"whsec_"), validate=True)
    return secret


def _in_words(error: Exception, deadline_s: float) -> str:
    """What went wrong on the way. Never the URL or a header: secrets stand there."""
    if isinstance(error, TimeoutError):
        return f"no answer within {deadline_s:g} s"
    if isinstance(error, (aiohttp.InvalidURL, ValueError)):
        return "the url is not valid"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is refused: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorError):
        place, inner = f"{error.host}:{error.port}", error.os_error
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return f"{error.host}: {inner}"
        if isinstance(inner, ssl.SSLError):
            return f"{place} doesn't speak TLS as expected: {inner.reason or 'handshake failed'}"
        return f"can't connect to {place}: {os.strerror(inner.errno).lower() if inner.errno else 'no way there'}"
    if isinstance(error, (aiohttp.ServerDisconnectedError, OSError)):
        return "the connection was closed before an answer came"
    return "what came back was not an HTTP answer"
