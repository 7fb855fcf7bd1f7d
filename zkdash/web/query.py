"""Parameters of an address, read strictly: a mistake is a 400 that names the parameter and says what is allowed."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import TypeVar
from urllib.parse import parse_qs

from aiohttp import web

E = TypeVar("E", bound=enum.StrEnum)
MAX_ID = (1 << 63) - 1
MAX_PARAMETERS = 100
SHOWN_CHARS = 60


class Query:
    """The query string of a request. With `allowed`, any other parameter is a mistake. All methods raise 400."""

    def __init__(self, request: web.Request, allowed: Collection[str] | None = None) -> None:
        self._query = _parsed(request.rel_url.raw_query_string)
        if allowed is None:
            return
        for name in self._query:
            if name not in allowed:
                known = f"allowed are {', '.join(allowed)}" if allowed else "none is allowed"
                raise _mistake(f"There is no parameter {_quoted(name)} here: {known}.")

    def text(self, name: str, default: str = "") -> str:
        """A text, given at most once."""
        values = self._query.get(name, [default])
        if len(values) > 1:
            raise _mistake(f"The parameter {name} is given {len(values)} times: allowed is once.")
        return values[0]

    def __contains__(self, name: str) -> bool:
        """Whether the parameter is given."""
        return name in self._query

    def texts(self, name: str) -> list[str]:
        """Every text given for `name`, also separated by commas; empty ones are left out."""
        return [text for value in self._query.get(name, []) for text in value.split(",") if text]

    def integer(self, name: str, default: int | None = None, low: int = 0, high: int = MAX_ID) -> int | None:
        """A whole number from `low` to `high`; `default` if it is not given."""
        text = self.text(name)
        if name not in self._query:
            return default
        if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
            return int(text)
        bounds = f"from {low} to {high}" if high < MAX_ID else f"from {low} on"
        raise _mistake(f"The parameter {name} is {_quoted(text)}: allowed are whole numbers {bounds}.")

    def flag(self, name: str, default: str = "0") -> bool:
        """Whether `name=1` is given, or is the default."""
        text = self.text(name, default)
        if text not in ("0", "1"):
            raise _mistake(f"The parameter {name} is {_quoted(text)}: allowed are 0 and 1.")
        return text == "1"

    def choice(self, name: str, choices: type[E]) -> E | None:
        """One of an enumeration's values; None if it is not given."""
        text = self.text(name)
        return _one_of(name, text, choices) if text else None

    def choices(self, name: str, choices: type[E]) -> list[E]:
        """Any of an enumeration's values, repeated or separated by commas."""
        return [_one_of(name, text, choices) for text in self.texts(name)]


def number(text: str) -> int | None:
    """The id that stands in an address; None for what can't be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID else None


def _parsed(raw: str) -> dict[str, list[str]]:
    """The parameters, decoded once. What isn't UTF-8 is a mistake, where aiohttp's own query would guess."""
    try:
        return parse_qs(raw, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise _mistake("A parameter isn't valid UTF-8.") from None
    except ValueError:
        raise _mistake(f"There are more than {MAX_PARAMETERS} parameters.") from None


def _one_of(name: str, text: str, choices: type[E]) -> E:
    try:
        return choices(text)
    except ValueError:
        allowed = ", ".join(choices)
        raise _mistake(f"The parameter {name} is {_quoted(text)}: allowed are {allowed}.") from None


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + '…'}”"


def _mistake(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=text)
