"""Numbers in markup, marked so that a reader's locale can be put to them later. Pure.

What is drawn is drawn once, for everybody, in canonical English: 1,234,567.5. In the signs that a locale would write
otherwise the markup has character references ("1&#44;234&#46;5"): browsers read them as the signs they are, escaping
never makes them of anybody's text, and `localised.py` finds them, in texts and in attributes alike.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from zkdash.web import filters

UNITS = "ms|s|min|h|d|B|KiB|MiB|GiB|TiB|PiB|%"
ALONE = re.compile(rf"-?\d[\d,]*(?:\.\d+)?(?: (?:{UNITS}))?")
"""A text that is a number, with its unit or without."""
WITHIN = re.compile(
    r"(?<![\w.,:/=#+&;-])"
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?: %)?|\d+\.\d+ (?:{UNITS})|\d+ %)"
    r"(?![\w:/-]|[.,]\d)"
)
"""A number in a sentence that can be nothing else: grouped, or with decimals and a unit; no address or path."""
REFERENCES = {sign: f"&#{ord(sign)};" for sign in ",.%-"}
"""How each sign of a number, or of a date, is marked."""
MARKS = str.maketrans({sign: REFERENCES[sign] for sign in ",.%"})


def number(value: float | None) -> Markup:
    """A number, grouped and marked: 1,234; "–" for None."""
    if value is None:
        return Markup("–")
    text = f"{value:,}"
    return Markup(text) if text.isdigit() else marked(text)  # noqa: S704 - digits alone


def utc(ms: int) -> Markup:
    """UTC milliseconds to the second, marked, for where no `<time>` can be: in attributes and drawings."""
    return Markup(filters.utc(ms).replace("-", REFERENCES["-"]))  # noqa: S704 - digits and signs alone


def count(amount: int, one: str, many: str = "") -> Markup:
    """A number, marked, with its noun; as `filters.count` writes it."""
    return figures(filters.count(amount, one, many))


def marked(text: str) -> Markup:
    """A text in which every comma, point and % belongs to a number, and nothing needs to be escaped."""
    return Markup(text.translate(MARKS))  # noqa: S704 - zkdash's own numbers and units


def figures(text: str) -> Markup:
    """A sentence of zkdash's own (or its markup), or a value with its unit, with the numbers in it marked."""
    if ALONE.fullmatch(text):
        return marked(text)
    return Markup(WITHIN.sub(lambda found: marked(found[0]), str(escape(text))))  # noqa: S704 - escaped before
