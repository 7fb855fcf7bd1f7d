"""Text in its charset."""

from __future__ import annotations

from zkdash.znodes.formats.model import Body, Content, Format, Guess, Limits, Lines


def look(content: Content, _limits: Limits) -> Guess | None:
    """What can be decoded; the charset is named unless it is UTF-8."""
    if content.text is None:
        return None
    charset = "" if content.charset == "UTF-8" else content.charset
    return Guess(content.confidence, charset, verbatim=True)


def show(content: Content, _limits: Limits) -> Body:
    """As it is."""
    return Lines(content.text or "")


TEXT = Format("text", "Text", "text", look, show, fallback=True)
