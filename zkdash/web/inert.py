"""A page's content to look at only: no way on from it, nothing to press, nothing that asks for more. Pure."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

from markupsafe import Markup

from zkdash.web.figures import REFERENCES

GONE = re.compile(
    "base|button|datalist|dialog|embed|form|iframe|input|link|meta|nav|noscript|object|script|select|style|template"
    "|textarea"
)
NOT_SHARED = "data-not-shared"
"""Marks what is for who is signed in, such as a section of forms."""
VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|wbr")
KEPT = re.compile(
    "class|id|role|title|lang|dir|datetime|open|scope|colspan|rowspan|hidden|tabindex|start|reversed|type|headers|label"
    "|value|min|max|low|high|optimum|for|aria-[a-z]+"
    # what shapes are made of
    "|viewbox|width|height|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|dx|dy|d|points|fill|stroke|transform|focusable"
    "|preserveaspectratio|text-anchor|dominant-baseline|pathlength"
    # what style sheets, and the scripts that move times and lanes, read
    "|data-as|data-at|data-form|data-label|data-whole|data-state|data-standing|data-health|data-since|data-until|data-live"
)
SPELT = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio", "pathlength": "pathLength"}
HELD = {reference: chr(0xFDD0 + index) for index, reference in enumerate(REFERENCES.values())}
"""Marks of numbers stay, in texts and attributes (a link's readers have a locale of their own): by what stands for them
meanwhile, which are no characters of any text."""
NOT_TAKEN = dict.fromkeys(map(ord, HELD.values()), "\N{REPLACEMENT CHARACTER}")
TAGS = {"lineargradient": "linearGradient", "clippath": "clipPath", "foreignobject": "foreignObject"}


class _Rewriter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._inside_gone: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside_gone or _is_gone(tag, dict(attrs)):
            if not VOID.fullmatch(tag):
                self._inside_gone.append(tag)
            return
        kept = "".join(_attribute(name, value) for name, value in attrs if _is_kept(name, value))
        self.out.append(f"<{TAGS.get(tag, tag)}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if GONE.fullmatch(tag) or self._inside_gone:
            return
        kept = "".join(_attribute(name, value) for name, value in attrs if _is_kept(name, value))
        self.out.append(f"<{TAGS.get(tag, tag)}{kept}/>")

    def handle_endtag(self, tag: str) -> None:
        if self._inside_gone:
            if tag in self._inside_gone:
                while self._inside_gone.pop() != tag:
                    pass
        elif not VOID.fullmatch(tag):
            self.out.append(f"</{TAGS.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        if not self._inside_gone:
            self.out.append(escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(unescape(f"&#{name};"))


def inert(html: str) -> Markup:
    """The same content without links, forms, scripts and whatever would ask the server for more.

    What may stay is on a list, so that what is added to a page some day is not let through by being forgotten.
    """
    rewriter = _Rewriter()
    html = html.translate(NOT_TAKEN)
    for reference, stand_in in HELD.items():
        html = html.replace(reference, stand_in)
    rewriter.feed(html)
    rewriter.close()
    kept = "".join(rewriter.out)  # every text and value in it is escaped
    for reference, stand_in in HELD.items():
        kept = kept.replace(stand_in, reference)
    return Markup(kept)  # noqa: S704 - escaped above


def _is_gone(tag: str, attributes: dict[str, str | None]) -> bool:
    """Whether it goes with all that is in it: what one could press, also where it is a link."""
    pressed = "download" in attributes or "button" in (attributes.get("class") or "").split()
    return GONE.fullmatch(tag) is not None or NOT_SHARED in attributes or (tag == "a" and pressed)


def _is_kept(name: str, value: str | None) -> bool:
    if name == "href":
        return (value or "").startswith("#")
    return KEPT.fullmatch(name) is not None


def _attribute(name: str, value: str | None) -> str:
    spelt = SPELT.get(name, name)
    return f" {spelt}" if value is None else f' {spelt}="{escape(value)}"'
