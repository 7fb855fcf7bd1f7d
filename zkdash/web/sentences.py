"""Sentences as pages show them: numbers are marked, and long hosts and paths in them give way in their middle. Pure."""

from __future__ import annotations

import re
from html import unescape

from markupsafe import Markup, escape

from zkdash.web.figures import REFERENCES, figures
from zkdash.web.filters import SHORT_KEEPS, short

IN_WORDS = re.compile(
    r"(?<![\w/.])(?:"
    r"/(?:&(?:#\d+|\w+);|[^\s<>,;“”\"()&]){28,}"
    r"|\[?[\w:](?:[\w.:-]|\](?=:)){26,}:\d+"
    r"|[\w-]+(?:\.[\w-]+){2,}"
    r")"
)
"""What is a path, a host with its port, or a name in a domain, in a text that is escaped."""
TAG = re.compile(r"(<[^>]*>)")


def sentence(text: str) -> Markup:
    """A sentence, or its markup, whose numbers follow the reader's locale and whose long names give way.

    It is markup with elements: for no attribute.
    """
    marked = figures(text)
    if len(marked) <= 2 * SHORT_KEEPS:
        return marked
    pieces = TAG.split(str(marked))
    pieces[::2] = [IN_WORDS.sub(_shortened, piece) for piece in pieces[::2]]
    return Markup("".join(pieces))  # noqa: S704 - escaped before, and what is put in is escaped


def _shortened(found: re.Match[str]) -> str:
    if any(sign in found[0] for sign in REFERENCES.values()):
        return found[0]
    whole = unescape(found[0])
    name = whole.rstrip(".:")
    if len(name) <= 2 * SHORT_KEEPS:
        return found[0]
    return f"{short(name)}{escape(whole[len(name) :])}"
