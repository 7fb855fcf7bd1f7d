"""A message as a CloudEvent 1.0, https://github.com/cloudevents/spec. Pure."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

CONTENT_TYPE = "application/cloudevents+json"
_TYPE_PREFIX = "zkdash."
_ELSEWHERE = "urn:zkdash"


class Mode(enum.StrEnum):
    """How an event is carried: as one JSON document, or its attributes as headers and its data as the body."""

    OFF = "off"
    STRUCTURED = "structured"
    BINARY = "binary"


def structured(message_id: str, message: Mapping[str, Any]) -> bytes:
    """The whole event as JSON; the message's data are the event's."""
    event = {**_attributes(message_id, message), "datacontenttype": "application/json", "data": message.get("data")}
    return json.dumps(event).encode()


def binary_headers(message_id: str, message: Mapping[str, Any]) -> dict[str, str]:
    """The attributes as headers (HTTP protocol binding, 3.1.3.2: what is not printable ASCII, and " and %, as %XX)."""
    safe = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
    return {f"ce-{name}": quote(value, safe=safe) for name, value in _attributes(message_id, message).items()}


def data(message: Mapping[str, Any]) -> bytes:
    """The body in binary mode."""
    return json.dumps(message.get("data")).encode()


def _attributes(message_id: str, message: Mapping[str, Any]) -> dict[str, str]:
    told = message.get("data") or {}
    subject = told.get("cluster") or ",".join(sorted({one["cluster"] for one in told.get("incidents", ())}))
    attributes = {
        "specversion": "1.0",
        "id": message_id,
        "source": _source(told),
        "type": f"{_TYPE_PREFIX}{message.get('type', 'message')}",
        "time": str(message.get("timestamp", "")),
        "subject": subject[:1000],
    }
    return {name: value for name, value in attributes.items() if value}


def _source(told: Mapping[str, Any]) -> str:
    """Where people open this zkdash, if it knows that itself."""
    urls = [told.get("url"), *(one.get("url") for one in told.get("incidents", ()))]
    parts = urlsplit(next((url for url in urls if url), ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else _ELSEWHERE
