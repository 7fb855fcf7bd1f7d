"""Java properties (java.util.Properties.load): shown as they are stored, or with their escapes read."""

from __future__ import annotations

import re

from zkdash.znodes.formats.charset import sample
from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines

ENTRY = re.compile(r"[ \t\f]*[\w.\-/$\[\]()@+*]+(?:\\.[\w.\-/$\[\]()@+*]*)*[ \t\f]*([=:]|[ \t\f]|$)")
COMMENT = re.compile(r"[ \t\f]*[#!]")
WRITTEN_BY_JAVA = re.compile(r"#(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d \d\d:\d\d:\d\d ")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
CONTINUED = re.compile(r"(?:^|[^\\])(?:\\\\)*\\$")
ESCAPES_READ = "Escapes are read and continued lines are joined."


def look(content: Content, limits: Limits) -> Guess | None:
    """Text in which every line is `key=value`, a comment or empty."""
    text = content.plain
    if text is None or len(text) > limits.text_chars or "=" not in text:
        return None
    entries, others, continued, dated = 0, 0, False, False
    for line in sample(text, limits.sample_chars).splitlines():
        goes_on = bool(CONTINUED.search(line[-64:]))
        if not continued and line.strip():
            if COMMENT.match(line):
                dated = dated or bool(WRITTEN_BY_JAVA.match(line))
            else:
                match = ENTRY.match(line[:2000])
                if match is None or match[1] not in ("=", ":"):
                    return None
                entries += match[1] == "="
                others += match[1] == ":"
        continued = goes_on
    if not entries or others > entries:
        return None
    sure = entries > 1 or dated
    return Guess(Confidence.LIKELY if sure else Confidence.POSSIBLE, verbatim=sure and "\\" not in text)


def show(content: Content, _limits: Limits) -> Body:
    """As they are; where there are escapes, each entry on one line with its escapes read."""
    text = content.text or ""
    if "\\" not in text:
        return Lines(text)
    joined = re.sub(r"((?:^|[^\\])(?:\\\\)*)\\\r?\n[ \t\f]*", r"\1", text, flags=re.MULTILINE)
    return Lines(ESCAPE.sub(_read, joined), ESCAPES_READ)


def _read(match: re.Match[str]) -> str:
    code, letter = match.groups()
    if code:
        return chr(int(code, 16))
    return LETTERS.get(letter, letter)


PROPERTIES = Format("properties", "Properties", "Java properties", look, show)
