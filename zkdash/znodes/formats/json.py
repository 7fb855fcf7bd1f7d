"""JSON: pretty-printed token by token, so no number and no repeated key changes."""

from __future__ import annotations

from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines
from zkdash.znodes.pretty import is_json, pretty

TOO_LONG = "Too long to be pretty-printed here, so it is shown as it is stored."


def look(content: Content, _limits: Limits) -> Guess | None:
    """An object or an array that parses is JSON."""
    text = content.plain
    return Guess(Confidence.CERTAIN) if text and is_json(text) else None


def show(content: Content, _limits: Limits) -> Body:
    """Two spaces of indentation."""
    text = content.text or ""
    indented = pretty(text)
    return Lines(text, TOO_LONG) if indented is None else Lines(indented)


JSON = Format("json", "JSON", "JSON", look, show)
