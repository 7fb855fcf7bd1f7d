"""A configuration in words, without its secrets: what `zkdash check` prints."""

from __future__ import annotations

from collections.abc import Iterator

from .mistakes import printable
from .model import AlertConfig, ClusterConfig, Config
from .store import shown_url

NO_CLUSTERS = (
    "No cluster is configured. Name one on the command line, as in: zkdash prod=zk1:2181,zk2:2181",
    "or write into the configuration file:",
    "  [zookeeper:prod]",
    "  servers = zk1:2181,zk2:2181",
)


def describe(config: Config) -> str:
    """What would be watched, shown, kept and told, as text of several lines."""
    return "".join(f"{printable(line)}\n" for line in _lines(config))


def _lines(config: Config) -> Iterator[str]:
    yield f"Read: {', '.join(map(str, config.files)) or 'no file'}"
    yield f"Pages: {', '.join(map(_address, config.web.listen))}{_openness(config)}"
    yield f"Store: {shown_url(config.store.url)}"
    yield f"  events are kept {config.store.keep_events_days} days, deliveries {config.store.keep_deliveries_days}"
    for alert in config.alerts:
        yield f"Alert {alert.name}: {_alert(alert)}"
    if not config.clusters:
        yield from NO_CLUSTERS
    for cluster in config.clusters:
        yield f"Cluster {cluster.name}{f' ({cluster.label})' if cluster.label else ''}"
        yield from (f"  {line}" for line in _cluster(cluster))


def _cluster(cluster: ClusterConfig) -> Iterator[str]:
    yield f"servers {', '.join(_host_port(*server) for server in cluster.servers)}"
    yield f"path {cluster.path}, session timeout {cluster.session_timeout_s:g} s"
    yield f"AdminServers {' '.join(cluster.admin) or 'off'}"
    verified = " (servers are not verified)" if cluster.tls and not cluster.tls.verify else ""
    tls = f"TLS {'yes' if cluster.tls else 'no'}{verified}"
    yield f"{tls}, auth {'yes' if cluster.auth else 'no'}, SASL {'yes' if cluster.sasl else 'no'}"


def _alert(alert: AlertConfig) -> str:
    receiver = alert.settings.shown() if alert.settings else "nobody"
    return f"{alert.type} to {receiver} on {', '.join(sorted(alert.on))}, clusters {', '.join(alert.clusters)}"


def _openness(config: Config) -> str:
    return " (without sign-in: anyone may look)" if config.web.without_sign_in else ""


def _address(listen: tuple[str, int]) -> str:
    return f"http://{_host_port(*listen)}" if listen[1] else f"http://{_host_port(*listen)} (a free port)"


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
