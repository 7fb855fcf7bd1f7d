"""[alert:NAME] -> who is told."""

from __future__ import annotations

import base64
import binascii
import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase

from . import values
from .ini import Document
from .model import AlertConfig
from .reader import Reader

PREFIX = "alert:"
TYPES = ("webhook",)
OCCASIONS = ("LOST", "RECOVERED")
EVERY_CLUSTER = "*"


def alert_configs(document: Document, clusters: Iterable[str]) -> tuple[AlertConfig, ...]:
    """The alerts in the order that they are written in; `clusters` are the names that they may tell of."""
    names = list(dict.fromkeys(clusters))
    found = [_alert(Reader(document, section), names) for section in document.values if section.startswith(PREFIX)]
    return tuple(alert for alert in found if alert)


def _alert(reader: Reader, clusters: list[str]) -> AlertConfig | None:
    before = len(reader.document.mistakes)
    name = reader.section.removeprefix(PREFIX)
    try:
        values.name(name)
    except ValueError as error:
        reader.mistake("", str(error))
    kind = reader.read("type", _type)
    url = reader.read("url", _url)
    on = reader.read("on", _occasions)
    patterns = reader.read("clusters", lambda text: _patterns(text, clusters))
    secret = reader.secret("secret", _secret)
    if reader.document.values[reader.section].get("secret") == "" and not reader.has("secret_file"):
        reader.mistake("secret", "it is empty; leave it out to send without a signature")
    if url == "":
        reader.mistake("url", "say where to: url = https://example.com/hook")
    if kind is None or url is None or on is None or patterns is None or len(reader.document.mistakes) > before:
        return None
    return AlertConfig(name=name, type=kind, url=url, on=on, clusters=patterns, secret=secret)


def _type(text: str) -> str:
    if text not in TYPES:
        raise ValueError(f"write {' or '.join(TYPES)}")
    return text


def _url(text: str) -> str:
    return values.http_url(text) if text else ""


def _occasions(text: str) -> frozenset[str]:
    occasions = frozenset(word.upper() for word in values.words(text))
    if not occasions or not occasions <= set(OCCASIONS):
        raise ValueError(f"write {', '.join(OCCASIONS)}, or one of them")
    return occasions


def _patterns(text: str, clusters: list[str]) -> tuple[str, ...]:
    patterns = tuple(dict.fromkeys(values.words(text)))
    if not patterns:
        raise ValueError("write names of clusters, or * for all")
    for pattern in patterns:
        if pattern == EVERY_CLUSTER or any(fnmatchcase(name, pattern) for name in clusters):
            continue
        near = difflib.get_close_matches(pattern, clusters, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(clusters[:20]) or 'none'}"
        raise ValueError(f"{pattern} matches no cluster: {hint}")
    return patterns


def _secret(text: str) -> bytes:
    if not text:
        raise ValueError("there is nothing in it")
    if text.startswith("whsec_"):
        try:
            key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key:
            raise ValueError("after whsec_ there must be base64")
    return text.encode()
