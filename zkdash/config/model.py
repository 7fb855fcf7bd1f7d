"""What zkdash is told, as frozen dataclasses. Secrets are in no repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .kinds import Settings


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """How to speak TLS to a cluster's servers."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True


@dataclass(frozen=True, slots=True)
class SaslConfig:
    """SASL DIGEST-MD5 credentials of a cluster."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """One watched cluster.

    `path` bounds what zkdash shows: "/" or "/a/b", never with a slash at its end. `section` is where the
    cluster was configured, for messages. `auth` holds (scheme, credential) pairs. `admin` is where AdminServers are:
    one URL with {host} in it, one for each server in their order, or none at all.
    """

    name: str
    servers: tuple[tuple[str, int], ...]
    path: str = "/"
    label: str = ""
    session_timeout_s: float = 10.0
    tls: TlsConfig | None = None
    auth: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    sasl: SaslConfig | None = None
    admin: tuple[str, ...] = ("http://{host}:8080/commands",)
    section: str = ""


@dataclass(frozen=True, slots=True)
class AlertConfig:
    """One `[alert:NAME]`: where to send what.

    `clusters` are shell patterns of cluster names (fnmatch, case-sensitive). `secret` is what is written in the
    configuration, as bytes: "whsec_" and base64 (which has been checked), or any text.
    """

    name: str
    type: str
    url: str = field(repr=False, default="")
    on: frozenset[str] = frozenset({"LOST", "RECOVERED"})
    clusters: tuple[str, ...] = ("*",)
    secret: bytes | None = field(default=None, repr=False)
    settings: Settings | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where zkdash listens.

    `listen` are (host, port) without brackets, port 0 for a free one. `hosts` are names and addresses, in lower case,
    without ports and with brackets around IPv6. `public_url` has no slash at its end.
    """

    listen: tuple[tuple[str, int], ...] = (("127.0.0.1", 8080),)
    hosts: tuple[str, ...] = ()
    without_sign_in: bool = False
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the log is kept, and for how long (days). `url` is sqlite:///… or postgresql://…, without a driver."""

    url: str = field(repr=False)
    keep_events_days: int = 400
    keep_deliveries_days: int = 90


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that zkdash is told.

    `files` are those that it was read from, included ones too. `asab` is what is meant for asab itself: (section,
    key, value); see asab_part.hand_over().
    """

    clusters: tuple[ClusterConfig, ...]
    web: WebConfig
    store: StoreConfig
    alerts: tuple[AlertConfig, ...] = ()
    files: tuple[Path, ...] = ()
    asab: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
