"""In which locale somebody reads: what they chose, else what their browser asks for, else English."""

from __future__ import annotations

import re
from functools import lru_cache

from aiohttp import web

from zkdash.web.localised import CANONICAL

OFFERED = (
    CANONICAL,
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "de-AT", "de-CH", "el", "en-AU", "en-CA", "en-GB", "en-IE", "en-IN"),
    *("en-NZ", "en-US", "en-ZA", "es", "es-AR", "es-MX", "et", "eu", "fa", "fi", "fr", "fr-BE", "fr-CA", "fr-CH"),
    *("gl", "he", "hi", "hr", "hu", "id", "is", "it", "it-CH", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "nl-BE"),
    *("pl", "pt", "pt-PT", "ro", "ru", "sk", "sl", "sr", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh", "zh-TW"),
)
"""The locales that are known. Not all of babel's thousand: each one in use takes 0.2 MB for good."""
BY_FOLDED = {tag.casefold(): tag for tag in OFFERED}
COOKIE = "zkdash-locale"
LONGEST_HEADER = 200
"""Of an Accept-Language; browsers send a third of that at most."""
RANGE = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:;q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?))?", re.ASCII)


def locale_of(request: web.Request) -> str:
    """The locale (BCP 47, one of OFFERED) in which who asks reads."""
    return chosen_by(request) or asked_for(request.headers.get("Accept-Language", ""))


def chosen_by(request: web.Request) -> str:
    """The locale that they chose; "" for none, or for what isn't offered."""
    if COOKIE not in request.headers.get("Cookie", ""):
        return ""  # most have none, and reading all cookies takes time
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in BY_FOLDED.values() else ""


def asked_for(header: str) -> str:
    """The locale that an Accept-Language (RFC 9110, section 12.5.4) wants most; English when it can't be read."""
    return _read(header) if 0 < len(header) <= LONGEST_HEADER else CANONICAL


@lru_cache(512)
def _read(header: str) -> str:
    wanted: list[tuple[float, str]] = []
    for each in header.split(","):
        found = RANGE.fullmatch(each.strip().replace("; ", ";"))
        if found is None:
            if each.strip() not in ("", "*") and not each.strip().startswith("*;"):
                return CANONICAL
            continue
        wanted.append((float(found[2] or 1), found[1]))
    for quality, tag in sorted(wanted, key=lambda one: -one[0]):
        known = known_as(tag)
        if quality and known:
            return known
    return CANONICAL


def known_as(tag: str) -> str:
    """The offered locale for a language tag, "" if there is none: its own, else that of the language and country."""
    parts = tag.casefold().split("-")
    country = next((part for part in parts[1:] if len(part) == 2 or part.isdecimal()), "")
    alias = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}.get(parts[0], parts[0])
    return BY_FOLDED.get(f"{alias}-{country}", "") or BY_FOLDED.get(alias, "")
