"""A znode's data told apart roughly, for the API and for comparing. `formats` says all that it may be."""

from __future__ import annotations

import base64
import enum

from zkdash.znodes.formats.charset import decode
from zkdash.znodes.formats.hexdump import ROW_BYTES as HEX_ROW
from zkdash.znodes.formats.model import LIMITS, Confidence
from zkdash.znodes.pretty import is_json

__all__ = ["HEX_ROW", "Kind", "for_json", "kind_of"]


class Kind(enum.StrEnum):
    """What can be done with data."""

    NOTHING = "no value"
    EMPTY = "empty value"
    TEXT = "text"
    JSON = "JSON"
    BINARY = "binary"


def kind_of(data: bytes | None) -> Kind:
    """Whether the data is UTF-8 that can be shown as lines, and JSON at that; other charsets count as binary."""
    if data is None:
        return Kind.NOTHING
    if not data:
        return Kind.EMPTY
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Kind.BINARY
    content = decode(data, LIMITS)
    if content.charset != "UTF-8" or content.confidence < Confidence.LIKELY:
        return Kind.BINARY
    return Kind.JSON if is_json(text) else Kind.TEXT


def for_json(data: bytes | None) -> tuple[str | None, str | None]:
    """The data and its encoding as the API gives them: UTF-8 as it is, else base64; (None, None) for no value."""
    if data is None:
        return None, None
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), "base64"
