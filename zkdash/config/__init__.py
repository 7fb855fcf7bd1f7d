"""The configuration: INI files, the environment and the command line -> frozen dataclasses.

Each reading is a fresh one, so that SIGHUP can read again; whatever is wrong comes out as one ConfigError with
every mistake in it. Nothing else in zkdash touches asab.Config or looks for options in the environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from .access import access_config, users_path
from .alerts import alert_configs
from .asab_part import asab_options, hand_over
from .clusters import add_arguments, cluster_configs, meant_names
from .ini import Document, read
from .masked import MaskingConfig
from .masking import masking_config
from .mistakes import ConfigError, Mistake, Place
from .model import (
    AccessConfig,
    AlertConfig,
    AlertingConfig,
    ClusterConfig,
    Config,
    GrantConfig,
    Network,
    OidcConfig,
    SaslConfig,
    SharingConfig,
    SilenceConfig,
    StatusConfig,
    StoreConfig,
    TlsConfig,
    WebConfig,
)
from .names import check_names
from .rules import rules_config
from .samples import samples_config
from .sharing import sharing_config
from .silences import alerting_config, silence_configs
from .store import store_config
from .users import User
from .web import web_config

__all__ = [
    "AccessConfig", "AlertConfig", "AlertingConfig", "ClusterConfig", "Config", "ConfigError", "GrantConfig",
    "MaskingConfig",
    "Mistake", "Network", "OidcConfig", "Place", "SaslConfig", "SharingConfig", "SilenceConfig", "StatusConfig",
    "StoreConfig", "TlsConfig", "User", "WebConfig", "hand_over", "load", "users_file",
]  # fmt: skip


def load(
    files: Iterable[Path],
    environ: Mapping[str, str],
    clusters_from_command_line: Iterable[str] = (),
    *,
    listen: str | None = None,
    store_url: str | None = None,
) -> Config:
    """Read everything, again each time. Raises ConfigError with all mistakes, and nothing else.

    `clusters_from_command_line` are "NAME=HOST:PORT,HOST:PORT/PATH"; `listen` and `store_url` win over the files.
    """
    document = read(files, environ)
    check_names(document)
    _set(document, "web", "listen", listen, "--listen")
    _set(document, "store", "url", store_url, "--store")
    arguments = tuple(clusters_from_command_line)
    add_arguments(document, arguments)
    watched = cluster_configs(document, environ)
    config = Config(
        clusters=watched,
        web=web_config(document),
        store=store_config(document, environ),
        access=access_config(document),
        sharing=sharing_config(document),
        masking=masking_config(document),
        alerts=alert_configs(document, [*(cluster.name for cluster in watched), *meant_names(document, arguments)]),
        alerting=alerting_config(document),
        silences=silence_configs(document),
        rules=rules_config(document, [*(cluster.name for cluster in watched), *meant_names(document, arguments)]),
        samples=samples_config(document),
        files=tuple(document.files),
        asab=asab_options(document),
    )
    if document.mistakes:
        raise ConfigError(_in_order(document))
    return config


def users_file(files: Iterable[Path], environ: Mapping[str, str]) -> Path | None:
    """Where the users are, for the command that makes the file; None if no file says so."""
    return users_path(read(files, environ))


def _set(document: Document, section: str, key: str, value: str | None, option: str) -> None:
    if value is not None:
        document.values.setdefault(section, {})[key] = value
        document.places[section, key] = Place(option)


def _in_order(document: Document) -> tuple[Mistake, ...]:
    """Each mistake once, file by file and line by line."""
    order = [str(file) for file in document.files]

    def key(mistake: Mistake) -> tuple[int, int]:
        file = mistake.place.file
        return (order.index(file) if file in order else len(order), mistake.place.line)

    return tuple(sorted(dict.fromkeys(document.mistakes), key=key))
