"""What an HTTP answer means, and what went wrong when there was none. Pure."""

from __future__ import annotations

import http.client
import os
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp

from zkdash.alerts.notifiers.answer import Answer

_TRY_AGAIN = (408, 421, 423, 425, 429)
_NEVER = (501, 505)


def judged(status: int, headers: Mapping[str, str], now_ms: int) -> Answer:
    """What an answer's status and headers mean: only 2xx is a yes."""
    if 200 <= status < 300:
        return Answer(status)
    error = f"answered {status} {http.client.responses.get(status, '')}".rstrip()
    if 300 <= status < 400:
        error += ": a redirect, which is not followed; set url to where it leads"
    elif status == http.HTTPStatus.GONE:
        error += ": the receiver no longer wants this; take the alert out of the configuration"
    return Answer(status, error, retry_after_s(headers.get("Retry-After"), now_ms), permanent=is_permanent(status))


def is_permanent(status: int) -> bool:
    """Whether the same request would hardly be answered otherwise a little later."""
    if status < 500:
        return status >= 300 and status not in _TRY_AGAIN
    return status in _NEVER


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


def unanswered(error: Exception, deadline_s: float) -> Answer:
    """The way there failed. Never the URL or a header in its words: secrets stand there."""
    invalid = isinstance(error, (aiohttp.InvalidURL, ValueError)) and not isinstance(error, OSError)
    return Answer(error=_in_words(error, deadline_s), permanent=invalid)


def _in_words(error: Exception, deadline_s: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {deadline_s:g} s"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is refused: {error.certificate_error}"
    if isinstance(error, (aiohttp.InvalidURL, ValueError)):
        return "the url is no address: it has to be like https://example.com/hook"
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
