"""What zkdash is told, as frozen dataclasses. Secrets are in no repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TypeAlias

from .kinds import Settings
from .masked import MaskingConfig
from .rules import RulesConfig, default_rules
from .samples import SamplesConfig
from .users import User
from .windows import Windows

Network: TypeAlias = IPv4Network | IPv6Network


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
    one URL with {host} in it, one for each server in their order, or none at all. `probe` is whether its servers are
    asked how they are: cheaply every `probe_every_s`, fully every `probe_full_every_s`.
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
    probe: bool = True
    probe_every_s: float = 2.0
    probe_full_every_s: float = 15.0
    section: str = ""


@dataclass(frozen=True, slots=True)
class AlertConfig:
    """One `[alert:NAME]`: who is told of what, when and how.

    `on` are the words LOST and RECOVERED, and patterns of rules' names. `clusters`, `labels` and `severities` are shell
    patterns (fnmatch, case-sensitive). Durations are seconds; `group_wait_s` None is 0 s for what is critical and 30 s
    for all else, `repeat_interval_s` None never. `hours` None is always. `settings` are what the notifier made of
    the options that are its own.
    """

    name: str
    type: str
    on: frozenset[str] = frozenset({"LOST", "RECOVERED"})
    clusters: tuple[str, ...] = ("*",)
    labels: tuple[str, ...] = ()
    severities: frozenset[str] = frozenset()
    for_s: float = 0.0
    group_wait_s: float | None = None
    group_interval_s: float = 300.0
    repeat_interval_s: float | None = 14_400.0
    send_resolved: bool | None = None
    escalate_after_s: float | None = None
    escalate_to: str = ""
    hours: Windows | None = None
    settings: Settings | None = field(default=None, repr=False)

    @property
    def tells_firing(self) -> bool:
        """Whether it is told when something is wrong, and not only when it is over."""
        return self.on != {"RECOVERED"}

    @property
    def tells_resolved(self) -> bool:
        """Whether it is told when something is over: as `send_resolved` says, else RECOVERED, else yes for rules."""
        if self.send_resolved is not None:
            return self.send_resolved
        return "RECOVERED" in self.on or "LOST" not in self.on


@dataclass(frozen=True, slots=True)
class AlertingConfig:
    """What all alerts have in common, seconds: when a cluster counts as suspended for long, and when a rule flaps."""

    suspended_for_s: float = 5.0
    flap_changes: int = 6
    flap_within_s: float = 600.0
    flap_calm_s: float = 600.0


@dataclass(frozen=True, slots=True)
class SilenceConfig:
    """One `[silence:NAME]`. Patterns as in AlertConfig, times in UTC ms; without an end only if it recurs."""

    name: str
    clusters: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    starts_at: int | None = None
    ends_at: int | None = None
    window: str = ""
    reason: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where zkdash listens.

    `listen` are (host, port) without brackets, port 0 for a free one. `hosts` are names and addresses, in lower case,
    without ports and with brackets around IPv6. `public_url` has no slash at its end. `base_path` is "" or "/a/b".
    """

    listen: tuple[tuple[str, int], ...] = (("127.0.0.1", 8080),)
    hosts: tuple[str, ...] = ()
    without_sign_in: bool = False
    public_url: str = ""
    base_path: str = ""
    components: bool = False


@dataclass(frozen=True, slots=True)
class GrantConfig:
    """One `[grant:NAME]`. Patterns as in AlertConfig; `role` is viewer, operator, admin, or none to deny.

    `paths` are relative to the cluster's own path, without a slash at their end.
    """

    name: str
    role: str
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ("*",)
    paths: tuple[str, ...] = ("/",)
    unmask: bool = False


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """An OpenID provider, and what zkdash is to it. `issuer` has no slash at its end but as the provider writes it."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid profile email"
    user_claim: str = "preferred_username"
    groups_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """Who signs in how, and what they may see and do.

    `sign_in` is none, basic, proxy or oidc. Headers of a proxy are believed from `proxies` only. `users_file` is read
    again when it changes; `users` are those that it had. Durations are seconds.
    """

    sign_in: str = "none"
    grants: tuple[GrantConfig, ...] = ()
    users_file: Path | None = None
    users: tuple[User, ...] = field(default=(), repr=False)
    proxies: tuple[Network, ...] = ()
    user_header: str = "X-Forwarded-User"
    groups_header: str = "X-Forwarded-Groups"
    oidc: OidcConfig | None = None
    idle_s: float = 43_200.0
    lifetime_s: float = 604_800.0
    token_lifetime_s: float = 31_536_000.0


@dataclass(frozen=True, slots=True)
class StatusConfig:
    """One `[status:NAME]`: a page for people outside the team on these clusters (patterns as in AlertConfig)."""

    name: str
    clusters: tuple[str, ...]
    title: str = ""
    hostnames: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class SharingConfig:
    """For how long a link may show something, and the status pages."""

    longest_s: float = 90 * 86_400.0
    statuses: tuple[StatusConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the log is kept, and for how long (days). `url` is sqlite:///… or postgresql://…, without a driver."""

    url: str = field(repr=False)
    keep_events_days: int = 400
    keep_deliveries_days: int = 90
    keep_audit_days: int = 400


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that zkdash is told.

    `files` are those that it was read from, included ones too. `asab` is what is meant for asab itself: (section,
    key, value); see asab_part.hand_over().
    """

    clusters: tuple[ClusterConfig, ...]
    web: WebConfig
    store: StoreConfig
    access: AccessConfig = field(default_factory=AccessConfig)
    sharing: SharingConfig = field(default_factory=SharingConfig)
    masking: MaskingConfig = field(default_factory=MaskingConfig)
    alerts: tuple[AlertConfig, ...] = ()
    alerting: AlertingConfig = field(default_factory=AlertingConfig)
    silences: tuple[SilenceConfig, ...] = ()
    rules: RulesConfig = field(default_factory=default_rules)
    samples: SamplesConfig = field(default_factory=SamplesConfig)
    files: tuple[Path, ...] = ()
    asab: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
