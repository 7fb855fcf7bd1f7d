"""From bytes to text: UTF-8, UTF-16 and UTF-32 for what they are, other charsets as a guess with its name."""

from __future__ import annotations

import codecs
import logging
import re

from charset_normalizer import CharsetMatch, from_bytes

from zkdash.znodes.formats.model import Confidence, Content, Limits

CONTROLS_ALLOWED = 0.1
"""The share of control characters up to which data is taken for text."""
CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r\f")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32, little-endian"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32, big-endian"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16, little-endian"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16, big-endian"),
)
WESTERN, CENTRAL, CYRILLIC = ("cp1252", "latin_1"), ("cp1250", "iso8859_2"), ("cp1251", "koi8_r")
OTHERS = ("cp1253", "cp1254", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "euc_kr")
GUESSES = (*WESTERN, *CENTRAL, *CYRILLIC, *OTHERS)
"""What is guessed, the one to prefer first: all others are rare, and short text fits most of them."""
BREAKS = re.compile(r"\n(?=[^\s#])")
GUESS_BYTES_MIN = 16
CHAOS_SLACK, COHERENCE_SLACK = 0.02, 0.15
CHAOS_LIKELY = 0.05

logging.getLogger("charset_normalizer").setLevel(logging.WARNING)


def decode(data: bytes, limits: Limits) -> Content:
    """The data as text if it can be any; the confidence is LIKELY or more only where it should be shown as text."""
    marked = _by_mark(data)
    if marked is not None:
        return marked
    try:
        text = data.decode()
    except UnicodeDecodeError:
        escaped = data.decode(errors="surrogateescape")
        return _without_mark(data) or _guessed(data, limits) or Content(data, escaped, "not all of it UTF-8")
    confidence = _texture(data)
    unmarked = _without_mark(data) if confidence is Confidence.POSSIBLE else None
    return unmarked or Content(data, text, "UTF-8", confidence)


def is_plain(data: bytes) -> bool:
    """Whether the data is UTF-8 without any control character."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return _texture(data) is Confidence.CERTAIN


def sample(text: str, chars: int) -> str:
    """The beginning of the text, cut before a line that is not indented, so that what stands before it is complete."""
    if len(text) <= chars:
        return text
    return text[: max((match.end() for match in BREAKS.finditer(text, 0, chars)), default=chars)]


def _texture(data: bytes) -> Confidence:
    """How much UTF-8 looks like text, by its control characters."""
    if 0 in data:
        return Confidence.POSSIBLE
    controls = len(data) - len(data.translate(None, CONTROLS))
    if not controls:
        return Confidence.CERTAIN
    return Confidence.LIKELY if controls <= CONTROLS_ALLOWED * len(data) else Confidence.POSSIBLE


def _by_mark(data: bytes) -> Content | None:
    for mark, codec, name in MARKS:
        if data.startswith(mark) and len(data) > len(mark):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                continue
            return Content(data, text, name, min(Confidence.LIKELY, _texture(text.encode(errors="replace"))))
    return None


def _without_mark(data: bytes) -> Content | None:
    """UTF-16 of mostly Western text has a zero in every other byte."""
    for codec, name, zeros, others in (
        ("utf-16-le", "UTF-16, little-endian", data[1::2], data[::2]),
        ("utf-16-be", "UTF-16, big-endian", data[::2], data[1::2]),
    ):
        if len(data) >= 8 and zeros.count(0) > 0.8 * len(zeros) and not others.count(0):
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                continue
            confidence = min(Confidence.LIKELY, _texture(text.encode(errors="replace")))
            return Content(data, text, name, confidence) if confidence is Confidence.LIKELY else None
    return None


def _guessed(data: bytes, limits: Limits) -> Content | None:
    """Some legacy charset. Never certain, and not likely for short data, or for much that isn't in any language."""
    if _texture(data) is Confidence.POSSIBLE:
        return None
    sample = data[: limits.sample_bytes]
    try:
        matches = list(from_bytes(sample, steps=5, chunk_size=512, threshold=0.2, cp_isolation=list(GUESSES)))
    except (ValueError, RuntimeError, LookupError, UnicodeError):
        return None
    if not matches:
        return None
    best, charset = _preferred(matches)
    likely = len(data) >= GUESS_BYTES_MIN and best.chaos <= CHAOS_LIKELY
    text = data.decode(charset, errors="replace")
    return Content(data, text, f"charset {charset}", Confidence.LIKELY if likely else Confidence.POSSIBLE)


def _preferred(matches: list[CharsetMatch]) -> tuple[CharsetMatch, str]:
    """The match and charset that come first in GUESSES of those as good as the best: short text fits whole families."""
    chaos = min(match.chaos for match in matches)
    fitting = [match for match in matches if match.chaos <= chaos + CHAOS_SLACK]
    coherence = max(match.coherence for match in fitting)
    fitting = [match for match in fitting if match.coherence >= coherence - COHERENCE_SLACK]
    named = [(match, charset) for match in fitting for charset in match.could_be_from_charset]
    return min(named, key=lambda pair: GUESSES.index(pair[1]) if pair[1] in GUESSES else len(GUESSES))
