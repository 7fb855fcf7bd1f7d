"""Access lists in words. Source: ZooKeeper's `ZooDefs.Perms` and its authentication providers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kazoo.security import ACL

PERMISSIONS = (
    (1, "read"),
    (2, "write"),
    (4, "create children"),
    (8, "delete children"),
    (16, "administer"),
)
ALL = 31
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an access list: `who` may do `may`. `scheme` and `id` are the stored ones, secrets left out."""

    who: str
    may: tuple[str, ...]
    scheme: str
    id: str

    @property
    def sentence(self) -> str:
        """ "Anyone may read, write and administer." """
        if not self.may:
            return f"{self.who} may do nothing."
        *first, last = self.may
        return f"{self.who} may {', '.join(first)} and {last}." if first else f"{self.who} may {last}."


def in_words(acls: Iterable[ACL]) -> tuple[Entry, ...]:
    """The access list as people say it, in its stored order. Password hashes of the digest scheme are left out."""
    return tuple(_entry(acl.id.scheme, acl.id.id, acl.perms) for acl in acls)


def _entry(scheme: str, identity: str, permissions: int) -> Entry:
    identity = _without_secret(scheme, identity)
    return Entry(who=_who(scheme, identity), may=_may(permissions), scheme=scheme, id=identity)


def _without_secret(scheme: str, identity: str) -> str:
    """A digest id is "user:base64(sha1(user:password))": fit for guessing the password offline, so it stays here."""
    if scheme not in ("digest", "super"):
        return identity
    user, colon, _hash = identity.rpartition(":")
    return f"{user}:({HIDDEN})" if colon else f"({HIDDEN})"


def _who(scheme: str, identity: str) -> str:
    match scheme:
        case "world" if identity == "anyone":
            return "Anyone"
        case "digest":
            user = identity.removesuffix(f":({HIDDEN})")
            return f"Whoever has the password of “{user}”" if user != f"({HIDDEN})" else "Whoever has the password"
        case "ip":
            return f"Clients from {identity}"
        case "sasl":
            return f"The SASL user “{identity}”"
        case "x509":
            return f"Clients with the certificate of “{identity}”"
        case "auth":
            return "The session that wrote the list"
        case _:
            return f"“{identity}” by the scheme “{scheme}”"


def _may(permissions: int) -> tuple[str, ...]:
    words = [word for bit, word in PERMISSIONS if permissions & bit]
    unknown = permissions & ~ALL
    if unknown:
        words.append(f"use the unknown permission 0x{unknown & 0xFFFF_FFFF:x}")
    return tuple(words)
