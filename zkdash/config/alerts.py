"""[alert:NAME] -> who is told."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase

from . import kinds, values
from .ini import Document
from .model import AlertConfig
from .reader import Reader

PREFIX = "alert:"
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
    reader.read("type", _type)
    kind = kinds.of_section(reader.document.values[reader.section])
    on = reader.read("on", _occasions)
    patterns = reader.read("clusters", lambda text: _patterns(text, clusters))
    settings = kind.read(_own(reader, kind)) if kind else None
    if kind is None or settings is None or on is None or patterns is None or len(reader.document.mistakes) > before:
        return None
    return AlertConfig(name=name, type=kind.name, settings=settings, on=on, clusters=patterns)


def _own(reader: Reader, kind: kinds.Kind) -> Reader:
    """What reads the options that only this type has."""
    return Reader(reader.document, reader.section, defaults={option.key: option.default for option in kind.options})


def _type(text: str) -> None:
    if text not in kinds.kinds():
        *others, last = kinds.kinds()
        raise ValueError(f"write {', '.join(others)} or {last}")


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
