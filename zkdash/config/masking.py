"""[masking] -> what is hidden of znodes' data before it leaves zkdash."""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from . import values
from .ini import Document
from .masked import EXPRESSIONS, MaskingConfig
from .reader import Reader

JSON_PATH = re.compile(r"""\$(?:\.\.?(?:\*|[^.\[\]\s*"']+)|\[(?:\*|\d+|"[^"]*"|'[^']*')\])+""")
LONGEST = 1000


def masking_config(document: Document) -> MaskingConfig:
    reader = Reader(document, "masking")
    return MaskingConfig(
        enabled=reader.read("enabled", values.yes_no) is not False,
        fields=reader.read("fields", _fields) or (),
        json_paths=reader.read("json_paths", _lines(_json_path)) or (),
        paths=reader.read("paths", _lines(_path)) or (),
        expressions=(*EXPRESSIONS, *(reader.read("expressions", _lines(_expression)) or ())),
        unmask_without_sign_in=bool(reader.read("unmask_without_sign_in", values.yes_no)),
    )


def _fields(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.lower() for one in values.patterns(text)))


def _lines(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Of each line what `read` makes of it."""

    def lines(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read(line.strip()) for line in text.split("\n") if line.strip()))

    return lines


def _json_path(text: str) -> str:
    if not JSON_PATH.fullmatch(text):
        raise ValueError("write ways such as $.database.user, $..pin or $.users[*].name")
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or len(text) > LONGEST:
        raise ValueError("write paths of znodes such as /secrets/*, beginning with /")
    return text


def _expression(text: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        found = re2.compile(text, options)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        raise ValueError(f"not an expression of RE2: {said.decode() if isinstance(said, bytes) else said}") from None
    if found.search("") is not None:
        raise ValueError("an expression must not fit nothing at all")
    return text
