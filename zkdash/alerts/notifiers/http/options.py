"""Options of notifiers that speak HTTP, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from zkdash.alerts.notifiers.excerpt import Secrets, secrets_of_url
from zkdash.config import TlsConfig, values
from zkdash.config.kinds import option
from zkdash.config.reader import Reader
from zkdash.config.tls import tls_files

LONGEST_TIMEOUT_S = 60.0

HEADERS = (
    option(
        "headers", "",
        "Further headers, such as Authorization: Bearer $TOKEN, each on a line of its own, further lines indented.",
        secret=True,
    ),
    option("headers_file", "", "A file with what else would stand in headers."),
)  # fmt: skip
CONNECTION = (
    option("timeout", "10s", "How long a try may take, 100ms to 1m."),
    option(
        "ca", "",
        "A PEM file of the authorities that sign the receiver's certificate, if empty those that the system trusts.",
    ),
    option("cert", "", "A PEM file with the certificate that zkdash shows to the receiver. It needs key."),
    option("key", "", "A PEM file with the key to cert, without a passphrase."),
    option("verify", "yes", "Check the receiver's certificate and host name: yes or no."),
)  # fmt: skip

_OURS = ("content-length", "host", "transfer-encoding", "connection", "expect")


@dataclass(frozen=True, slots=True)
class Connection:
    """How to speak to a receiver. `headers` are (name, value)."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout_s: float = 10.0
    tls: TlsConfig | None = None

    def secrets(self, urls: Iterable[str], others: Iterable[str] = ()) -> Secrets:
        """What is hidden of them in excerpts: the URLs and the values of the headers, too."""
        words = (word for _, value in self.headers for word in (value, *value.split()[1:]))
        return Secrets([*(secret for url in urls for secret in secrets_of_url(url)), *words, *others])


def read_connection(reader: Reader) -> Connection:
    """The options of HEADERS and CONNECTION; mistakes are noted."""
    timeout_s = reader.read("timeout", lambda text: values.seconds(text, 0.1, LONGEST_TIMEOUT_S))
    headers = reader.secret("headers", headers_of)
    tls = tls_files(reader)
    names = {name.lower() for name, _ in headers or ()}
    if "authorization" in names and "@" in (reader.text("url") or ""):
        reader.mistake("headers", "write either a user in url or the header Authorization, not both")
    return Connection(headers or (), timeout_s or 10.0, None if tls == TlsConfig() else tls)


def headers_of(text: str) -> tuple[tuple[str, str], ...]:
    """Headers from lines "Name: value". Raises without showing any of it."""
    found: dict[str, tuple[str, str]] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise ValueError("write Name: value, each header on a line of its own")
        if not value.isprintable() or not value.isascii():
            raise ValueError("the value of a header is of printable ASCII characters")
        if name.lower() in _OURS:
            raise ValueError(f"{name.lower()} is set by zkdash itself")
        if name.lower() in found:
            raise ValueError(f"the header {name.lower()} is there twice")
        found[name.lower()] = (name, value.strip())
    return tuple(found.values())


def read_url(reader: Reader, needed: str) -> str | None:
    """A URL from url or url_file; `needed` says what to write when there is none."""
    url = reader.secret("url", values.http_url)
    if url is None and not reader.has("url") and not reader.has("url_file"):
        reader.mistake("url", needed, show=False)
    return url
