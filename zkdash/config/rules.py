"""[rules] and [rules:CLUSTER] -> which rules watch the servers, with which limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import values
from .ini import Document
from .reader import Reader
from .rule_options import RULE_OPTIONS, SECTION, RuleOption

LONGEST_FOR_S = 86_400.0


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """When a rule fires: above `warning`, above `critical` (None: never), held for `for_s` seconds."""

    warning: float | None = None
    critical: float | None = None
    for_s: float = 0.0


_HOW = "off, on, or LIMIT for DURATION, such as"


@dataclass(frozen=True, slots=True)
class RulesConfig:
    """The rules of every cluster: {name: how it is configured, None for off}; `clusters` have rules of their own."""

    common: Mapping[str, RuleConfig | None]
    clusters: Mapping[str, Mapping[str, RuleConfig | None]]

    def of(self, cluster: str) -> Mapping[str, RuleConfig | None]:
        return self.clusters.get(cluster, self.common)


def rules_config(document: Document, clusters: Iterable[str]) -> RulesConfig:
    """All rules, as `clusters` (their names) have them."""
    names = list(dict.fromkeys(clusters))
    own = {}
    for section in document.values:
        prefix, colon, name = section.partition(":")
        if prefix == SECTION and colon:
            if name not in names:
                document.mistake(
                    section, "", f"there is no cluster {name}; there are {', '.join(names[:20]) or 'none'}"
                )
            own[name] = _rules(Reader(document, section, SECTION))
    return RulesConfig(_rules(Reader(document, SECTION)), own)


def _rules(reader: Reader) -> dict[str, RuleConfig | None]:
    return {
        rule.name: reader.read(rule.key, lambda text, rule=rule: parse(rule, text))  # type: ignore[misc]  # a default binds the rule
        for rule in RULE_OPTIONS
    }


def defaults() -> dict[str, RuleConfig | None]:
    """Every rule as it is when nothing is configured."""
    return {rule.name: parse(rule, rule.default) for rule in RULE_OPTIONS}


def default_rules() -> RulesConfig:
    """The rules when nothing is configured."""
    return RulesConfig(defaults(), {})


def parse(rule: RuleOption, text: str) -> RuleConfig | None:
    """How a rule is configured by a text, None for off. Raises ValueError that says what is allowed."""
    limits, found, duration = text.strip().partition("for ") if "for " in text else (text.strip(), "", "")
    limits = limits.strip()
    if limits.lower() in {"off", "no"} and not found:
        return None
    default = _parse(rule, rule.default)
    for_s = values.seconds(duration.strip(), 0, LONGEST_FOR_S) if found else default.for_s
    if limits.lower() in {"", "on", "yes"}:
        return RuleConfig(default.warning, default.critical, for_s)
    if rule.unit is None:
        raise ValueError(f"write off, on, or for DURATION, such as {rule.default}: this rule has no limit")
    if not found:
        for_s = default.for_s
    return _limits(rule, limits, for_s)


def _parse(rule: RuleOption, text: str) -> RuleConfig:
    limits, found, duration = text.partition("for ")
    for_s = values.seconds(duration, 0, LONGEST_FOR_S) if found else 0.0
    return _limits(rule, limits.strip(), for_s) if rule.unit is not None else RuleConfig(for_s=for_s)


def _limits(rule: RuleOption, text: str, for_s: float) -> RuleConfig:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) > 2:
        raise ValueError(f"write {_HOW} {rule.default}")
    warning, critical = (_limit(rule, part) for part in (*parts, "off")[:2])
    if warning is None and critical is None:
        raise ValueError(f"write {_HOW} {rule.default}; off alone takes the rule away")
    if warning is not None and critical is not None and critical < warning:
        raise ValueError(f"the limit for critical comes second and is the higher one: {rule.default}")
    return RuleConfig(warning, critical, for_s)


def _limit(rule: RuleOption, text: str) -> float | None:
    if text.lower() == "off":
        return None
    if rule.unit == "bytes":
        return float(values.size(text, 0, 1 << 60))
    found = re.fullmatch(rf"([0-9]{{1,15}}(?:\.[0-9]{{1,6}})?)\s*(?:{re.escape(rule.unit or '')})?", text)
    if not found or (rule.unit == "%" and float(found[1]) > 100):
        raise ValueError(f"write {_HOW} {rule.default}")
    return float(found[1])
