"""Making and ending silences: those that people ask for, and those of the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from zkdash.alerts.silence import (
    LONGEST_TEXT,
    MOST_PATTERNS,
    Matchers,
    Silence,
    SilenceDraft,
    Source,
    matchers_json,
    silence_of,
)
from zkdash.config import SilenceConfig
from zkdash.config.windows import windows
from zkdash.store import silences as rows
from zkdash.store.rows import Connection

_LONGEST_PATTERN = 200
_LONGEST_MS = 10 * 366 * 86_400_000
NOT_CONFIGURED = "the configuration"


async def add(connection: Connection, draft: SilenceDraft, now: int, name: str = "") -> Silence:
    """Make a silence. Raises ValueError, in plain words, for one that can't be."""
    starts_at = now if draft.starts_at is None else draft.starts_at
    check(draft, starts_at, now)
    silence = Silence(
        id=0,
        matchers=draft.matchers,
        starts_at=starts_at,
        ends_at=draft.ends_at,
        window=draft.window,
        reason=draft.reason.strip(),
        author=draft.author.strip(),
        source=draft.source,
        created_at=now,
        name=name,
    )
    row = {name: getattr(silence, name) for name in Silence.__slots__ if name != "id"}
    row |= {"matchers": matchers_json(silence.matchers), "source": silence.source.value}
    return silence_of({**row, "id": await rows.add(connection, row)})


def check(draft: SilenceDraft, starts_at: int, now: int) -> None:
    """Raises ValueError, in plain words, for a draft that can't be a silence."""
    for text, what in ((draft.reason, "a reason"), (draft.author, "who silences it")):
        if not text.strip():
            raise ValueError(f"write {what}")
        if len(text) > LONGEST_TEXT or not text.isprintable():
            raise ValueError(f"write {what} on one line of {LONGEST_TEXT} characters at most")
    if draft.matchers.is_any and draft.source is not Source.CONFIG:
        raise ValueError("say what is to be silent: name clusters, rules, severities, labels or servers; * is any")
    for field in fields(Matchers):
        patterns = getattr(draft.matchers, field.name)
        if len(patterns) > MOST_PATTERNS:
            raise ValueError(f"write {MOST_PATTERNS} {field.name} at most")
        if any(not one.strip() or len(one) > _LONGEST_PATTERN or not one.isprintable() for one in patterns):
            raise ValueError(f"write {field.name} as names or patterns of up to {_LONGEST_PATTERN} characters")
    if draft.window:
        windows(draft.window)
    elif draft.ends_at is None:
        raise ValueError("say when it ends")
    if draft.ends_at is not None:
        if draft.ends_at <= starts_at:
            raise ValueError("it ends before it starts")
        if draft.ends_at <= now:
            raise ValueError("it would be over already")
        if draft.ends_at - starts_at > _LONGEST_MS:
            raise ValueError("it would last for more than ten years")
    if starts_at < 0 or starts_at > now + _LONGEST_MS:
        raise ValueError("it would start in more than ten years")


async def sync(connection: Connection, configured: Iterable[SilenceConfig], now: int) -> None:
    """See that there are the silences of the configuration, and no others of its own."""
    wanted = {one.name: one for one in configured}
    known: dict[str, Silence] = {}
    for row in await rows.find(connection, not_over_at=None):
        silence = silence_of(row)
        if silence.source is Source.CONFIG and silence.ended_at is None:
            known[silence.name] = silence
    for name, silence in known.items():
        if name not in wanted or not _same(silence, wanted[name]):
            await rows.end(connection, silence.id, now, NOT_CONFIGURED)
    for name, one in wanted.items():
        silence_now = known.get(name)
        over = one.ends_at is not None and one.ends_at <= now
        if not over and (silence_now is None or not _same(silence_now, one)):
            await add(connection, _draft(one), now, name)


def _draft(one: SilenceConfig) -> SilenceDraft:
    matchers = Matchers(one.clusters, one.rules, one.severities, one.labels, one.subjects)
    return SilenceDraft(matchers, one.reason, one.author, one.starts_at, one.ends_at, one.window, source=Source.CONFIG)


def _same(silence: Silence, one: SilenceConfig) -> bool:
    draft = _draft(one)
    return (
        (silence.matchers, silence.reason, silence.author, silence.ends_at, silence.window)
        == (draft.matchers, draft.reason, draft.author, draft.ends_at, draft.window)
        and one.starts_at in (None, silence.starts_at)
    )  # fmt: skip
