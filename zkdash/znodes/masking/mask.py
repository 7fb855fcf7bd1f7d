"""The value of a znode as who may not see secrets gets it: structured data field by field, the rest as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from zkdash.znodes.formats import LIMITS, open_packings
from zkdash.znodes.formats.charset import decode
from zkdash.znodes.formats.xml import is_xml
from zkdash.znodes.masking.json_text import mask_json
from zkdash.znodes.masking.plain import mask_plain
from zkdash.znodes.masking.rules import MARK, Rules
from zkdash.znodes.masking.splice import Masked
from zkdash.znodes.masking.xml_text import mask_xml
from zkdash.znodes.pretty import is_json

HIDDEN = MARK.encode()
UNSURE = "packed data that can't be looked through"
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
NESTED = 4
"""How deep texts within texts are looked into."""


class MaskedValue(bytes):
    """A value without its secrets, which knows the rules by which they are hidden, one for each."""

    rules: tuple[str, ...]

    def __new__(cls, value: bytes, rules: Sequence[str]) -> MaskedValue:
        made = super().__new__(cls, value)
        made.rules = tuple(rules)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return MaskedValue, (bytes(self), self.rules)


def masked_by(value: bytes | None) -> tuple[str, ...]:
    """The rules by which parts of a value are hidden, one for each part; none of one that is as it is stored."""
    return value.rules if isinstance(value, MaskedValue) else ()


def mask(value: bytes, path: str, rules: Rules) -> bytes:
    """The value without its secrets: a `MaskedValue`, or the very same where there are none."""
    if not value or not rules.config.enabled or isinstance(value, MaskedValue):
        return value
    if rule := rules.of_path(path):
        return MaskedValue(HIDDEN, [rule])
    if not rules.worth_a_look(value):
        return value
    opened, inner, note = open_packings(value)
    if opened and note:
        return MaskedValue(HIDDEN, [UNSURE])  # there is more in it than can be seen
    content = decode(inner, LIMITS)
    if content.plain is None:
        rule = rules.in_binary(inner)
        if not rule and content.text is not None:
            rule = next(iter(mask_text(content.text, rules).rules), "")
        return MaskedValue(HIDDEN, [rule]) if rule else value
    if CONTROLS.search(content.plain) and (rule := rules.in_binary(inner)):
        return MaskedValue(HIDDEN, [rule])  # what looks like text may be a record with short lengths in it
    masked = mask_text(content.plain, rules)
    if masked.rules and masked.text != content.plain:
        return MaskedValue(masked.text.encode(errors="surrogateescape"), masked.rules)
    return value


def mask_text(text: str, rules: Rules, depth: int = 0) -> Masked:
    """A text without its secrets, in the format that it has; all of it where that is broken and has any."""
    begins = text.lstrip("\ufeff \t\r\n")[:1]
    if begins in ("{", "["):
        return _json(text, rules, depth)
    if begins == "<":
        return _xml(text, rules, depth)
    return mask_plain(text, rules)


def _json(text: str, rules: Rules, depth: int) -> Masked:
    if is_json(text):
        if depth >= NESTED:
            return _whole(text, rules)
        return mask_json(text, rules, lambda inside, rules: mask_text(inside, rules, depth + 1))
    lines = text.split("\n")
    if len(lines) > 1 and all(not line.strip() or is_json(line) for line in lines):
        found = [mask_text(line, rules, depth + 1) if line.strip() else Masked(line) for line in lines]
        return Masked("\n".join(one.text for one in found), tuple(rule for one in found for rule in one.rules))
    return _whole(text, rules)


def _xml(text: str, rules: Rules, depth: int) -> Masked:
    if depth < NESTED and is_xml(text):
        return mask_xml(text, rules, lambda inside, rules: mask_text(inside, rules, depth + 1))
    return _whole(text, rules)


def _whole(text: str, rules: Rules) -> Masked:
    """All of a text that can't be taken apart, if it has any secret."""
    masked = mask_plain(text, rules)
    return Masked(MARK, masked.rules[:1]) if masked.rules else masked
