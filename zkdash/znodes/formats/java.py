"""Java's object serialization: class names, fields and values as text. Nothing is ever instantiated.

Source: Java Object Serialization Specification, version 6, chapter 6 (the stream protocol).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from zkdash.znodes.formats.java_stream import PRIMITIVES, Stream, Unreadable
from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines

MAGIC = b"\xac\xed\x00\x05"
NULL, REFERENCE, CLASS_DESC, OBJECT, STRING, ARRAY, CLASS, BLOCK = range(0x70, 0x78)
END_BLOCK, RESET, LONG_BLOCK, EXCEPTION, LONG_STRING, PROXY, ENUM = range(0x78, 0x7F)
FIRST_HANDLE = 0x7E0000
WRITES_ITSELF, SERIALIZABLE, EXTERNALIZABLE, BLOCK_DATA = 1, 2, 4, 8


@dataclass(slots=True)
class ClassDesc:
    """What a stream says of a class; `fields` are (type code, name)."""

    name: str
    flags: int = 0
    fields: list[tuple[str, str]] = field(default_factory=list)
    above: ClassDesc | None = None


def look(content: Content, _limits: Limits) -> Guess | None:
    """What begins with the magic number and version of a stream."""
    return Guess(Confidence.CERTAIN) if content.data.startswith(MAGIC) else None


def show(content: Content, limits: Limits) -> Body:
    """One line per object, field and value, indented; what was read until the stream became unreadable."""
    walk = Walk(content.data, limits)
    try:
        while walk.at < len(content.data):
            walk.item(0, "")
    except Unreadable as reason:
        return Lines("\n".join(walk.lines), f"Read up to byte {walk.at:,} of {len(content.data):,}: {reason}.")
    return Lines("\n".join(walk.lines))


class Walk(Stream):
    """One way through a stream, from its beginning."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        super().__init__(data, len(MAGIC), limits)
        self.lines: list[str] = []
        self._handles: list[ClassDesc | str] = []

    def item(self, depth: int, label: str) -> int:
        """Read one item, say it in lines, and give its type code. Raises Unreadable."""
        code = self.byte()
        self.spend(depth)
        if code == NULL:
            self._say(depth, f"{label}null")
        elif code == REFERENCE:
            self._say(depth, f"{label}{self._name_of(self._reference())}, as above")
        elif code in (STRING, LONG_STRING):
            self._say(depth, f'{label}"{self._string(code)}"')
        elif code == OBJECT:
            self._object(depth, label)
        elif code == ARRAY:
            self._array(depth, label)
        elif code == ENUM:
            name = self._class(depth).name
            self._remember(name)
            self._say(depth, f"{label}{name}.{self._string_item()}")
        elif code == CLASS:
            name = self._class(depth).name
            self._remember(name)
            self._say(depth, f"{label}class {name}")
        elif code in (CLASS_DESC, PROXY):
            self.at -= 1
            self._say(depth, f"{label}description of class {self._described(depth).name}")
        elif code in (BLOCK, LONG_BLOCK):
            size = self.byte() if code == BLOCK else self.number("i", 4)
            self._say(depth, f"{label}{self._plural(size, 'byte')}: {self.hexadecimal(size)}")
        elif code == RESET:
            self._handles.clear()
        elif code != END_BLOCK:
            what = "an exception was written here" if code == EXCEPTION else f"0x{code:02x} is no type code"
            raise Unreadable(what)
        return code

    def _object(self, depth: int, label: str) -> None:
        desc = self._class(depth)
        self._remember(desc.name)
        self._say(depth, f"{label}{desc.name}")
        chain: list[ClassDesc] = []
        link: ClassDesc | None = desc
        while link is not None:
            chain.append(link)
            link = link.above
        for link in reversed(chain):
            if link.flags & SERIALIZABLE:
                for code, name in link.fields:
                    self._value(depth + 1, code, f"{name}: ")
                if link.flags & WRITES_ITSELF:
                    self._annotations(depth + 1)
            elif link.flags & EXTERNALIZABLE:
                if not link.flags & BLOCK_DATA:
                    raise Unreadable(f"only {link.name} itself knows what it wrote")
                self._annotations(depth + 1)

    def _value(self, depth: int, code: str, label: str) -> None:
        if code in PRIMITIVES:
            self.spend(depth)
            self._say(depth, f"{label}{PRIMITIVES[code][0]} {self.primitive(code)}")
        else:
            self.item(depth, label)

    def _annotations(self, depth: int) -> None:
        while self.item(depth, "") != END_BLOCK:
            pass

    def _array(self, depth: int, label: str) -> None:
        desc = self._class(depth)
        self._remember(desc.name)
        size = self.number("i", 4)
        code = desc.name[1:2]
        if code not in PRIMITIVES:
            self._say(depth, f"{label}{desc.name[1:].removeprefix('L').rstrip(';')}[{size:,}]")
            for position in range(size):
                self.item(depth + 1, f"[{position}] ")
            return
        if code == "B":
            self._say(depth, f"{label}byte[{size:,}] {self.hexadecimal(size)}")
            return
        kind, letter = PRIMITIVES[code]
        width = struct.calcsize(">" + letter)
        if size < 0 or size * width > len(self.data) - self.at:
            raise Unreadable("an array is longer than the data")
        shown = min(size, self.limits.shown_chars // 4)
        end = self.at + size * width
        values = ", ".join(str(self.primitive(code)) for _ in range(shown))
        self.at = end
        self._say(depth, f"{label}{kind}[{size:,}] {values}{', …' if shown < size else ''}")

    def _class(self, depth: int) -> ClassDesc:
        """The class that comes next. Raises Unreadable where there is none."""
        desc = self._described(depth)
        if desc.name == "null":
            raise Unreadable("an object has no class")
        return desc

    def _described(self, depth: int) -> ClassDesc:
        self.spend(depth)
        code = self.byte()
        if code == NULL:
            return ClassDesc("null")
        if code == REFERENCE:
            known = self._reference()
            if not isinstance(known, ClassDesc):
                raise Unreadable("a reference leads to something that is no class")
            return known
        if code == PROXY:
            desc = ClassDesc("", SERIALIZABLE)
            self._remember(desc)
            desc.name = f"proxy for {', '.join(self._names())}"
        elif code == CLASS_DESC:
            desc = ClassDesc(self.utf(self.number("H", 2)))
            self.take(8)
            self._remember(desc)
            desc.flags = self.byte()
            desc.fields = [self._field() for _ in range(self.number("H", 2))]
        else:
            raise Unreadable(f"0x{code:02x} stands where a class should")
        self._annotations(depth + 1)
        above = self._described(depth + 1)
        desc.above = above if above.name != "null" else None
        return desc

    def _names(self) -> Iterator[str]:
        for _ in range(self.number("i", 4)):
            self.spend(0)
            yield self.utf(self.number("H", 2))

    def _field(self) -> tuple[str, str]:
        self.spend(0)
        code = chr(self.byte())
        name = self.utf(self.number("H", 2))
        if code in "[L":
            self._string_item()
        elif code not in PRIMITIVES:
            raise Unreadable(f"a field has the unknown type 0x{ord(code):02x}")
        return code, name

    def _string_item(self) -> str:
        code = self.byte()
        return self._name_of(self._reference()) if code == REFERENCE else self._string(code)

    def _string(self, code: int) -> str:
        if code not in (STRING, LONG_STRING):
            raise Unreadable(f"0x{code:02x} stands where a string should")
        text = self.utf(self.number("H", 2) if code == STRING else self.number("q", 8))
        self._remember(f'"{text}"')
        return text

    def _reference(self) -> ClassDesc | str:
        number = self.number("i", 4) - FIRST_HANDLE
        if not 0 <= number < len(self._handles):
            raise Unreadable("a reference leads nowhere")
        return self._handles[number]

    def _remember(self, what: ClassDesc | str) -> None:
        self._handles.append(what)

    def _name_of(self, what: ClassDesc | str) -> str:
        return what if isinstance(what, str) else what.name

    def _say(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text.replace("\n", "⏎"))

    def _plural(self, size: int, noun: str) -> str:
        return f"{size:,} {noun if size == 1 else noun + 's'}"


JAVA = Format("java", "Java object", "Java-serialised", look, show)
