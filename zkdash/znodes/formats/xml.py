"""XML: checked by expat, which expands nothing here, and pretty-printed by white space between tags alone."""

from __future__ import annotations

import enum
import re
from xml.parsers import expat  # no entity is expanded or fetched: a document that declares one is refused

from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines

SLICE_CHARS = 64 * 1024
TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE(?:[^\[>]|\[.*?\]\s*(?=>))*>"
    r"""|<(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>|[^<]+""",
    re.DOTALL,
)
ENTITIES = "It declares entities, which zkdash does not expand."


class Token(enum.Enum):
    """What a piece of a document is."""

    OPEN = enum.auto()
    CLOSE = enum.auto()
    EMPTY = enum.auto()
    TEXT = enum.auto()
    DATA = enum.auto()
    REMARK = enum.auto()


class _Refused(Exception):
    """The document declares entities."""


def look(content: Content, limits: Limits) -> Guess | None:
    """What expat takes for a document; with entities of its own it only looks like one, and stays as it is."""
    text = content.plain
    if text is None or len(text) > limits.text_chars or not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None
    try:
        _check(text.lstrip("\ufeff"))
    except _Refused:
        return Guess(Confidence.LIKELY, "with entities", verbatim=True)
    except (expat.ExpatError, ValueError):
        return None
    return Guess(Confidence.CERTAIN)


def is_xml(text: str) -> bool:
    """Whether the text is a document without entities of its own, which TOKEN cuts into pieces without a loss."""
    if "<!ENTITY" in text:
        return False
    try:
        _check(text.lstrip("\ufeff"))
    except (expat.ExpatError, ValueError, _Refused):
        return False
    return sum(len(token) for token in TOKEN.findall(text)) == len(text)


def show(content: Content, limits: Limits) -> Body:
    """Each element on its own line, but for those with text in them: white space counts there."""
    text = content.text or ""
    if "<!ENTITY" in text:
        return Lines(text, ENTITIES)
    indented = _indented(text, limits)
    return Lines(text, "Too long to be pretty-printed here.") if indented is None else Lines(indented)


def _check(text: str) -> None:
    def refuse(*_: object) -> None:
        raise _Refused

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    for at in range(0, len(text), SLICE_CHARS):
        parser.Parse(text[at : at + SLICE_CHARS].encode(errors="replace"))
    parser.Parse(b"", True)


def _indented(text: str, limits: Limits) -> str | None:
    """None when that would be too long, or when the text is not cut into tokens without a loss."""
    tokens = TOKEN.findall(text)
    if sum(map(len, tokens)) != len(text):
        return None
    flat = _flat(tokens)
    out: list[str] = []
    size = element = 0
    inside: list[int] = []
    for token in tokens:
        kind = _kind(token)
        parent = inside[-1] if inside else -1
        if kind is Token.CLOSE and inside:
            inside.pop()
        if parent in flat:
            piece = token
        elif kind is Token.TEXT:
            continue
        else:
            piece = ("\n" if out else "") + "  " * min(len(inside), limits.depth) + token
        if kind is Token.OPEN:
            if parent in flat:
                flat.add(element)
            inside.append(element)
            element += 1
        size += len(piece)
        if size > limits.text_chars:
            return None
        out.append(piece)
    return "".join(out)


def _flat(tokens: list[str]) -> set[int]:
    """The elements, numbered as they open, in which white space may count: with text, or with no element in them."""
    texts: set[int] = set()
    parents: set[int] = set()
    inside: list[int] = []
    element = 0
    for token in tokens:
        kind = _kind(token)
        if kind is Token.OPEN:
            if inside:
                parents.add(inside[-1])
            if "xml:space" in token:
                texts.add(element)
            inside.append(element)
            element += 1
        elif kind is Token.CLOSE:
            if inside:
                inside.pop()
        elif inside:
            if kind is Token.EMPTY:
                parents.add(inside[-1])
            elif kind is Token.DATA or (kind is Token.TEXT and token.strip()):
                texts.add(inside[-1])
    return texts | (set(range(element)) - parents)


def _kind(token: str) -> Token:
    if not token.startswith("<"):
        return Token.TEXT
    if token.startswith("<![CDATA["):
        return Token.DATA
    if token.startswith(("<!", "<?")):
        return Token.REMARK
    if token.startswith("</"):
        return Token.CLOSE
    return Token.EMPTY if token.endswith("/>") else Token.OPEN


XML = Format("xml", "XML", "XML", look, show)
