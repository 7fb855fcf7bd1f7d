"""What is hidden of znodes' data unless the configuration says otherwise."""

from __future__ import annotations

from dataclasses import dataclass

FIELDS = (
    "*password*", "*passwd*", "*passphrase*", "pwd", "*_pwd", "*secret*", "token", "*_token", "*_key", "apikey",
    "*_apikey", "credential", "credentials", "*_credential", "*_credentials", "authorization", "bearer",
)  # fmt: skip
KNOWN = {
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?)(?:-----END|\z)": "private key",
    r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@?#\"'<>]*:([^\s/?#\"'<>]+)@": "password in a URL",
    r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*": "JSON web token",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b": "key of AWS",
}
"""Expressions for what looks like a secret wherever it stands, and what that is."""
EXPRESSIONS = tuple(KNOWN)


@dataclass(frozen=True, slots=True)
class MaskingConfig:
    """What is hidden: values of `fields` (patterns of names, any case), at `json_paths`, in znodes of `paths`, and what
    `expressions` (RE2) find, of which the first group if there is one."""

    enabled: bool = True
    fields: tuple[str, ...] = FIELDS
    json_paths: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    expressions: tuple[str, ...] = EXPRESSIONS
    unmask_without_sign_in: bool = False
