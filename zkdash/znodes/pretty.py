"""JSON with line breaks and indentation, every token left as it was written.

A parser would round 12345678901234567890.5, drop the first of two equal keys and write 1e2 as 100.0: so only the
white space between the tokens changes here.
"""

from __future__ import annotations

import json
import re

MAX_INPUT_CHARS = 2 * 1024 * 1024
MAX_OUTPUT_CHARS = 4 * 1024 * 1024
MAX_INDENT = 40
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def is_json(text: str) -> bool:
    """Whether the text is a JSON object or array (RFC 8259: no NaN, no comments) of a size that is pretty-printed."""
    if len(text) > MAX_INPUT_CHARS or text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, parse_int=_ignore, parse_float=_ignore, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def pretty(text: str) -> str | None:
    """Valid JSON with two spaces of indentation; None when that would be too long to show.

    Beyond MAX_INDENT levels it isn't indented any deeper.
    """
    out: list[str] = []
    size = depth = 0
    before = ""
    for match in TOKEN.finditer(text):  # one by one: findall would keep all other threads waiting until it is through
        part = match[0]
        if part in "}]":
            depth -= 1
            piece = part if before in "{[" else _new_line(depth) + part
        elif before in ("{", "[", ","):
            piece = _new_line(depth) + part
        else:
            piece = part
        if part in "{[":
            depth += 1
        elif part == ":":
            piece = ": "
        size += len(piece)
        if size > MAX_OUTPUT_CHARS:
            return None
        out.append(piece)
        before = part
    return "".join(out)


def _new_line(depth: int) -> str:
    return "\n" + "  " * min(depth, MAX_INDENT)


def _ignore(_literal: str) -> None:
    return None


def _refuse(literal: str) -> None:
    raise ValueError(f"{literal} is not JSON")
