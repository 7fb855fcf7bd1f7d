"""Excerpts of what was sent and answered, for people: bounded, printable, without secrets. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl, quote, unquote, urlsplit

HIDDEN = "(hidden)"
LONGEST_BYTES = 2048
_SHORTEST_SECRET = 4
_SHORTEST_SEGMENT = 6  # shorter parts of a path are words such as "api" and "v2"


class Secrets:
    """What must not be seen. Its repr shows nothing."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelt = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _spellings(secret)}
        self._longest_first = sorted(spelt, key=len, reverse=True)

    def __repr__(self) -> str:
        return f"Secrets({len(self._longest_first)})"

    def hide(self, text: str) -> str:
        """The text with each secret replaced, however it is spelt: as it is, in JSON, in a URL, in base64."""
        for secret in self._longest_first:
            text = text.replace(secret, HIDDEN)
        return text


def secrets_of_url(url: str) -> Iterator[str]:
    """What makes a URL a secret: its user and password, its path and each longer part of that, its query."""
    parts = urlsplit(url)
    yield from (unquote(text) for text in (parts.username, parts.password) if text)
    if parts.username is not None:
        yield base64.b64encode(f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()).decode()
    if parts.path.count("/") > 1 or len(parts.path) > _SHORTEST_SEGMENT:
        yield parts.path
    yield from (unquote(segment) for segment in parts.path.split("/") if len(segment) >= _SHORTEST_SEGMENT)
    yield parts.query
    yield from (value for _, value in parse_qsl(parts.query))


def shown_url(url: str) -> str:
    """A URL for people: nothing but where it leads to."""
    parts = urlsplit(url)
    rest = parts.path.strip("/") or parts.query
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{HIDDEN if rest else ''}"


def excerpt(first: str, headers: Mapping[str, str], body: bytes, secrets: Secrets) -> str:
    """A request or an answer as it looks on the wire, cut off at 2 KB. `first` is shown as it is."""
    head = "".join(f"{name.lower()}: {value}\n" for name, value in headers.items())
    # A secret that is cut in two would not be found any more: more is looked at than is shown.
    text = body[: 4 * LONGEST_BYTES].decode(errors="replace")
    return bounded(f"{first}\n{secrets.hide(head)}\n{secrets.hide(text)}".rstrip())


def bounded(text: str) -> str:
    """At most 2 KB of it, with what a terminal or a page would not show as an escape."""
    text = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    whole = text.encode(errors="backslashreplace")
    if len(whole) <= LONGEST_BYTES:
        return whole.decode()
    return whole[: LONGEST_BYTES - 3].decode(errors="ignore") + "…"


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret)
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode(errors="replace")).decode()
