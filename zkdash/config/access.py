"""[access] and [grant:NAME] -> who signs in how, and who may see and do what."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from . import values
from .ini import Document
from .model import AccessConfig, GrantConfig, Network, OidcConfig
from .reader import Reader
from .users import User, read_users

PREFIX = "grant:"
METHODS = ("none", "basic", "proxy", "oidc")
DAY_S = 86_400.0
ROLES = ("viewer", "operator", "admin", "none")


def access_config(document: Document) -> AccessConfig:
    reader = Reader(document, "access")
    grants = _grants(document)
    sign_in = reader.read("sign_in", _method) or "none"
    file, users = _users(reader) if sign_in == "basic" else (None, ())
    proxies = reader.read("proxy_addresses", _networks) or ()
    if sign_in == "proxy" and not proxies and not document.has("access", "proxy_addresses"):
        reader.mistake("proxy_addresses", "say from which addresses the proxy comes, such as 127.0.0.1")
    if sign_in != "none" and not any(section.startswith(PREFIX) for section in document.values):
        reader.mistake("sign_in", f"so far nobody may see anything: write a [{PREFIX}NAME] with users or groups")
    idle, lifetime = (reader.read(key, _span) for key in ("idle", "lifetime"))
    default = AccessConfig()
    return AccessConfig(
        sign_in=sign_in,
        grants=grants,
        users_file=file,
        users=users,
        proxies=proxies,
        user_header=reader.read("user_header", _header) or default.user_header,
        groups_header=reader.read("groups_header", _header) or default.groups_header,
        oidc=_oidc(reader) if sign_in == "oidc" else None,
        idle_s=idle or default.idle_s,
        lifetime_s=lifetime or default.lifetime_s,
        token_lifetime_s=reader.read("token_lifetime", lambda text: values.seconds(text, DAY_S, 3660 * DAY_S))
        or default.token_lifetime_s,
    )


def users_path(document: Document) -> Path | None:
    """Where the users are; None if no option says so. The file need not be there."""
    name = document.values.get("access", {}).get("users_file")
    if not name:
        return None
    return Path(document.place("access", "users_file").file).absolute().parent / name


def _users(reader: Reader) -> tuple[Path | None, tuple[User, ...]]:
    path = users_path(reader.document)
    if path is None:
        reader.mistake("users_file", "name the file of users; zkdash user add NAME makes it")
        return None, ()
    try:
        return path, read_users(path)
    except ValueError as error:
        reader.mistake("users_file", str(error))
        return path, ()


def _oidc(reader: Reader) -> OidcConfig | None:
    before = len(reader.document.mistakes)
    for key in ("issuer", "client_id"):
        if not reader.document.has("access", key):
            reader.mistake(key, "sign_in = oidc needs it")
    found = OidcConfig(
        issuer=reader.read("issuer", _issuer) or "",
        client_id=reader.text("client_id"),
        client_secret=reader.secret("client_secret", str) or "",
        scopes=" ".join(dict.fromkeys(["openid", *values.words(reader.text("scopes"))])),
        user_claim=reader.text("user_claim"),
        groups_claim=reader.text("groups_claim"),
    )
    return found if len(reader.document.mistakes) == before else None


def _span(text: str) -> float:
    return values.seconds(text, 60, 366 * DAY_S)


def _method(text: str) -> str:
    if text not in METHODS:
        raise ValueError(f"write {', '.join(METHODS[:-1])} or {METHODS[-1]}")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(word) for word in values.words(text))
    except ValueError:
        raise ValueError("write addresses or networks, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8") from None


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", text):
        raise ValueError("write a header's name, of letters (a to z), digits and -")
    return text


def _issuer(text: str) -> str:
    """As the provider writes it, with or without a slash at its end; over the network only with TLS."""
    if not text:
        return ""
    url = values.http_url(text)
    parts = urlsplit(url)
    if "?" in url or "@" in url:
        raise ValueError("write a URL such as https://sso.example.com, without a user and without a ?")
    if parts.scheme != "https" and not values.is_loopback(parts.hostname or ""):
        raise ValueError("write an https:// URL: over the network, sign-in without TLS protects nobody")
    return url


def _grants(document: Document) -> tuple[GrantConfig, ...]:
    """The grants in the order that they are written in."""
    found = [_grant(Reader(document, section)) for section in document.values if section.startswith(PREFIX)]
    return tuple(grant for grant in found if grant)


def _grant(reader: Reader) -> GrantConfig | None:
    before = len(reader.document.mistakes)
    name = reader.name(PREFIX)
    grant = GrantConfig(
        name=name,
        role=reader.read("role", _role) or "",
        users=reader.read("users", values.patterns) or (),
        groups=reader.read("groups", values.patterns) or (),
        clusters=reader.read("clusters", values.patterns) or (),
        paths=reader.read("paths", _paths) or (),
        unmask=bool(reader.read("unmask", values.yes_no)),
    )
    if len(reader.document.mistakes) == before and not grant.users and not grant.groups:
        reader.mistake("", "say who is meant: users, groups, or both; * is everybody who is signed in")
    if grant.unmask and grant.role == "none":
        reader.mistake("unmask", "a grant that denies can't show secrets")
    return None if len(reader.document.mistakes) > before else grant


def _role(text: str) -> str:
    if text not in ROLES:
        raise ValueError(f"write {', '.join(ROLES[:-1])}, or {ROLES[-1]} to deny")
    return text


def _paths(text: str) -> tuple[str, ...]:
    """Paths of znodes, each on a line of its own."""
    found = tuple(dict.fromkeys(values.znode_path(line.strip()) for line in text.split("\n") if line.strip()))
    if not found:
        raise ValueError("write at least one path, such as /")
    return found
