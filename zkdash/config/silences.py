"""[silence:NAME] -> what nobody is told for a while; [alerts] -> what all alerts have in common."""

from __future__ import annotations

from datetime import UTC, datetime

from . import values
from .ini import Document
from .model import AlertingConfig, SilenceConfig
from .reader import Reader
from .windows import windows

PREFIX = "silence:"
SEVERITIES = ("critical", "warning", "info")
_DAY_S = 86_400.0


def alerting_config(document: Document) -> AlertingConfig:
    reader = Reader(document, "alerts")
    default = AlertingConfig()
    suspended_for_s = reader.read("suspended_for", lambda text: values.seconds(text, 0, 3600))
    changes = reader.read("flap_changes", lambda text: values.whole_number(text, 2, 100, "how many changes"))
    within_s = reader.read("flap_within", lambda text: values.seconds(text, 1, _DAY_S))
    calm_s = reader.read("flap_calm", lambda text: values.seconds(text, 1, _DAY_S))
    return AlertingConfig(
        default.suspended_for_s if suspended_for_s is None else suspended_for_s,
        changes or default.flap_changes,
        within_s or default.flap_within_s,
        calm_s or default.flap_calm_s,
    )


def silence_configs(document: Document) -> tuple[SilenceConfig, ...]:
    """The silences in the order that they are written in."""
    found = [_silence(Reader(document, section)) for section in document.values if section.startswith(PREFIX)]
    return tuple(silence for silence in found if silence)


def _silence(reader: Reader) -> SilenceConfig | None:
    before = len(reader.document.mistakes)
    name = reader.name(PREFIX)
    starts_at, ends_at = reader.read("starts", moment), reader.read("ends", moment)
    window = reader.read("window", _window) or ""
    if ends_at is None and not window and not reader.has("ends"):
        reader.mistake("ends", "say when it ends, or write a window")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        reader.mistake("ends", "it ends before it starts")
    lines = {key: reader.read(key, values.one_line) or "" for key in ("reason", "author")}
    for key, line in lines.items():
        if not line.strip():
            reader.mistake(key, "say why" if key == "reason" else "say who wants it")
    silence = SilenceConfig(
        name=name,
        clusters=reader.read("clusters", values.patterns) or (),
        rules=reader.read("rules", values.patterns) or (),
        severities=tuple(sorted(reader.read("severity", severities) or ())),
        labels=reader.read("label", labels) or (),
        subjects=reader.read("subjects", values.patterns) or (),
        starts_at=starts_at,
        ends_at=ends_at,
        window=window,
        **lines,
    )
    return None if len(reader.document.mistakes) > before else silence


def labels(text: str) -> tuple[str, ...]:
    """Patterns that may have spaces in them, each on a line of its own."""
    return tuple(dict.fromkeys(values.one_line(line.strip()) for line in text.split("\n") if line.strip()))


def severities(text: str) -> frozenset[str]:
    found = frozenset(word.lower() for word in values.words(text))
    if not found <= set(SEVERITIES):
        raise ValueError(f"write {', '.join(SEVERITIES)}, or some of them")
    return found


def moment(text: str) -> int | None:
    """A time, ISO 8601, as UTC milliseconds; without an offset it is UTC. None if there is none."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise ValueError("write a time such as 2026-01-31T22:00+01:00 or 2026-01-31 21:00 (UTC)") from None


def _window(text: str) -> str:
    return windows(text).text if text.strip() else ""
