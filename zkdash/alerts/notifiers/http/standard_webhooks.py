"""Signatures as Standard Webhooks has them, https://www.standardwebhooks.com/. Pure."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac

PREFIX = "whsec_"


def signed_headers(secret: bytes | None, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The headers of one try. Without a secret there is no signature."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s)}
    if secret:
        signed = b".".join((message_id.encode(), str(timestamp_s).encode(), body))
        digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def secret_of(text: str) -> bytes:
    """A secret as it is written: "whsec_" and base64, or any text. Raises ValueError without showing it."""
    if not text:
        raise ValueError("there is nothing in it")
    if text.startswith(PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key:
            raise ValueError(f"after {PREFIX} there must be base64")
    return text.encode()


def _key(secret: bytes) -> bytes:
    """whsec_BASE64 stands for the bytes that it encodes; any other secret for itself."""
    if secret.startswith(PREFIX.encode()):
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(secret.removeprefix(PREFIX.encode()), validate=True)
    return secret
