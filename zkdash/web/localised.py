"""What was drawn for everybody, put into a reader's locale: numbers, percentages and times; the words stay. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import NumberPattern, parse_pattern

CANONICAL = "en"
"""The locale in which everything is drawn: as English writes it, but with ISO 8601 and 24 hours for times."""
OWN = f' data-locale="{CANONICAL}"'
"""How a page says its locale to its scripts."""
MARK = re.compile(r"&#4[456];| &#37;")
NUMBER = re.compile(r"(\d{1,3}(?:&#44;\d{3})+(?:&#46;\d+)?|\d+&#46;\d+|\d+(?= &#37;))( &#37;)?")
TIME = re.compile(
    r'(<time datetime="[^"]+"(?: data-as="(?:clock|ago|for)")?>)(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC(?=</time>)'
)
DATE = re.compile(r"(\d{4})&#45;(\d\d)&#45;(\d\d) (\d\d:\d\d:\d\d) UTC")
FROM_FIVE_DIGITS = {"bg", "es", "et", "hu", "it", "it-CH", "lv", "pl", "pt-PT", "sl"}
"""Who writes 1234, but 12.345: CLDR's minimumGroupingDigits is 2 there, which babel does not carry."""
KEPT = 4096
"""How many numbers, days and times of day are kept as they were written last."""


def localised(html: str, tag: str) -> str:
    """Markup as `figures.py` and `filters.time` leave it, in the locale `tag` (BCP 47, one of `locales.OFFERED`)."""
    if tag == CANONICAL:
        return html
    html = html.replace(OWN, f' data-locale="{tag}"', 1)
    html = TIME.sub(lambda found: f"{found[1]}{_moment(found[2], found[3], tag)}", html)
    return "".join(_pieces(html, tag))


def _pieces(html: str, tag: str) -> Iterator[str]:
    """From mark to mark: to look for numbers from their first digits would take ten times as long."""
    done = 0
    for mark in MARK.finditer(html):
        start = mark.start()
        if start < done:
            continue  # in the number before
        while start > done and html[start - 1].isdecimal():
            start -= 1
        if found := NUMBER.match(html, start):
            yield html[done:start]
            yield _number(found[1], found[2] is not None, tag)
            done = found.end()
        elif found := DATE.match(html, start):
            yield html[done:start]
            yield _moment(f"{found[1]}-{found[2]}-{found[3]}", found[4], tag)
            done = found.end()
    yield html[done:]


@lru_cache(KEPT)
def _number(text: str, percent: bool, tag: str) -> str:
    plain = text.replace("&#44;", "").replace("&#46;", ".")
    decimals = len(plain.partition(".")[2])
    value = Decimal(plain) / 100 if percent else Decimal(plain)
    grouped = abs(value) >= 10_000 or tag not in FROM_FIVE_DIGITS
    pattern = _pattern(tag, decimals, percent=percent)
    return str(pattern.apply(value, _locale(tag), group_separator=grouped, numbering_system="latn"))


@lru_cache(KEPT)
def _moment(day: str, clock: str, tag: str) -> str:
    return _glue(tag).replace("{1}", _day(day, tag)).replace("{0}", _clock(clock, tag)) + " UTC"


@lru_cache(KEPT)
def _day(text: str, tag: str) -> str:
    return format_date(date.fromisoformat(text), "medium", _locale(tag))


@lru_cache(KEPT)
def _clock(text: str, tag: str) -> str:
    return format_time(time.fromisoformat(text), "medium", locale=_locale(tag))


@cache
def _glue(tag: str) -> str:
    return str(get_datetime_format("medium", _locale(tag))).replace("'", "")


@lru_cache(KEPT)
def _pattern(tag: str, decimals: int, *, percent: bool) -> NumberPattern:
    locale = _locale(tag)
    pattern = parse_pattern((locale.percent_formats if percent else locale.decimal_formats)[None].pattern)
    pattern.frac_prec = (decimals, decimals)
    return pattern


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
