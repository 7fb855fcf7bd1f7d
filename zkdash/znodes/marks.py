"""Characters that can't be seen, or that turn text around, made visible. A name or a value then shows what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_PIECES = 20_000

UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # format, bidirectional
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff"  # surrogates: here they stand for bytes that aren't UTF-8
    "\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"  # private use, tags: no font has them
    "]+"
)
SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
LINE_BREAKS = re.compile("[\t\n]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: as it is, or (`marked`) what is shown in place of characters that can't be seen."""

    text: str
    marked: bool = False


def pieces(text: str, limit: int = MAX_PIECES) -> tuple[tuple[Piece, ...], int]:
    """The text in pieces, at most `limit` marked ones, and the number of characters that these cover."""
    found: list[Piece] = []
    at = 0
    for count, match in enumerate(UNSEEN.finditer(text)):
        if count == limit:
            return tuple(found), at
        if match.start() > at:
            found.append(Piece(text[at : match.start()]))
        found.append(Piece(_shown(match.group()), marked=True))
        at = match.end()
    if at < len(text):
        found.append(Piece(text[at:]))
    return tuple(found), len(text)


def is_plain(name: str) -> bool:
    """Whether a znode's name has nothing that can't be seen."""
    return not UNSEEN.search(name) and not LINE_BREAKS.search(name)


def name_pieces(name: str) -> tuple[Piece, ...]:
    """A znode's name in pieces; tabs and newlines in it are marked too."""
    shown, _ = pieces(name)
    if not LINE_BREAKS.search(name):
        return shown
    parts: list[Piece] = []
    for piece in shown:
        for text in re.split("([\t\n]+)", piece.text):
            if text:
                breaks = text[0] in "\t\n"
                parts.append(Piece(_shown(text) if breaks else text, marked=piece.marked or breaks))
    return tuple(parts)


def visible(name: str) -> str:
    """The name as plain text with marks in place of what can't be seen: for titles and messages, not for links."""
    return "".join(piece.text for piece in name_pieces(name))


def _shown(characters: str) -> str:
    return "".join(map(_mark, characters))


def _mark(character: str) -> str:
    """An escape that everybody reads and every font has; `\\x80` and up are bytes that aren't UTF-8."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return SHORT.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
