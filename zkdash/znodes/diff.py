"""What is different between two values, as people read it: lines of text, JSON field by field, bytes as hex. Pure."""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from zkdash.znodes.formats import Lines, body, recognise
from zkdash.znodes.pretty import is_json, pretty

MAX_BYTES = 256 * 1024
MAX_LINES = 4000
SHOWN_LINES = 200
CONTEXT = 3
LONG_LINE = 500
HEX_ROW, HEX_ROWS = 16, 4


@dataclass(frozen=True, slots=True)
class Diff:
    """Lines of a unified diff, each with " ", "-", "+" or "@" in front. `note` says what they don't show."""

    kind: str
    lines: tuple[str, ...] = ()
    note: str = ""


def diff(left: bytes | None, right: bytes | None, ignore: Collection[str] = ()) -> Diff | None:
    """The difference, None where there is none but in JSON fields to `ignore` (names, or ways as a.b from the top)."""
    if left == right:
        return None
    if left is None or right is None:
        return Diff("value", note="No value before." if left is None else "No value any more.")
    if max(len(left), len(right)) > MAX_BYTES:
        return Diff("large", note=f"Too large to compare line by line. {_first(left, right)}")
    before, after = _read(left), _read(right)
    if ignore and before.json and after.json:
        without = [_without(json.loads(one.json), frozenset(ignore)) for one in (before, after)]
        if without[0] == without[1]:
            return None
        return _of_lines("JSON", *(json.dumps(one, indent=2, ensure_ascii=False) for one in without))
    if before.text is None or after.text is None:
        return _of_bytes(left, right)
    if before.text == after.text:
        return Diff(after.kind, note="Only how it is written is different: white space, or how it is packed.")
    return _of_lines(
        after.kind if before.kind == after.kind else f"{before.kind}, {after.kind}", before.text, after.text
    )


@dataclass(frozen=True, slots=True)
class _Readable:
    """A value as people read it; `json` is its text where it is JSON, `text` None where it can't be read at all."""

    kind: str
    text: str | None
    json: str = ""


def _read(value: bytes) -> _Readable:
    found = recognise(value)
    plain = found.content.plain
    packed = "".join(f"{one.name}: " for one in found.opened)
    if plain is not None and is_json(plain):
        return _Readable(f"{packed}JSON", pretty(plain) or plain, plain)
    if plain is not None:
        return _Readable(f"{packed}text", plain)
    shown = body(found, found.readings[0].view) if found.readings else None
    return _Readable(packed + found.readings[0].noun, shown.text) if isinstance(shown, Lines) else _Readable("", None)


def _of_lines(kind: str, left: str, right: str) -> Diff:
    before, after = left.splitlines(), right.splitlines()
    if before == after:
        return Diff(kind, note="Only the ends of lines are different.")
    if max(len(before), len(after)) > MAX_LINES:
        return Diff(kind, note=f"Too many lines to compare: {len(before):,} and {len(after):,}.")
    lines: list[str] = []
    whole = difflib.unified_diff(before, after, lineterm="", n=CONTEXT)
    for line in itertools.islice(whole, 2, None):  # without the names of files, which there aren't
        if len(lines) == SHOWN_LINES:
            return Diff(kind, tuple(lines), "There is more: these are the first differences.")
        lines.append(line if len(line) <= LONG_LINE else line[:LONG_LINE] + "…")
    return Diff(kind, tuple(lines))


def _of_bytes(left: bytes, right: bytes) -> Diff:
    at = _common(left, right)
    start = max(0, at // HEX_ROW * HEX_ROW - HEX_ROW)
    end = start + HEX_ROWS * HEX_ROW
    before, after = (_rows(value, start, end) for value in (left, right))
    lines = tuple(
        line for line in difflib.unified_diff(before, after, lineterm="", n=1) if line[:3] not in ("---", "+++")
    )
    return Diff("binary", lines, _first(left, right))


def _rows(value: bytes, start: int, end: int) -> list[str]:
    return [f"{at:08x}  {value[at : at + HEX_ROW].hex(' ')}" for at in range(start, min(end, len(value)), HEX_ROW)]


def _first(left: bytes, right: bytes) -> str:
    return f"They differ from byte {_common(left, right):,} on; {len(left):,} and {len(right):,} bytes."


def _common(left: bytes, right: bytes) -> int:
    """How many bytes at the beginning are equal."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _without(value: Any, ignore: frozenset[str], way: str = "") -> Any:
    """JSON without the fields to ignore."""
    if isinstance(value, dict):
        return {
            key: _without(one, ignore, f"{way}{key}.")
            for key, one in value.items()
            if key not in ignore and way + key not in ignore
        }
    if isinstance(value, list):
        return [_without(one, ignore, way) for one in value]
    return value
