"""YAML: recognised by libyaml's events, so nothing is built and no alias is expanded; shown as it is stored."""

from __future__ import annotations

import re

import yaml as library

from zkdash.znodes.formats.charset import sample
from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines

Loader = getattr(library, "CSafeLoader", library.SafeLoader)
STRUCTURE = re.compile(r"^[ \t]*(?:- |[^\s#:{}\[\],&*!|>'\"%@`=][^:=\n]*:(?:\s|$)|\"[^\"\n]*\":\s)", re.MULTILINE)
LINES_MIN = 2


def look(content: Content, limits: Limits) -> Guess | None:
    """Text whose beginning parses to a mapping or a list over several lines."""
    text = content.plain
    if text is None or len(text) > limits.text_chars or text.count("\n", 0, limits.sample_chars) < LINES_MIN - 1:
        return None
    begin = sample(text, limits.sample_chars)
    begins = begin.lstrip("\ufeff").startswith(("---\n", "--- ", "%YAML"))
    if (
        not begins
        and sum(1 for _, _match in zip(range(LINES_MIN), STRUCTURE.finditer(begin), strict=False)) < LINES_MIN
    ):
        return None
    return Guess(Confidence.LIKELY, verbatim=True) if _parses(begin, limits) else None


def show(content: Content, _limits: Limits) -> Body:
    """As it is."""
    return Lines(content.text or "")


def _parses(begin: str, limits: Limits) -> bool:
    depth = structures = 0
    try:
        for count, event in enumerate(library.parse(begin, Loader=Loader)):
            if isinstance(event, library.CollectionStartEvent):
                depth += 1
                structures += 1
            elif isinstance(event, library.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, library.ScalarEvent) and depth == 0:
                return False
            if depth > limits.depth or count > limits.yaml_events:
                break
    except (library.YAMLError, ValueError, RecursionError):
        return False
    return structures > 0 and depth <= limits.depth


YAML = Format("yaml", "YAML", "YAML", look, show)
