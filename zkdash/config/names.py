"""Sections and keys that nobody knows, each with the name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from . import kinds, options
from .ini import Document

ANY_KEY = "passwords"
NEEDS_A_NAME = "alert"


def check_names(document: Document) -> None:
    for section, said in document.values.items():
        known = options.keys(section)
        if known is None:
            document.mistake(section, "", _other_section(section))
        elif section != ANY_KEY:
            if section.startswith(f"{NEEDS_A_NAME}:"):
                known |= _of_notifier(said)
            for key in said:
                if key not in known:
                    document.mistake(section, key, _other_key(section, key, known), show=False)


def _of_notifier(said: Mapping[str, str | None]) -> frozenset[str]:
    """The options of the alert's own type; of any, where it has none that there is."""
    meant = kinds.of_section(said)
    return frozenset(option.key for kind in ([meant] if meant else kinds.kinds().values()) for option in kind.options)


def _other_section(section: str) -> str:
    if section in (NEEDS_A_NAME, "silence"):
        return f"it needs a name: [{section}:NAME]"
    if section == "DEFAULT":
        return "there is no such section; what all clusters have in common stands in [zookeeper]"
    prefix, colon, name = section.partition(":")
    prefixes = ["zookeeper", "alert", "silence", "grant", "rules", "logging"] if colon else list(options.SECTIONS)
    near = difflib.get_close_matches(prefix.lower(), prefixes, 1)
    if near and near[0].partition(":")[0] == near[0]:
        return f"there is no such section; did you mean [{near[0]}{colon}{name}]?"
    return f"there is no such section; there are {', '.join(f'[{known}]' for known in options.SECTIONS)}"


def _other_key(section: str, key: str, known: frozenset[str]) -> str:
    if near := difflib.get_close_matches(key, sorted(known), 1):
        return f"there is no such option; did you mean {near[0]}?"
    if section.startswith(f"{NEEDS_A_NAME}:") and (types := _types_with(key)):
        return f"there is no such option here; it belongs to type = {' or '.join(types)}"
    if homes := sorted({option.section for option in options.OPTIONS if option.key == key}):
        return f"there is no such option here; it belongs into [{homes[0]}]"
    shown = sorted({option.key for option in options.OPTIONS if option.section == options.kind(section)} & known)
    if section.startswith(f"{NEEDS_A_NAME}:"):
        shown = sorted(known)
    return f"there is no such option; there are {', '.join(shown or sorted(known))}"


def _types_with(key: str) -> list[str]:
    return [kind.name for kind in kinds.kinds().values() if any(option.key == key for option in kind.options)]
