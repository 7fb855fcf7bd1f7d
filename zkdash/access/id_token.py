"""What an OpenID provider says of somebody: the ID token's claims (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from zkdash.config import OidcConfig

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key of the provider's own: never none, and none by the client's secret."""
LEEWAY_S = 60
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


def verified(id_token: str, keys: KeySet, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token. Raises Refused for anybody else's, another sign-in's or an old one."""
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except InvalidKeyIdError:
        raise UnknownKey("the ID token is signed by an unknown key") from None
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(f"the ID token is refused: {error}") from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise Refused("the ID token was made for another client")
    return claims


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
