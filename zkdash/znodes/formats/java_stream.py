"""Reading a stream of Java's object serialization: numbers, text and bytes, within the limits."""

from __future__ import annotations

import struct

from zkdash.znodes.formats.model import Limits

PRIMITIVES = {
    "B": ("byte", "b"),
    "C": ("char", "H"),
    "D": ("double", "d"),
    "F": ("float", "f"),
    "I": ("int", "i"),
    "J": ("long", "q"),
    "S": ("short", "h"),
    "Z": ("boolean", "?"),
}


class Unreadable(Exception):
    """Why the stream can't be followed any further, in words."""


class Stream:
    """A position in data. All methods raise Unreadable where the data ends or a limit is reached."""

    def __init__(self, data: bytes, at: int, limits: Limits) -> None:
        self.at = at
        self.data = data
        self.limits = limits
        self._left = limits.items

    def utf(self, size: int) -> str:
        """Text in modified UTF-8, cut where it is long; what is not in UTF-8 too is replaced."""
        text = self.take(size)[: 4 * self.limits.shown_chars].decode("utf-8", "replace")
        return text[: self.limits.shown_chars] + ("…" if len(text) > self.limits.shown_chars else "")

    def primitive(self, code: str) -> str:
        """A value of a primitive type, as Java writes it."""
        letter = PRIMITIVES[code][1]
        value = self.number(letter, struct.calcsize(">" + letter))
        if code == "C":
            return repr(chr(value)) if chr(value).isprintable() else f"0x{value:04x}"
        return str(value).lower() if code == "Z" else str(value)

    def number(self, letter: str, width: int) -> int:
        """A number by its letter in `struct`, big-endian."""
        number: int = struct.unpack(">" + letter, self.take(width))[0]
        return number

    def hexadecimal(self, size: int) -> str:
        """The next bytes in hexadecimal, cut."""
        shown = self.take(size)[: self.limits.shown_chars // 4]
        return shown.hex(" ") + (" …" if len(shown) < size else "")

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        if size < 0 or size > len(self.data) - self.at:
            raise Unreadable("it ends in the middle")
        self.at += size
        return self.data[self.at - size : self.at]

    def spend(self, depth: int) -> None:
        """One item of those that may be walked, at this depth."""
        self._left -= 1
        if self._left < 0:
            raise Unreadable(f"zkdash follows {self.limits.items:,} items")
        if depth > self.limits.depth:
            raise Unreadable(f"zkdash follows {self.limits.depth} levels")
