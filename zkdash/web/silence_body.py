"""A silence as the JSON API asks for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zkdash.alerts.silence import LONGEST_TEXT, MOST_PATTERNS, Matchers, SilenceDraft, Source
from zkdash.config.values import seconds
from zkdash.web.bodies import text_in
from zkdash.web.silence_form import LISTS, LONGEST_WINDOW, moment
from zkdash.web.who import LONGEST

FIELDS = ("matchers", "starts_at", "lasts", "ends_at", "window", "reason", "by")
LONGEST_PATTERN = 200
LONGEST_S = 366 * 86_400


def draft(body: Mapping[str, Any], signed_in: str, now: int, errors: dict[str, str]) -> SilenceDraft | None:
    """What it asks for; None if there are mistakes, which are in `errors` then. `now` is UTC ms."""
    matchers = matchers_in(body.get("matchers"), errors)
    reason = text_in(body, "reason", LONGEST_TEXT, errors)
    if not reason:
        errors.setdefault("reason", "reason is missing: say why.")
    by = signed_in or text_in(body, "by", LONGEST, errors)
    if not by:
        errors.setdefault("by", "by is missing: say who makes it.")
    window = text_in(body, "window", LONGEST_WINDOW, errors)
    starts_at, ends_at = moment_in(body, "starts_at", errors), moment_in(body, "ends_at", errors)
    if ends_at is None and (lasts := text_in(body, "lasts", 40, errors)):
        try:
            ends_at = (starts_at or now) + round(seconds(lasts, 1, LONGEST_S) * 1000)
        except ValueError as error:
            errors["lasts"] = f"lasts: {error}."
    elif ends_at is None and not window:
        errors.setdefault("ends_at", "ends_at (or lasts) is missing: only a silence with a window may have no end.")
    if ends_at is not None and ends_at <= max(starts_at or now, now):
        errors.setdefault("ends_at", "ends_at must be after starts_at, and not before now.")
    if errors or matchers is None:
        return None
    return SilenceDraft(matchers, reason, by, starts_at, ends_at, window, Source.API)


def matchers_in(found: Any, errors: dict[str, str]) -> Matchers | None:
    """What is to be silenced: {"clusters": ["prod-*"], …}."""
    if not isinstance(found, dict):
        errors["matchers"] = f"matchers must be an object with any of {', '.join(LISTS)}: each a list of patterns."
        return None
    lists: dict[str, tuple[str, ...]] = {}
    for name, patterns in found.items():
        if name not in LISTS:
            errors["matchers"] = f"matchers has no {name[:40]}: allowed are {', '.join(LISTS)}."
        elif not isinstance(patterns, list) or len(patterns) > MOST_PATTERNS or not all(map(_is_pattern, patterns)):
            errors[f"matchers.{name}"] = (
                f"matchers.{name} must be a list of at most {MOST_PATTERNS} texts of 1 to {LONGEST_PATTERN} characters."
            )
        else:
            lists[name] = tuple(dict.fromkeys(patterns))
    matchers = Matchers(**lists)
    if matchers.is_any and not errors:
        errors["matchers"] = 'matchers is empty: say what to silence; {"clusters": ["*"]} is every cluster.'
    return matchers


def moment_in(body: Mapping[str, Any], field: str, errors: dict[str, str]) -> int | None:
    """A time, UTC ms."""
    try:
        return moment(text_in(body, field, 40, errors))
    except ValueError as error:
        errors[field] = f"{field}: {error}"
        return None


def _is_pattern(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= LONGEST_PATTERN and value.isprintable()
