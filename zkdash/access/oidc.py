"""Signing in at an OpenID provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9700)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import orjson

from zkdash.access.id_token import Identity, Refused, UnknownKey, claim, identity
from zkdash.config import OidcConfig
from zkdash.config.values import is_loopback

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

TIMEOUT_S = 10.0
MAX_BYTES = 1 << 20
KEEP_S = 600.0
"""For how long what the provider says of itself is good."""
AGAIN_S = 10.0
"""Its keys are asked for again, for a signature by an unknown one, at most so often."""
FLOW_S = 600
"""How long somebody may take at the provider."""


class ProviderDown(Exception):
    """The provider does not answer as a provider does; the message is a plain line for the log."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to the provider and back, which the browser's cookie remembers. Nobody else knows the secrets in it."""

    after: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    at: int = field(default_factory=lambda: int(time.time()))

    def packed(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(asdict(self))).decode()

    @classmethod
    def unpacked(cls, text: str) -> Flow:
        """Raises Refused for what is no flow, or an old one."""
        try:
            flow = cls(**orjson.loads(base64.urlsafe_b64decode(text)))
            fresh = 0 <= time.time() - flow.at < FLOW_S
        except (ValueError, TypeError, binascii.Error):
            raise Refused("the browser did not begin this sign-in, or long ago") from None
        if not fresh:
            raise Refused("the sign-in took too long")
        return flow


class Provider:
    """One OpenID provider. All methods raise ProviderDown."""

    def __init__(self, config: OidcConfig) -> None:
        self.config = config
        self._said: dict[str, Any] = {}
        self._said_at = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    async def address(self, flow: Flow, redirect_uri: str) -> str:
        """Where the browser goes to sign in."""
        said = await self._metadata()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self.config.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.config.scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = said["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    async def finish(self, query: Mapping[str, str], flow: Flow, redirect_uri: str) -> Identity:
        """Who came back. Raises Refused."""
        if not hmac.compare_digest(query.get("state", "").encode(), flow.state.encode()):
            raise Refused("the state is another browser's")
        if error := query.get("error"):
            raise Refused(f"the provider says {''.join(filter(str.isprintable, error))[:100]}")
        said = await self._metadata()
        if query.get("iss", said["issuer"]) != said["issuer"]:
            raise Refused("the answer is another provider's")
        if not query.get("code"):
            raise Refused("there is no code in the answer")
        tokens = await self._exchange(query["code"], flow, redirect_uri)
        claims = await self._verified(tokens.get("id_token"), flow.nonce)
        names = {self.config.user_claim, self.config.groups_claim}
        if any(claim(claims, name) is None for name in names) and "userinfo_endpoint" in said:
            more = await self._ask(said["userinfo_endpoint"], auth=f"Bearer {tokens.get('access_token', '')}")
            if more.get("sub") != claims["sub"]:
                raise Refused("the provider describes somebody else")
            claims = more | claims
        return identity(claims, self.config)

    async def _exchange(self, code: str, flow: Flow, redirect_uri: str) -> dict[str, Any]:
        said, config = await self._metadata(), self.config
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
            "client_id": config.client_id,
        }
        auth = ""
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if config.client_secret and "client_secret_basic" in methods:
            auth = aiohttp.encode_basic_auth(quote(config.client_id, safe=""), quote(config.client_secret, safe=""))
        elif config.client_secret:
            form["client_secret"] = config.client_secret
        return await self._ask(said["token_endpoint"], form=form, auth=auth)

    async def _verified(self, id_token: object, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for zkdash, for this sign-in and for now."""
        if not isinstance(id_token, str):
            raise Refused("there is no ID token in the answer")
        from zkdash.access.signed_token import verified  # only where somebody signs in so

        issuer = (await self._metadata())["issuer"]
        keys = self._keys or await self._fetch_keys()
        try:
            return verified(id_token, keys, issuer, self.config.client_id, nonce)
        except UnknownKey as error:
            if time.monotonic() - self._keys_at < AGAIN_S:
                raise Refused(str(error)) from None
        return verified(id_token, await self._fetch_keys(), issuer, self.config.client_id, nonce)

    async def _fetch_keys(self) -> KeySet:
        from zkdash.access.signed_token import key_set  # as above

        said = await self._ask((await self._metadata())["jwks_uri"])
        keys = key_set(said)
        if keys is None:
            raise ProviderDown("its keys can't be read")
        self._keys, self._keys_at = keys, time.monotonic()
        return keys

    async def _metadata(self) -> dict[str, Any]:
        """What the provider says of itself, as OpenID Connect Discovery 1.0 has it."""
        if self._said and time.monotonic() - self._said_at < KEEP_S:
            return self._said
        said = await self._ask(f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration")
        if str(said.get("issuer", "")).rstrip("/") != self.config.issuer.rstrip("/"):
            raise ProviderDown("it says that it is another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(said.get(name)):
                raise ProviderDown(f"its {name} is missing, or not https")
        self._said, self._said_at = said, time.monotonic()
        return said

    async def _ask(self, url: str, *, form: dict[str, str] | None = None, auth: str = "") -> dict[str, Any]:
        headers = {"Accept": "application/json"} | ({"Authorization": auth} if auth else {})
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(
                    "GET" if form is None else "POST", url, data=form, headers=headers, allow_redirects=form is None
                ) as answer,
            ):
                body = await answer.content.read(MAX_BYTES)
                status = answer.status
            said = orjson.loads(body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderDown(f"{urlsplit(url).netloc}: {error or type(error).__name__}") from None
        if form is not None and 400 <= status < 500:
            raise Refused(f"the provider does not take the code: {said.get('error') if isinstance(said, dict) else ''}")
        if status != 200 or not isinstance(said, dict):
            raise ProviderDown(f"{urlsplit(url).netloc} answers {status}")
        return said


def is_safe(url: object) -> bool:
    """Whether what is sent there is read by nobody on the way."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
