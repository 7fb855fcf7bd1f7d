"""Replacing stretches of a text, and saying by which rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zkdash.znodes.masking.rules import MARK, Rules


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch that is hidden, by a rule; `put` stands for it."""

    start: int
    end: int
    rule: str
    put: str = MARK


@dataclass(frozen=True, slots=True)
class Masked:
    """A text of which `rules` were applied, one for each value that is hidden."""

    text: str
    rules: tuple[str, ...] = ()


def splice(text: str, cuts: Iterable[Cut]) -> Masked:
    """The text without the stretches; of those that overlap the first and longest counts. Lines stay as many."""
    parts: list[str] = []
    rules: list[str] = []
    at = 0
    for cut in sorted(cuts, key=lambda one: (one.start, -one.end)):
        if cut.start < at:
            if cut.end > at:  # the rest of it is hidden too
                parts.append("\n" * text.count("\n", at, cut.end))
                at = cut.end
            continue
        parts += (text[at : cut.start], cut.put, "\n" * text.count("\n", cut.start, cut.end))
        rules.append(cut.rule)
        at = cut.end
    return Masked("".join([*parts, text[at:]]), tuple(rules))


def expressed(masked: Masked, rules: Rules) -> Masked:
    """The same without what the expressions find."""
    found = splice(masked.text, (Cut(*one) for one in rules.expressed(masked.text)))
    return Masked(found.text, masked.rules + found.rules)
