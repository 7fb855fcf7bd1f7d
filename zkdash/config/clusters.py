"""[zookeeper], [zookeeper:NAME], NAME=SERVERS and $ASAB_ZOOKEEPER_SERVERS -> the clusters to watch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import options, values
from .ini import Document
from .mistakes import Mistake, Place, shown
from .model import ClusterConfig, SaslConfig, TlsConfig
from .reader import Reader
from .tls import read_tls, tls_files

DEFAULTS = "zookeeper"
VARIABLE = "ASAB_ZOOKEEPER_SERVERS"
COMMAND_LINE = Place("the command line")
MIN_SESSION_TIMEOUT_S = 1.0
MAX_SESSION_TIMEOUT_S = 3600.0
MIN_PROBE_S = 0.5
MAX_PROBE_S = 3600.0

Servers = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Where:
    """Where a cluster is. `servers` None: nobody has said so yet; (): what was said is a mistake."""

    servers: Servers | None
    path: str


def add_arguments(document: Document, arguments: Iterable[str]) -> None:
    """Add the command line's NAME=SERVERS[/PATH], as if each were a section of the file."""
    for argument in arguments:
        name, _, rest = argument.partition("=")
        server_text, slash, path = rest.partition("/")
        section = f"{DEFAULTS}:{name}"
        try:
            values.name(name)
            if "://" in rest:
                raise ValueError("write NAME=HOST:PORT,HOST:PORT or NAME=HOST:PORT,HOST:PORT/PATH, without a scheme")
            values.servers(server_text)
            values.znode_path(path)
            if section in document.values:
                raise ValueError(f"a cluster of this name is there already, at {document.place(section)}")
        except ValueError as error:
            document.mistakes.append(Mistake("", shown(name), shown(rest), str(error), COMMAND_LINE))
            continue
        document.values[section] = {"servers": server_text}
        if slash:
            document.values[section]["path"] = slash + path
        document.places[section, ""] = COMMAND_LINE


def cluster_configs(document: Document, environ: Mapping[str, str]) -> tuple[ClusterConfig, ...]:
    """The clusters in the order that they are written in; the command line's come last."""
    named = [section for section in document.values if section.startswith(f"{DEFAULTS}:")]
    common = Reader(document, DEFAULTS)
    base = _where(common, _Where(None, common.read("path", values.znode_path) or "/"))
    if base.servers is None and (not named or _needs_environment(document, named)):
        base = _Where(_from_environment(document, environ), base.path)
    alone = all(document.place(section) == COMMAND_LINE for section in named) and (
        common.has("servers")
        or common.has("z_path")
        or (not named and (base.servers is not None or base.path != "/" or common.has("label")))
    )
    # When it is no cluster, its options are looked at all the same, for the mistakes in them.
    itself = _cluster(common, base if alone else _Where((), base.path), DEFAULTS)
    found = [itself] if alone else []
    if alone and f"{DEFAULTS}:{DEFAULTS}" in named:
        trouble = f"the file's [{DEFAULTS}] is a cluster of this name: take another one"
        document.mistakes.append(Mistake("", DEFAULTS, None, trouble, COMMAND_LINE))
    found += [_cluster(Reader(document, section, DEFAULTS), base, section.partition(":")[2]) for section in named]
    _check_idle_tls(common, found)
    return tuple(cluster for cluster in found if cluster)


def meant_names(document: Document, arguments: Iterable[str]) -> Iterator[str]:
    """Names that clusters would have if there were no mistakes in them, so that one mistake doesn't lead to two."""
    for section in document.values:
        prefix, _, name = section.partition(":")
        if prefix == DEFAULTS or (name and options.keys(section) is None):
            yield name or prefix
    for argument in arguments:
        yield argument.partition("=")[0]


def _needs_environment(document: Document, named: list[str]) -> bool:
    return any(not (document.has(section, "servers") or _z_servers(document, section)) for section in named)


def _z_servers(document: Document, section: str) -> bool:
    return bool(re.match(r"zookeepers?://[^/]", document.values[section].get("z_path") or "", re.IGNORECASE))


def _from_environment(document: Document, environ: Mapping[str, str]) -> Servers | None:
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return None
    try:
        return values.servers(text)
    except ValueError as error:
        document.mistakes.append(Mistake("", f"${VARIABLE}", shown(text), str(error), Place("the environment")))
        return ()


def _where(reader: Reader, base: _Where) -> _Where:
    """What the section itself says: z_path before servers and path, and all of them before `base`."""
    servers, path = base.servers, base.path
    own = Reader(reader.document, reader.section)
    if own.has("servers"):
        servers = own.read("servers", values.servers) or ()
    if own.has("path"):
        path = own.read("path", values.znode_path) or "/"
    if own.has("z_path"):
        z_path = own.read("z_path", lambda text: _z_path(text, base.path))
        if z_path is None:
            return _Where((), path)
        servers, path = z_path.servers or servers, z_path.path or path
    return _Where(servers, path)


