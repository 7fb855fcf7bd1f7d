"""The rules of masking, made ready: which names and ways are secret, and what is worth a closer look at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import re2

from zkdash.config.masked import KNOWN, MaskingConfig
from zkdash.znodes.formats import may_be_packed

MARK = "••••••"
"""What stands for a value: always the same, so that it doesn't tell how long that is."""
LITERAL = re.compile(r"[a-z0-9]+")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SEPARATORS = re.compile(r"[-.\s/:_@]+")
ESCAPES = r"\\[ux][0-9A-Fa-f]{2}|&#"
"""Names may be spelt so that they aren't seen at once."""
SEGMENT = re.compile(r"""\.\.|\.?(\*|[^.\[\]\s*"']+)|\[(?:(\*|\d+)|"([^"]*)"|'([^']*)')\]""")
LONGEST_NAME = 300
BEFORE_JSON = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"

Way = tuple[str | int, ...]


class Rules:
    """What a `MaskingConfig` means. Equal for equal configurations."""

    def __init__(self, config: MaskingConfig) -> None:
        self.config = config
        self._expressions = [(KNOWN.get(one, one), _compile(one)) for one in config.expressions]
        stems = sorted({_stem(pattern) for pattern in config.fields})
        parts = [f"(?i:{'|'.join(map(re2.escape, stems))})", ESCAPES] if stems else []
        self._worth = _compile("|".join([*parts, *(f"(?:{one})" for one in config.expressions)]) or r"\z\A.")
        self._stems = _compile(parts[0]) if stems else None
        pieces = {piece for pattern in config.fields for piece in _pieces(pattern)}
        self._pieces = _compile("|".join(map(re2.escape, sorted(pieces))).encode()) if pieces else None
        self._foreign = any(not one.isascii() for one in (*config.fields, *config.expressions))
        self._json_paths = [(path, _segments(path)) for path in config.json_paths]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and self.config == other.config

    def __hash__(self) -> int:
        return hash(self.config)

    def worth_a_look(self, value: bytes) -> bool:
        """Whether there may be something to hide: quick, and never wrong where it says no."""
        if may_be_packed(value) or (self._json_paths and value.lstrip(BEFORE_JSON)[:1] in (b"{", b"[")):
            return True
        if b"\0" in value:
            return self._worth.search(value.replace(b"\0", b"").decode("latin-1")) is not None  # it may be UTF-16
        try:
            return self._worth.search(value if value.isascii() else value.decode()) is not None
        except UnicodeDecodeError:
            # In each charset that is guessed ASCII stands for itself.
            return self._foreign or self._worth.search(value.decode("latin-1")) is not None

    def any_in(self, values: Sequence[bytes | None]) -> bool:
        """Whether any of many values is worth a look, or their paths are: much quicker than one by one."""
        if not self.config.enabled:
            return False
        if self.config.paths or self._json_paths:
            return True
        given = [value for value in values if value]
        joined = b"\n".join(given)
        return bool(given) and (any(map(may_be_packed, given)) or self.worth_a_look(b"\n" + joined))

    def of_path(self, path: str) -> str:
        """The rule by which all of a znode's data is hidden; "" for none."""
        return next((f"path {one}" for one in self.config.paths if path == one or fnmatchcase(path, one)), "")

    def of_name(self, name: str) -> str:
        """The rule by which the value of a field is hidden; "" for none."""
        if len(name) > LONGEST_NAME:
            return "field" if self.may_be_in(name) else ""
        return _rule_of(self.config.fields, name)

    def of_way(self, way: Way) -> str:
        """The rule by which what stands at a place in JSON is hidden; "" for none."""
        return next((path for path, segments in self._json_paths if _fits(segments, way)), "")

    @property
    def by_way(self) -> bool:
        """Whether it matters where in JSON a value is."""
        return bool(self._json_paths)

    def may_be_in(self, text: str) -> bool:
        """Whether a text may have a secret field's name in it."""
        return self._stems is not None and self._stems.search(text.encode(errors="replace")) is not None

    def in_binary(self, data: bytes) -> str:
        """The rule for which binary data must be hidden as a whole; "" for none. Names may stand close to anything."""
        for found in {data, data.replace(b"\0", b"")}:
            if self._pieces is not None and self._pieces.search(found):
                return "field in binary data"
            text = found.decode("latin-1")
            if name := next((name for name, one in self._expressions if one.search(text)), ""):
                return name
        return ""

    def expressed(self, text: str) -> Iterator[tuple[int, int, str]]:
        """What the expressions find: (start, end, rule)."""
        text = text.encode(errors="replace").decode()  # what isn't UTF-8 is not searched for; each character stays one
        for name, expression in self._expressions:
            for match in expression.finditer(text):
                group = 1 if expression.groups and match.start(1) >= 0 else 0
                if match.end(group) > match.start(group):
                    yield match.start(group), match.end(group), name


@lru_cache(maxsize=20_000)
def _rule_of(fields: tuple[str, ...], name: str) -> str:
    snake = SEPARATORS.sub("_", CAMEL.sub("_", name)).strip("_").lower()
    last = SEPARATORS.sub("_", CAMEL.sub("_", re.split(r"[./:]", name)[-1])).strip("_").lower()
    for pattern in fields:
        if any(fnmatchcase(one, pattern) for one in (name.lower(), snake, last)):
            return pattern
    return ""


def _compile(source: str | bytes) -> Any:  # re2 has no types
    """For text, or of bytes for bytes whatever they are; in linear time, and not a tenth of what Python's own takes."""
    options = re2.Options()
    options.log_errors = False
    if isinstance(source, bytes):
        options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(source, options)


def _stem(pattern: str) -> str:
    """The longest part of a field's pattern that a fitting name is sure to have."""
    return max(LITERAL.findall(pattern), key=len, default="")


def _pieces(pattern: str) -> Iterator[str]:
    """How a field that fits may show in binary data, where nothing says where a name begins and ends."""
    literal = max(re.findall(r"[a-z0-9_]+", pattern), key=len, default="")
    if not literal:
        return
    words = [word for word in literal.split("_") if word]
    camel = "".join(word.capitalize() for word in words)
    yield from {literal, literal.upper(), literal.replace("_", "-"), literal.replace("_", ".")}
    if words:
        yield camel if literal.startswith("_") else camel[0].lower() + camel[1:]
        yield camel


def _segments(path: str) -> tuple[str | int, ...]:
    """ "$..a[*].b" as ("..", "a", "*", "b")."""
    found: list[str | int] = []
    for match in SEGMENT.finditer(path, 1):
        name, index, double, single = match.groups()
        if match[0] == "..":
            found.append("..")
        elif index is not None:
            found.append(index if index == "*" else int(index))
        else:
            found.append(next(text for text in (name, double, single) if text is not None))
    return tuple(found)


def _fits(segments: tuple[str | int, ...], way: Way) -> bool:
    if not segments:
        return not way
    first, rest = segments[0], segments[1:]
    if first == "..":
        return any(_fits(rest, way[start:]) for start in range(len(way)))
    return bool(way) and first in ("*", way[0]) and _fits(rest, way[1:])
