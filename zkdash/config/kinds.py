"""The types of notifiers that `[alert:NAME] type` may name, and the options that each has of its own.

Notifiers are plugins: each is a file of the package that PLUGINS names, and declares there what may be configured. It
is found by its being there, so that imports point downwards all the same, and adding one touches nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from .option import Option

if TYPE_CHECKING:
    from .reader import Reader

PLUGINS = "zkdash.alerts.notifiers"
SECTION = "alert:NAME"
DEFAULT = "webhook"


class Settings(Protocol):
    """What a notifier is told, as a frozen dataclass with no secret in its repr."""

    def shown(self) -> str:
        """Where it sends to, for people: without secrets."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of notifier. `read` gives the settings of a section, None if there were mistakes, which are noted then."""

    name: str
    words: str
    options: tuple[Option, ...]
    read: Callable[[Reader], Settings | None]


def option(key: str, default: str, words: str, *, secret: bool = False) -> Option:
    """An option of a notifier."""
    return Option(SECTION, key, default, words, secret)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every type by its name, the default first."""
    found: Mapping[str, Kind] = importlib.import_module(PLUGINS).kinds()
    return dict(sorted(found.items(), key=lambda one: (one[0] != DEFAULT, one[0])))


def of_section(values: Mapping[str, str | None]) -> Kind | None:
    """The type that an `[alert:NAME]` with these values is of; None if there is no such type."""
    return kinds().get(values.get("type", DEFAULT) or "")
