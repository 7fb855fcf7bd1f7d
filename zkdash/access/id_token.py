"""What an OpenID provider says of somebody: the ID token's claims (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zkdash.config import OidcConfig

NAME_CHARS = 200
GROUPS = 500


class Refused(Exception):
    """What came back from the provider is not for this zkdash, this browser or this moment."""


class UnknownKey(Refused):
    """The ID token is signed by a key that the provider did not have when it was asked."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider names."""

    name: str
    groups: tuple[str, ...]


def identity(claims: Mapping[str, Any], config: OidcConfig) -> Identity:
    """Whom claims name. Raises Refused if they name nobody."""
    name = claim(claims, config.user_claim)
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_CHARS or not name.isprintable():
        raise Refused(f"the provider does not say the claim {config.user_claim}")
    if config.user_claim == "email" and claims.get("email_verified", True) not in (True, "true"):
        raise Refused("the provider has not verified this email address")
    said = claim(claims, config.groups_claim)
    found = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    groups = dict.fromkeys(group for group in found if isinstance(group, str) and group.isprintable())
    return Identity(name.strip(), tuple(groups)[:GROUPS])


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a path such as realm_access.roles; None if it is not there."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
