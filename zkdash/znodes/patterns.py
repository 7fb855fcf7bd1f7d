"""What people search for in names and data: plain text, a glob or a regular expression, never one that runs for ever.

Regular expressions run on RE2: its time grows with the length of the text alone, whatever the expression. What it
can't do (looking around, back references) is refused in words.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import re2

MAX_CHARS = 1000
MAX_MEMORY_BYTES = 4 * 1024 * 1024


class As(enum.StrEnum):
    """How a text is meant, as the URL spells it."""

    TEXT = "text"
    GLOB = "glob"
    REGEX = "regex"


class BadPattern(ValueError):
    """An expression that can't be searched for; the message says why, for the person who wrote it."""


def of_names(text: str, how: As, *, case: bool = False) -> Callable[[str], bool]:
    """Tells whether a name has `text`, is what the glob describes, or has a match of the expression.

    A glob is about the whole name; * ? [a-z] [!a-z] are special in it. Raises BadPattern.
    """
    _check(text)
    if how is As.TEXT:
        if case:
            return lambda name: text in name
        folded = text.casefold()
        return lambda name: folded in name.casefold()
    pattern = _compile(glob_to_regex(text) if how is As.GLOB else text, case=case)
    search = pattern.search

    def matches(name: str) -> bool:
        try:
            return search(name) is not None
        except UnicodeEncodeError:  # a name that is not valid unicode matches nothing that can be typed
            return False

    return matches


def of_data(text: str, how: As, *, case: bool = False) -> Callable[[bytes], tuple[int, int] | None]:
    """Finds the first match in a value: (start, end) in bytes, None without one. Raises BadPattern.

    An expression sees UTF-8 as characters, and what isn't UTF-8 byte by byte.
    """
    _check(text)
    if how is As.GLOB:
        raise BadPattern("A glob is for names: data is searched by text or by regular expression.")
    if how is As.TEXT and case:
        wanted = text.encode()

        def find(value: bytes) -> tuple[int, int] | None:
            at = value.find(wanted)
            return None if at < 0 else (at, at + len(wanted))

        return find
    source = re2.escape(text) if how is As.TEXT else text
    characters = _compile(source, case=case).search
    octets = _compile(source.encode(), case=case).search

    def search(value: bytes) -> tuple[int, int] | None:
        if not value.isascii():
            try:
                decoded = value.decode()
            except UnicodeDecodeError:
                pass
            else:
                match = characters(decoded)
                return match and (len(decoded[: match.start()].encode()), len(decoded[: match.end()].encode()))
        match = octets(value)
        return match and (match.start(), match.end())

    return search


def glob_to_regex(text: str) -> str:
    """The regular expression that a glob means, for the whole of a name."""
    out, at = [], 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            out.append(".*")
        elif character == "?":
            out.append(".")
        elif character == "[" and (end := text.find("]", at + 1 + (text[at : at + 1] == "!"))) > 0:
            inside = text[at:end].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            out.append(f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]")
            at = end + 1
        else:
            out.append(re2.escape(character))
    return f"(?s)\\A{''.join(out)}\\z"


def _check(text: str) -> None:
    if len(text) > MAX_CHARS:
        raise BadPattern(f"It has {len(text):,} characters; at most {MAX_CHARS:,} are searched for.")


def _compile(source: str | bytes, *, case: bool) -> Any:  # re2 has no types
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY_BYTES
    options.case_sensitive = case
    if isinstance(source, bytes):
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile(source, options)
    except re2.error as error:
        raise BadPattern(_in_words(error)) from None
    except UnicodeEncodeError:
        raise BadPattern("It isn't valid unicode.") from None


def _in_words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else f"{said}"
    kind, _, what = text.partition(": ")
    if kind == "invalid perl operator" and what.startswith(("(?=", "(?!", "(?<")):
        return f"Looking ahead or behind ({what}…) is not possible: an expression here must be quick on any text."
    if kind == "invalid escape sequence" and what[1:2].isdigit():
        return f"Back references ({what}) are not possible: an expression here must be quick on any text."
    if kind == "invalid repetition size":
        return f"A part can't be repeated that often ({what}): at most 1,000 times, counts within counts multiplied."
    if kind.startswith("pattern too large"):
        return "The expression is too large."
    return f"Not a regular expression: {text}."
