"""What has changed between two readings of a znode's data, line by line, in bounded time."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

MAX_LINES = 300
"""So many lines of each side are compared, of those between the first and the last that differ."""
LINE_CHARS = 500
AROUND = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference; `sign` is "+", "-" or " "."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines that differ with some around them, and whether there are more that are not compared."""

    lines: tuple[Line, ...]
    more: bool


def difference(before: str, after: str) -> Difference:
    """What is to be done to the lines of `before` to get those of `after`."""
    old, new = before.splitlines(), after.splitlines()
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    end_old, end_new = len(old) - tail, len(new) - tail
    left, right = old[head : min(end_old, head + MAX_LINES)], new[head : min(end_new, head + MAX_LINES)]
    more = end_old - head > MAX_LINES or end_new - head > MAX_LINES
    lines = [Line(" ", line) for line in old[max(0, head - AROUND) : head]]
    for group in difflib.SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(AROUND):
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [Line(" ", line) for line in left[i1:i2]]
            else:
                lines += [Line("-", line) for line in left[i1:i2]]
                lines += [Line("+", line) for line in right[j1:j2]]
    if not more:
        lines += [Line(" ", line) for line in old[end_old : end_old + AROUND]]
    return Difference(tuple(Line(line.sign, line.text[:LINE_CHARS]) for line in lines), more)


def _same(left: list[str], right: list[str]) -> int:
    """How many lines are the same from the first on."""
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
