"""Whether an ID token is signed by its provider. Only `access.oidc` asks, when somebody signs in: joserfc is 10 MiB."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from zkdash.access.id_token import Refused, UnknownKey

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key of the provider's own: never none, and none by the client's secret."""
LEEWAY_S = 60


def key_set(said: dict[str, Any]) -> KeySet | None:
    """A provider's keys (RFC 7517); None if they can't be read."""
    try:
        return KeySet.import_key_set(said)  # type: ignore[arg-type]  # what it is, is checked there
    except (JoseError, ValueError, KeyError, TypeError):
        return None


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