def _z_path(text: str, base_path: str) -> _Where:
    """Exactly the three forms that asab documents. `path` is "" where the URL has none."""
    found = re.fullmatch(r"(zookeepers?):(?://([^/]*)(/.*)?|\./(.*))", text, re.IGNORECASE | re.DOTALL)
    if not found or (not found[2] and found[3] is None and found[4] is None):
        raise ValueError("write zookeeper://h1:2181,h2:2181/path, zookeeper:///path or zookeeper:./path")
    scheme, server_text, path, relative = found.groups()
    if scheme.lower() == "zookeepers" and (server_text or relative is not None):
        raise ValueError("write zookeeper:// (zookeepers:///path is another spelling, and no TLS: that is tls = yes)")
    if relative is not None:
        return _Where(None, values.znode_path(f"{base_path}/{relative}"))
    return _Where(
        values.servers(server_text) if server_text else None, values.znode_path(path) if path is not None else ""
    )


def _cluster(reader: Reader, base: _Where, name: str) -> ClusterConfig | None:
    document = reader.document
    before = len(document.mistakes)
    where = base if reader.section == DEFAULTS else _where(reader, base)
    try:
        values.name(name)
    except ValueError as error:
        document.mistake(reader.section, "", str(error))
    if where.servers is None:
        where = _Where((), where.path)
        document.mistake(
            reader.section, "",
            f"no servers: write servers = HOST:PORT,HOST:PORT here or in [{DEFAULTS}], or set ${VARIABLE}",
        )  # fmt: skip
    timeout_s = reader.read(
        "session_timeout", lambda text: values.seconds(text, MIN_SESSION_TIMEOUT_S, MAX_SESSION_TIMEOUT_S)
    )
    label = Reader(document, reader.section).read("label", values.one_line)
    tls, auth, sasl = _tls(reader), reader.secret("auth", _digests), reader.secret("sasl", _sasl)
    admin = reader.read("admin", values.admin_urls) or ()
    if where.servers and admin and "{host}" not in admin[0] and len(admin) != len(where.servers):
        reader.mistake("admin", f"write one URL with {{host}} in it, or as many as servers ({len(where.servers)})")
    probe = reader.read("probe", values.yes_no)
    every_s, full_every_s = (
        reader.read(option, lambda text: values.seconds(text, MIN_PROBE_S, MAX_PROBE_S))
        for option in ("probe_every", "probe_full_every")
    )
    if every_s and full_every_s and full_every_s < every_s:
        reader.mistake("probe_full_every", "full probes can't be more often than the others (probe_every)")
    if len(document.mistakes) > before or timeout_s is None or not where.servers or not every_s or not full_every_s:
        return None
    return ClusterConfig(
        name=name,
        servers=where.servers,
        path=where.path,
        label=label or "",
        session_timeout_s=timeout_s,
        tls=tls,
        auth=auth or (),
        sasl=sasl,
        admin=admin,
        probe=probe is not False,
        probe_every_s=every_s,
        probe_full_every_s=full_every_s,
        section=reader.section,
    )


def _tls(reader: Reader) -> TlsConfig | None:
    on = reader.read("tls", values.yes_no)
    if on:
        return tls_files(reader)
    read_tls(reader)  # for the mistakes in it
    if on is False and reader.section != DEFAULTS:
        _check_idle(reader)
    return None


def _check_idle_tls(common: Reader, found: list[ClusterConfig | None]) -> None:
    """The defaults may prepare TLS for clusters that turn it on, but somebody must."""
    if all(cluster and not cluster.tls for cluster in found) and common.read("tls", values.yes_no) is False:
        _check_idle(common)


def _check_idle(reader: Reader) -> None:
    for option in ("ca", "cert", "key"):
        if reader.has(option):
            reader.mistake(option, f"{option} does nothing without tls = yes")
    if reader.has("verify") and Reader(reader.document, reader.section).read("verify", values.yes_no) is False:
        reader.mistake("verify", "verify does nothing without tls = yes")


def _digests(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(("digest", ":".join(_user_password(line))) for line in text.split("\n") if line.strip())


def _sasl(text: str) -> SaslConfig:
    if "\n" in text:
        raise ValueError("write one user:password")
    return SaslConfig(*_user_password(text))


def _user_password(text: str) -> tuple[str, str]:
    user, _, password = text.strip().partition(":")
    if not user or not password:
        raise ValueError("write user:password")
    return user, password
