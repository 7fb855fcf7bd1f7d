"""Text of any kind: properties, YAML, INI, logs. What follows a secret's name is hidden to the end of its line.

Too much rather than too little: a value may have any character in it, and may go on in further lines.
"""

from __future__ import annotations

import html
import re

from zkdash.znodes.masking.rules import MARK, Rules
from zkdash.znodes.masking.splice import Masked, expressed

NAMED = re.compile(r"""(?<![\w.$/@-])(?P<name>[\w.$/@-]++)["'\\\])]*+\s*+(?:=>|:=|[:=>])""")
AT_START = re.compile(
    r"""\s*+(?:(?:[-?]|--|export|set|SET|ENV|ARG)\s++)*+["']?(?P<name>-{0,2}[\w.$/@-]++)["']?\s++(?=\S)"""
)
OPTION = re.compile(r"(?:^|\s)--?(?P<name>[\w.-]++)\s++(?=\S)")
ASKED = re.compile(r"""\s*+\?\s++["']?(?P<name>[\w.$/@-]++)["']?\s*+$""")
WORD_BEFORE = re.compile(r"""([\w-]+)[ ]$""")
SPELT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|&#|&[a-z]+;")
NEVER = 1_000_000
QUOTES = ('"""', "'''", '"', "'")


def mask_plain(text: str, rules: Rules) -> Masked:
    """The text without the values of secret fields, and without what the expressions find."""
    if not rules.may_be_in(text) and not SPELT.search(text):
        return expressed(Masked(text), rules)
    lines, found = text.split("\n"), list[str]()
    until: _Until | None = None
    for number, line in enumerate(lines):
        if until is not None:
            if until.holds(line):
                if line.strip():
                    lines[number] = line[: _indent(line)] + MARK + _ending(line)
                continue
            until = None
        hit = _first(line, rules) or _spelt(line, rules)
        if hit is None:
            continue
        at, rule = hit
        rest = line[at:].strip()
        until = _Until.after(line, at, rest)
        if rest:
            lines[number] = line[: len(line) - len(line[at:].lstrip())] + MARK + _ending(line)
        if rest or until is not None:
            found.append(rule)
    return expressed(Masked("\n".join(lines), tuple(found)), rules)


class _Until:
    """How far a value goes on in further lines."""

    def __init__(self, *, deeper: int = NEVER, quote: str = "", escaped: bool = False, asked: bool = False) -> None:
        self._deeper, self._quote, self._escaped, self._asked = deeper, quote, escaped, asked

    @classmethod
    def after(cls, line: str, at: int, rest: str) -> _Until | None:
        """What comes after a line whose value begins at `at`."""
        if line.rstrip("\r").endswith("\\"):
            return cls(escaped=True)
        for quote in QUOTES:
            if rest.startswith(quote):
                if not _closes(rest[len(quote) :], quote):
                    return cls(quote=quote)
                break
        return cls(deeper=_depth(line), asked=not rest)

    def holds(self, line: str) -> bool:
        """Whether this line belongs to it."""
        if self._escaped:
            self._escaped = line.rstrip("\r").endswith("\\")
            return True
        if self._quote:
            if _closes(line, self._quote):
                self._quote = ""
            return True
        if not line.strip():
            return True
        indent = _indent(line)
        listed = self._asked and indent == self._deeper and line[indent:].startswith(("- ", ": ", "-\r"))
        return indent > self._deeper or listed


def _first(line: str, rules: Rules) -> tuple[int, str] | None:
    """Where the first secret value of a line begins, and by which rule."""
    if not rules.may_be_in(line):
        return None
    asked = ASKED.match(line)
    if asked is not None and (rule := rules.of_name(asked["name"])):
        return len(line), rule
    hits = []
    for pattern in (NAMED, OPTION):
        for match in pattern.finditer(line):
            if rule := _name_of(line, match, rules):
                hits.append((match.end(), rule))
                break
    start = AT_START.match(line)
    if start is not None and (rule := rules.of_name(start["name"].lstrip("-"))):
        hits.append((start.end(), rule))
    return min(hits, default=None)


def _spelt(line: str, rules: Rules) -> tuple[int, str] | None:
    """As `_first`, for a name that is written with escapes: then all of the line is hidden."""
    if not SPELT.search(line):
        return None
    hit = _first(html.unescape(SPELT.sub(_character, line)), rules)
    return None if hit is None else (_indent(line), hit[1])


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[0]


def _name_of(line: str, match: re.Match[str], rules: Rules) -> str:
    """The rule for a name that was found: itself, or with the word before it as in "API key"."""
    name = match["name"]
    before = WORD_BEFORE.search(line, max(0, match.start("name") - 50), match.start("name"))
    return rules.of_name(name) or (rules.of_name(f"{before[1]} {name}") if before else "")


def _closes(text: str, quote: str) -> bool:
    """Whether a quote that is open ends in this text: one that is escaped or doubled doesn't end it."""
    return re.sub(r"\\.", "", text).count(quote) % 2 == 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _depth(line: str) -> int:
    """How far what is deeper than this line must be indented: "- a:" is as deep as its a."""
    lead = re.match(r"\s*(?:-\s+)*", line)
    return len(lead[0]) if lead and lead[0].strip() else _indent(line)


def _ending(line: str) -> str:
    return "\r" if line.endswith("\r") else ""
