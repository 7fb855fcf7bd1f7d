"""Every option there is, described once: what may be in a file, what stands in etc/zkdash.conf, what is a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import asab.config

from .alert_options import ALERT_OPTIONS
from .kinds import kinds
from .masked import FIELDS
from .option import Option
from .rule_options import OPTIONS as RULES
from .rule_options import WORDS as OF_RULES

SECTIONS: Mapping[str, str] = {
    "general": "The process.",
    "web": "The pages.",
    "access": "Who signs in how. See docs/access.md.",
    "grant:NAME": "Who may see and do what, once people sign in; as many as you like. Of all grants that are for"
    " somebody the highest role counts, and what one of them denies is denied. See docs/access.md.",
    "sharing": "Links to one view for who does not sign in. See docs/sharing.md.",
    "status:NAME": "A page /status/NAME for people outside the team; as many as you like. It says how clusters are and"
    " were in plain words, without paths, addresses and reasons.",
    "masking": "What is hidden of znodes' data before it leaves zkdash, by whatever way. See docs/masking.md.",
    "store": "The log of everything that happened.",
    "zookeeper": "What all clusters have in common. Where there is no [zookeeper:NAME], this is itself a cluster,"
    " called zookeeper. Servers that are named nowhere come from $ASAB_ZOOKEEPER_SERVERS.",
    "zookeeper:NAME": "One cluster to watch; as many as you like. NAME is of letters, digits, - _ and . and is what the"
    " pages and the API call it. It takes every option of [zookeeper], for this cluster alone.",
    "alert:NAME": "Who is told when something is wrong with a cluster and when it is over; as many as you like. See"
    " docs/alerts.md.",
    "alerts": "What all alerts have in common.",
    "silence:NAME": "What nobody is to be told for a while, such as during maintenance; as many as you like. Pages and"
    " the API make silences as well.",
    "rules": OF_RULES,
    "logging": "zkdash's own log.",
    "logging:console": "The log on stderr.",
    "logging:file": "The log in a file.",
    "logging:syslog": "The log in syslog.",
    "housekeeping": "When old entries are removed from the store, once a day. Times are UTC.",
    "asab:alert:opsgenie": "asab's own alert provider for Opsgenie, which [alert:NAME] with type = asab sends through.",
    "asab:alert:pagerduty": "asab's own alert provider for PagerDuty, likewise.",
    "passwords": "Values to use elsewhere in this file as ${passwords:key}. Any key.",
}

OPTIONS: tuple[Option, ...] = (
    Option(
        "general", "include", "",
        "More files to read, which win over this one: patterns such as conf.d/*.conf, separated by spaces or lines."
        " They are looked for beside this file, then in the working folder.",
    ),
    Option("general", "watchdog_threshold", "900", "End the process when its event loop stood still for so long."),
    # ---- web
    Option(
        "web", "listen", "127.0.0.1:8080",
        "Where to listen: HOST:PORT, [IPV6]:PORT, or only PORT for 127.0.0.1; several are separated by commas."
        " Port 0 takes a free one.",
    ),
    Option(
        "web", "hosts", "",
        "Names and addresses, without a port, by which browsers reach zkdash, separated by commas; the host in"
        " public_url is one anyway. Listening on 127.0.0.1 it answers to no other; elsewhere to all if none is here.",
    ),
    Option(
        "web", "without_sign_in", "",
        "Everybody who reaches zkdash sees everything that it sees, and may silence alerts. To let it listen on an"
        " address that other machines reach, write it out: anyone may look",
    ),
    Option(
        "web", "public_url", "",
        "Where people open zkdash, such as https://zkdash.example.com, base_path included; hooks link to it.",
    ),
    Option(
        "web", "base_path", "",
        "Where zkdash is below another site, such as /zkdash: all of its addresses begin so, and a proxy in front of it"
        " passes them on as they are.",
    ),
    Option("web", "components", "no", "Show /components, all parts of the pages in all states: yes or no."),
    # ---- access
    Option(
        "access", "sign_in", "none",
        "none: nobody signs in. basic: by a name and a password of users_file. proxy: a proxy in front of zkdash says"
        " who it is. oidc: at an OpenID provider. With any but none, say by [grant:NAME] who may see and do what.",
    ),
    Option(
        "access", "users_file", "",
        "With sign_in = basic: the file of users, as zkdash user add writes it. It is looked for beside this one, and"
        " read again when it changes.",
    ),
    Option(
        "access", "proxy_addresses", "",
        "The addresses of proxies in front of zkdash, such as 127.0.0.1 or 10.0.0.0/8, separated by commas. Only from"
        " them it believes X-Forwarded-For, -Proto and -Host, and the two headers below.",
    ),
    Option("access", "user_header", "X-Forwarded-User", "With sign_in = proxy: the header that names the user."),
    Option(
        "access", "groups_header", "X-Forwarded-Groups",
        "With sign_in = proxy: the header that names the user's groups, separated by commas.",
    ),
    Option("access", "issuer", "", "With sign_in = oidc: the provider's issuer, such as https://sso.example.com/realms/ops."),
    Option("access", "client_id", "", "What zkdash is called there."),
    Option("access", "client_secret", "", "Its secret there, if it has one.", secret=True),
    Option("access", "client_secret_file", "", "A file with what else would stand in client_secret."),
    Option("access", "scopes", "openid profile email", "What is asked of the provider, separated by spaces."),
    Option("access", "user_claim", "preferred_username", "The claim that is the user's name, such as email or sub."),
    Option("access", "groups_claim", "groups", "The claim that lists the user's groups."),
    Option("access", "idle", "12h", "A session that nobody uses ends after so long. Open pages alone don't use it."),
    Option("access", "lifetime", "7d", "Every session ends after so long."),
    Option("access", "token_lifetime", "365d", "The longest that a token may be made for."),
    Option("grant:NAME", "users", "", "Names of users, or patterns with * and ?, separated by commas. * is everybody."),
    Option("grant:NAME", "groups", "", "Groups of users, or patterns, separated by commas."),
    Option(
        "grant:NAME", "role", "viewer",
        "viewer sees; operator acknowledges, silences and shares, too; admin sees who did what, and takes away what"
        " others were given. none denies: what it covers is not there for them.",
    ),
    Option("grant:NAME", "clusters", "*", "On which clusters: names or patterns, separated by commas."),
    Option(
        "grant:NAME", "paths", "/",
        "Of the znodes only these and what is below them, each on a line of its own, further lines indented.",
    ),
    Option("grant:NAME", "unmask", "no", "Show them what is masked as secret: yes or no."),
    # ---- sharing
    Option("sharing", "longest", "90d", "For how long a share link may work at most, 1m to 400d."),
    Option("status:NAME", "clusters", "", "Which clusters: names or patterns, separated by commas. Needed."),
    Option("status:NAME", "title", "", "What the page is called. Empty: NAME."),
    Option(
        "status:NAME", "hostnames", "no",
        "Say which servers incidents are about, by their host names: yes or no.",
    ),
    Option(
        "status:NAME", "public", "no",
        "Show it to everybody who reaches zkdash, also without sign-in: yes or no.",
    ),
    # ---- masking
    Option("masking", "enabled", "yes", "Hide secrets in the data of znodes: yes or no."),
    Option(
        "masking", "fields", ", ".join(FIELDS),
        "Names of fields whose values are hidden, in JSON, YAML, XML, properties and other text: patterns with * and ?,"
        " separated by commas, in any case. camelCase and kebab-case count as snake_case, a.b.c also as c.",
    ),
    Option(
        "masking", "json_paths", "",
        "Values that are hidden in JSON by where they are, each on a line of its own: $.database.user, $..pin,"
        " $.users[*].name.",
    ),
    Option(
        "masking", "paths", "",
        "Znodes whose data is hidden as a whole: paths or patterns such as /secrets/*, each on a line of its own.",
    ),
    Option(
        "masking", "expressions", "",
        "More regular expressions (RE2) for what is hidden wherever it stands, each on a line of its own; of a match"
        " the first group is hidden, if there is one. Private keys, passwords in URLs, JSON web tokens and keys of AWS"
        " are known anyway.",
    ),
    Option(
        "masking", "unmask_without_sign_in", "no",
        "Where nobody signs in, let everybody see what is masked when they ask: yes or no. Otherwise a grant with"
        " unmask = yes gives it.",
    ),
    # ---- store
    Option(
        "store", "url", "",
        "sqlite:///relative/file, sqlite:////absolute/file, or postgresql://user:password@host/database. Empty: the"
        " file zkdash.sqlite in $STATE_DIRECTORY, $XDG_STATE_HOME/zkdash or ~/.local/state/zkdash.",
    ),
    Option("store", "keep_events", "400", "For how many days events are kept."),
    Option("store", "keep_deliveries", "90", "For how many days sent and dropped deliveries are kept."),
    Option("store", "keep_audit", "400", "For how many days it is kept who did what."),
    Option("store", "keep_samples", "2h", "For how long what each server said is kept as it was sampled, from 2h on."),
    Option("store", "keep_minutes", "48h", "For how long its minimum, average and maximum by minutes are kept."),
    Option("store", "keep_quarters", "400d", "For how long those by quarters of an hour are kept."),
    Option(
        "store", "samples_size", "1 GiB",
        "How much room the servers' history may take; beyond it the oldest goes. Events are never touched.",
    ),
    Option(
        "store", "keep_free", "256 MiB",
        "How much of SQLite's disk is left free for the log of events: below it the servers' history stops.",
    ),
    # ---- clusters
    Option(
        "zookeeper", "z_path", "",
        "Servers and path in one. zookeeper://h1:2181,h2:2181/path, or zookeeper:///path for the servers below, or"
        " zookeeper:./path for the servers and a path under the path of [zookeeper]. It wins over servers and path.",
    ),
    Option(
        "zookeeper", "servers", "",
        "The servers, HOST:PORT, separated by commas. The port is 2181 unless said; IPv6 addresses stand in brackets.",
    ),
    Option("zookeeper", "path", "/", "Only what is below this znode is shown. It is never created."),
    Option(
        "zookeeper", "label", "",
        "What the pages call the cluster beside its name. No [zookeeper:NAME] takes it over.",
    ),
    Option(
        "zookeeper", "session_timeout", "10s",
        "How long servers may be silent until the cluster counts as lost, 1s to 1h: 500ms, 10s, 2m, or seconds. Servers"
        " have bounds of their own; what they grant counts.",
    ),
    Option("zookeeper", "tls", "no", "Speak TLS to the servers: yes or no."),
    Option(
        "zookeeper", "ca", "",
        "A PEM file of the authorities that sign the servers' certificates, if empty those that the system trusts."
        " Files are looked for beside this one.",
    ),
    Option("zookeeper", "cert", "", "A PEM file with the certificate that zkdash shows to the servers. It needs key."),
    Option("zookeeper", "key", "", "A PEM file with the key to cert, without a passphrase."),
    Option("zookeeper", "verify", "yes", "Check the servers' certificates and host names: yes or no."),
    Option(
        "zookeeper", "auth", "",
        "Who zkdash is to ACLs of scheme digest: user:password, several on lines of their own, further lines indented.",
        secret=True,
    ),
    Option("zookeeper", "auth_file", "", "A file with what else would stand in auth."),
    Option("zookeeper", "sasl", "", "Sign in by SASL (DIGEST-MD5): user:password.", secret=True),
    Option("zookeeper", "sasl_file", "", "A file with what else would stand in sasl."),
    Option(
        "zookeeper", "admin", "http://{host}:8080/commands",
        "Where the servers' AdminServers are, which zkdash asks, before the four-letter words, how they are and who"
        " holds or watches a znode: a URL with {host} in it, a URL for each of the servers in their order, or off.",
    ),
    Option("zookeeper", "probe", "yes", "Ask each server, again and again, how it is: yes or no."),
    Option(
        "zookeeper", "probe_every", "2s",
        "How often each server is asked what it is doing (srvr, about a millisecond of its time), 500ms to 1h.",
    ),
    Option(
        "zookeeper", "probe_full_every", "15s",
        "How often it is asked everything (AdminServer's monitor, else mntr: some 20 to 40 ms of its time), not more"
        " often than probe_every.",
    ),
    # ---- alerts
    *ALERT_OPTIONS,
    *RULES,
    # ---- asab's own
    Option("logging", "level", "NOTICE", "The least that is logged: DEBUG, INFO, NOTICE, WARNING, ERROR or CRITICAL."),
    Option("logging", "levels", "", 'Levels of single loggers, such as "kazoo DEBUG", each on a line of its own.'),
    Option("logging", "verbose", "no", "Log everything, and let asyncio look for slow callbacks: yes or no."),
    Option("logging:console", "enabled", "yes", "yes or no. A terminal always gets the log."),
    Option("logging:file", "path", "", "The file. Empty: none is written."),
    Option("logging:file", "backup_count", "3", "How many old files to keep."),
    Option("logging:file", "backup_max_bytes", "0", "Start a new file at this size. 0: never for its size."),
    Option("logging:file", "rotate_every", "", "Start a new file after this time, such as 1d or 12H."),
    Option("logging:syslog", "enabled", "no", "yes or no."),
    Option("logging:syslog", "address", "/dev/log", "A socket, or tcp://host:port or udp://host:port."),
    Option("logging:syslog", "format", "3", "3 (RFC 3164), 5 (RFC 5424), 5micro, m (macOS) or json."),
    Option("housekeeping", "at", "03:00", "Not before."),
    Option("housekeeping", "limit", "05:00", "Not after."),
    Option("housekeeping", "run_at_startup", "no", "And whenever zkdash starts: yes or no."),
    Option(
        "asab:alert:opsgenie", "url", "https://api.eu.opsgenie.com",
        "Opsgenie's API, https://api.opsgenie.com in the US.",
    ),
    Option("asab:alert:opsgenie", "api_key", "", "The key of an API integration. Needed.", secret=True),
    Option("asab:alert:opsgenie", "tags", "", "Tags of each alert, separated by commas."),
    Option("asab:alert:pagerduty", "url", "https://events.pagerduty.com", "PagerDuty's Events API."),
    Option("asab:alert:pagerduty", "api_key", "", "The key of the REST API. Needed.", secret=True),
    Option("asab:alert:pagerduty", "integration_key", "", "The key of a service's integration. Needed.", secret=True),
)  # fmt: skip

_SHARED = {"asab:proactor": ("max_workers", "default_executor")}
_FROM_ASAB = ("general", "logging", "logging:console", "logging:file", "logging:syslog", "housekeeping", "asab:metrics")


def kind(section: str) -> str:
    """What kind of section it is: "zookeeper:prod" and "zookeeper" are of the kind "zookeeper"."""
    if section.startswith("zookeeper:"):
        return "zookeeper"
    if section.startswith(("silence:", "grant:", "status:")):
        return f"{section.partition(':')[0]}:NAME"
    if section.startswith("rules:"):
        return "rules"
    return "alert:NAME" if section.startswith("alert:") else section


def keys(section: str) -> frozenset[str] | None:
    """The keys that a section may have; None if there is no such section. Every key is fine in [passwords].

    Of an alert: those that any has. What one of a certain type may have as well is said by kinds.py.
    """
    return _KEYS.get(kind(section))


def default(section: str, key: str) -> str:
    """The default as it would be written."""
    return _BY_NAME[kind(section), key].default


def is_secret(section: str, key: str) -> bool:
    """Whether the value must never be shown. What nobody knows might be a secret spelt wrongly."""
    option = _BY_NAME.get((kind(section), key))
    if option:
        return option.secret
    if kind(section) == "alert:NAME" and (meant := [option for option in _of_notifiers() if option.key == key]):
        return any(option.secret for option in meant)
    return kind(section) not in _FROM_ASAB


def _of_notifiers() -> Iterator[Option]:
    for notifier in kinds().values():
        yield from notifier.options


def _all_keys() -> dict[str, frozenset[str]]:
    of_asab = {section: asab.config.ConfigParser._default_values[section] for section in _FROM_ASAB}
    found = {section: set(values) - {"config_file"} for section, values in (of_asab | _SHARED).items()}
    found["passwords"] = set()
    for option in OPTIONS:
        found.setdefault(option.section, set()).add(option.key)
    return {section: frozenset(keys) for section, keys in found.items()}


_BY_NAME = {(option.section, option.key): option for option in OPTIONS}
_KEYS = _all_keys()
