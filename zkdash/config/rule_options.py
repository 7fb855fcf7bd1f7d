"""Every rule on what servers say of themselves, with its default: the table that configuration and reference share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .option import Option

SECTION = "rules"


@dataclass(frozen=True, slots=True)
class RuleOption:
    """One rule as it is configured. `unit` of its limit: "", "ms", "%" or "bytes"; None for a rule without a limit."""

    key: str
    default: str
    words: str
    unit: str | None = None

    @property
    def name(self) -> str:
        """What events and incidents call it."""
        return self.key.replace("_", "-")


RULE_OPTIONS: tuple[RuleOption, ...] = (
    RuleOption("server_down", "for 1m", "A server gives no answer; critical if it leaves no further server to lose."),
    RuleOption("quorum_at_risk", "for 30s", "One more failure would lose the quorum, for longer than a restart."),
    RuleOption("no_leader", "for 5s", "No server leads. Critical."),
    RuleOption("several_leaders", "for 10s", "Several servers say that they lead. Critical."),
    RuleOption("election", "on", "A leader was elected in the last 5 minutes, or a server looked for one."),
    RuleOption("followers_behind", "for 1m", "The leader has fewer followers in step than a quorum needs."),
    RuleOption("pending_syncs", "0 for 1m", "More followers than this are waiting to be brought up to date.", ""),
    RuleOption("average_latency", "100 / 1000 for 1m", "Average latency in ms.", "ms"),
    RuleOption("outstanding_requests", "20 / 50 for 1m", "Requests that wait in the server.", ""),
    RuleOption("fsync", "100 for 1m", "Milliseconds of each second spent writing the transaction log to disk.", "ms"),
    RuleOption("snapshot", "100", "Milliseconds of each second, over 5 minutes, spent writing snapshots.", "ms"),
    RuleOption("snapshot_errors", "0", "Snapshots that failed in the last 5 minutes.", ""),
    RuleOption("connections_rejected", "0", "Connections refused in the last 5 minutes (maxClientCnxns).", ""),
    RuleOption("watches", "10000 for 1m", "Watches on a server.", ""),
    RuleOption("znodes", "1000000 for 1m", "Znodes.", ""),
    RuleOption("data_size", "1GiB for 1m", "About how much data the znodes have.", "bytes"),
    RuleOption("file_descriptors", "85% for 1m", "Open files, of those that the process may open.", "%"),
    RuleOption("heap", "80% for 5m", "Used heap, where the server tells it.", "%"),
    RuleOption("jvm_deadlock", "off / 0", "Deadlocked threads, where the server tells them.", ""),
    RuleOption("jvm_pauses", "1000 / 10000", "Milliseconds in the last 5 minutes in which the JVM stood still.", "ms"),
    RuleOption("integrity", "off / 0", "Digest mismatches and unrecoverable errors in the last 5 minutes.", ""),
    RuleOption("diverged", "on", "Two servers' data differs at the same transaction. Critical."),
    RuleOption("throttling", "0", "Requests throttled, dropped or rejected in the last 5 minutes.", ""),
    RuleOption("connection_drops", "0% for 1m", "How likely the server drops a new connection.", "%"),
    RuleOption("restarted", "on", "A server has started again in the last 5 minutes. For information."),
    RuleOption("drift", "for 1m", "Versions or settings differ between the servers. For information."),
    RuleOption("zxid_lag", "1000 for 1m", "Transactions that a server is behind the leader. For information.", ""),
)
RULES: Mapping[str, RuleOption] = {option.name: option for option in RULE_OPTIONS}

OPTIONS: tuple[Option, ...] = tuple(Option(SECTION, rule.key, rule.default, rule.words) for rule in RULE_OPTIONS)
WORDS = (
    "The rules on what the servers say of themselves. A rule is off, or LIMIT for DURATION: it fires when the limit is"
    " exceeded for so long. LIMIT / LIMIT is for warning and critical; off in the place of one leaves that out."
    " [rules:CLUSTER] takes every one of them, for that cluster alone."
)
