"""The rules on what servers say of themselves: when they fire, when they resolve, and what they say then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.bus import Bus
from tests.support.samples import sample
from zkdash.config import rule_options
from zkdash.config.ini import read
from zkdash.config.rule_options import RULES
from zkdash.config.rules import RuleConfig, RulesConfig, defaults, parse, rules_config
from zkdash.ensemble.rules import STALE_MS, Held, Reading, step
from zkdash.ensemble.ruling import RuleService
from zkdash.ensemble.sample import Role, Sample, Server
from zkdash.ensemble.verdict import Health, Verdict
from zkdash.ensemble.view import View
from zkdash.zookeeper.states import Cause, Observation, Severity

NAMES = ("zk1:2181", "zk2:2181", "zk3:2181")
SERVERS = tuple(Server(name, name.split(":")[0], 2181) for name in NAMES)
WELL = Verdict(Health.HEALTHY, "well", leader=NAMES[0], followers=NAMES[1:], voters=3, quorum_size=2, may_fail=1)
KEY = ("average-latency", NAMES[0])
READINGS = st.sampled_from([Reading(True), Reading(False), Reading(None), Reading(True, Severity.CRITICAL)])


class Desk:
    """Rules at work on made-up views, and what they put into the log."""

    def __init__(self, config: RulesConfig | None = None, *open_rules: tuple[str, str, str, Severity, int]) -> None:
        self.recorded: list[Observation] = []
        self.now = 1_000_000_000
        self.open = open_rules
        self.config = config or RulesConfig(defaults(), {})
        self.service: RuleService | None = None

    async def start(self) -> Desk:
        async def firing() -> tuple[tuple[str, str, str, Severity, int], ...]:
            return self.open

        self.service = RuleService(
            Bus(), self.config, latest=lambda name: None, record=self.recorded.append, firing=firing
        )
        await self.service.start()
        return self

    def see(self, seconds: float = 15, verdict: Verdict = WELL, gone: tuple[str, ...] = (), **metrics: float) -> None:
        """A full round, some seconds later, in which all servers say the same."""
        assert self.service is not None
        self.now += round(seconds * 1000)
        roles = dict.fromkeys(NAMES, Role.FOLLOWER) | {NAMES[0]: Role.LEADER}
        samples = {
            name: sample(self.now, name, role=roles[name], ok=name not in gone, metrics={} if name in gone else metrics)
            for name in NAMES
        }
        self.service.judge(view(samples, verdict), list(samples.values()), self.now)

    def said(self) -> list[tuple[str, str, Cause]]:
        return [(one.rule, one.subject, one.cause) for one in self.recorded]


def view(samples: Mapping[str, Sample], verdict: Verdict = WELL) -> View:
    return View("prod", SERVERS, samples, samples, verdict)


def rules_of(path: Path, text: str, *clusters: str) -> tuple[RulesConfig, list[str]]:
    path = path / "zkdash.conf"
    path.write_text(text)
    document = read([path], {})
    return rules_config(document, clusters), [str(mistake) for mistake in document.mistakes]


@given(st.lists(st.tuples(READINGS, st.integers(1, 100_000)), max_size=30), st.sampled_from([0.0, 15.0, 60.0]))
def test_a_rule_fires_and_resolves_by_turns_and_never_for_what_is_not_known(
    seen: list[tuple[Reading, int]], for_s: float
) -> None:
    held: dict[tuple[str, str], Held] = {}
    now, firing, true_since, last_true = 0, False, None, 0
    for reading, passed in seen:
        now += passed
        held, changes = step(held, {KEY: reading}, {KEY[0]: RuleConfig(1.0, 2.0, for_s)}, NAMES, now)
        if reading.true is None:
            assert changes == ()
            continue
        if reading.true and (true_since is None or (not firing and now - last_true > STALE_MS)):
            true_since = now
        last_true = now if reading.true else last_true
        for change in changes:
            if change.firing and firing:
                assert change.severity is Severity.CRITICAL  # it got worse
            elif change.firing:
                assert true_since is not None
                assert now - true_since >= for_s * 1000
            else:
                assert firing
            firing = change.firing
        if reading.true is False:
            true_since = None
            assert not firing
        elif true_since is not None and now - true_since >= for_s * 1000:
            assert firing


async def test_every_default_is_quiet_on_a_healthy_ensemble() -> None:
    desk = await Desk().start()
    for number in range(60):
        desk.see(avg_latency=1, outstanding_requests=0, cnt_election_time=1, sum_fsynctime=20 * number, znode_count=9)
    assert desk.said() == []


async def test_a_calm_cluster_is_judged_anew_when_something_may_have_changed_and_only_then() -> None:
    desk = await Desk().start()
    assert desk.service is not None
    now = view({name: sample(desk.now, name, metrics={"avg_latency": 1}) for name in NAMES})
    desk.service._latest = lambda name: now
    judged: list[int] = []
    real = desk.service.judge
    desk.service.judge = lambda *args: (judged.append(1), real(*args))[1]  # type: ignore[method-assign,assignment]  # a spy

    def told(verdict: Verdict, **said: bool) -> int:
        nonlocal now
        now = replace(now, verdict=verdict)
        judged.clear()
        desk.service._on_sampled("", "prod", [sample(desk.now, NAMES[0], **({"full": False} | said))])
        return len(judged)

    worse = replace(WELL, may_fail=0)
    assert [told(WELL, full=True), told(WELL), told(WELL)] == [1, 0, 0]
    assert [told(WELL, ok=False), told(WELL, full=True), told(WELL)] == [1, 1, 0]
    assert [told(worse), told(worse), told(WELL)] == [1, 1, 1]
    desk.service.reload(desk.config)
    assert [told(WELL), told(WELL)] == [1, 0]


async def test_a_high_latency_fires_after_its_time_says_why_and_resolves() -> None:
    desk = await Desk().start()
    began = desk.now + 15_000
    for _ in range(4):
        desk.see(avg_latency=250)
    assert desk.said() == []
    desk.see(avg_latency=250)
    assert desk.said() == [("average-latency", name, Cause.FIRING) for name in NAMES]
    reason = desk.recorded[0].reason
    assert "zk1:2181: the average latency is 250 ms (limit 100, for 1 m), since 1970-01-12T" in reason
    assert "Look at outstanding requests, fsync time" in reason
    assert desk.service is not None
    assert desk.service.firing("prod")[KEY].since == began
    desk.see(avg_latency=3)
    assert desk.said()[3:] == [("average-latency", name, Cause.RESOLVED) for name in NAMES]
    assert "3 ms" in desk.recorded[3].reason


async def test_what_gets_worse_is_told_again_and_what_gets_better_is_not() -> None:
    desk = await Desk().start()
    for latency in (*[150] * 5, 2000, 150):
        desk.see(avg_latency=latency)
    assert [one.severity for one in desk.recorded if one.subject == NAMES[0]] == [Severity.WARNING, Severity.CRITICAL]


async def test_a_server_that_is_gone_is_not_well_again() -> None:
    desk = await Desk().start()
    for _ in range(5):
        desk.see(avg_latency=250)
    before = len(desk.recorded)
    down = replace(WELL, health=Health.AT_RISK, silent=(NAMES[0],), leader=NAMES[1], may_fail=0)
    for _ in range(6):
        desk.see(avg_latency=250, verdict=down, gone=(NAMES[0],))
    said = {(one.rule, one.subject): one.severity for one in desk.recorded[before:]}
    assert said == {("server-down", NAMES[0]): Severity.CRITICAL, ("quorum-at-risk", ""): Severity.WARNING}


@pytest.mark.parametrize(
    ("rule", "metric"),
    [
        ("integrity", "digest_mismatches_count"),
        ("throttling", "throttled_ops"),
        ("connections-rejected", "connection_rejected"),
    ],
)
async def test_any_increase_of_what_should_never_be_fires_and_is_over_after_five_quiet_minutes(
    rule: str, metric: str
) -> None:
    desk = await Desk().start()
    for value in (5, 5, 6):
        desk.see(**{metric: value})
    assert {one for one in desk.said() if one[1] == NAMES[0]} == {(rule, NAMES[0], Cause.FIRING)}
    for _ in range(18):
        desk.see(**{metric: 6})
    assert len(desk.said()) == 3
    for _ in range(3):
        desk.see(**{metric: 6})
    assert desk.said()[3:] == [(rule, name, Cause.RESOLVED) for name in NAMES]


async def test_a_counter_that_a_restart_sets_back_does_not_fire() -> None:
    desk = await Desk().start()
    for value in (900, 900, 0, 0):
        desk.see(throttled_ops=value)
    assert desk.said() == []


async def test_an_election_fires_once_for_the_cluster_by_the_servers_that_saw_it() -> None:
    desk = await Desk().start()
    for value in (1, 1, 2, 2):
        desk.see(cnt_election_time=value)
    assert desk.said() == [("election", "", Cause.FIRING)]
    assert "zk1:2181, zk2:2181, zk3:2181" in desk.recorded[0].reason


async def test_nobody_who_leads_is_critical_and_nothing_known_is_not() -> None:
    desk = await Desk().start()
    lost = Verdict(Health.NO_QUORUM, "no quorum", looking=NAMES, voters=3, quorum_size=2, may_fail=-1)
    for _ in range(3):
        desk.see(verdict=Verdict(Health.UNKNOWN, "nobody answers", unknown=NAMES), gone=NAMES)
    assert desk.said() == []
    for _ in range(3):
        desk.see(verdict=lost)
    assert ("no-leader", "", Cause.FIRING) in desk.said()
    assert next(one for one in desk.recorded if one.rule == "no-leader").severity is Severity.CRITICAL


async def test_what_fired_when_zkdash_stopped_is_not_told_twice_and_is_resolved_when_it_is_over() -> None:
    desk = await Desk(None, ("prod", *KEY, Severity.WARNING, 5), ("prod", "lost", "", Severity.CRITICAL, 5)).start()
    desk.see(gone=(NAMES[0],))
    assert desk.said() == []
    for _ in range(9):
        desk.see(avg_latency=250)
    assert [one for one in desk.said() if one[1] == NAMES[0]] == []
    desk.see(avg_latency=2)
    assert (*KEY, Cause.RESOLVED) in desk.said()


async def test_a_rule_that_is_switched_off_and_a_server_that_is_gone_for_good_resolve() -> None:
    desk = await Desk(
        None, ("prod", *KEY, Severity.WARNING, 5), ("prod", "server-down", "old:2181", Severity.CRITICAL, 5)
    ).start()
    assert desk.service is not None
    desk.service.reload(RulesConfig(defaults() | {"average-latency": None}, {}))
    desk.see(avg_latency=250)
    assert {one.reason for one in desk.recorded} == {
        "The rule is off.", "The server is not part of the ensemble any more.",
    }  # fmt: skip


def test_rules_are_changed_and_switched_for_all_and_for_one_cluster(tmp_path: Path) -> None:
    text = (
        "[rules]\naverage_latency = 50 for 30s\nheap = off\n[rules:prod]\nznodes = 5\ndata_size = off / 2 GiB for 1h\n"
    )
    config, mistakes = rules_of(tmp_path, text, "prod")
    assert mistakes == []
    assert config.of("dev")["average-latency"] == RuleConfig(50.0, None, 30.0)
    assert config.of("dev")["znodes"] == defaults()["znodes"]
    assert config.of("prod")["average-latency"] == RuleConfig(50.0, None, 30.0)
    assert config.of("prod")["znodes"] == RuleConfig(5.0, None, 60.0)
    assert config.of("prod")["data-size"] == RuleConfig(None, 2.0**31, 3600.0)
    assert config.of("prod")["heap"] is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("average_latency = fast", "write off, on, or LIMIT for DURATION, such as 100 / 1000 for 1m"),
        ("average_latency = 10 / 5", "the limit for critical comes second"),
        ("average_latency = 10 for ever", "write a duration from 0s to 24h"),
        ("file_descriptors = 120%", "such as 85% for 1m"),
        ("server_down = 3 for 1m", "this rule has no limit"),
        ("znodes = off / off", "off alone takes the rule away"),
        ("znodes = -1", "such as 1000000 for 1m"),
    ],
)
def test_a_rule_that_is_configured_wrongly_is_named_with_what_is_allowed(tmp_path: Path, line: str, said: str) -> None:
    _, mistakes = rules_of(tmp_path, f"[rules]\n{line}\n")
    assert len(mistakes) == 1
    assert said in mistakes[0]
    assert line.partition(" ")[0] in mistakes[0]


def test_rules_of_a_cluster_that_is_not_there_are_a_mistake(tmp_path: Path) -> None:
    _, mistakes = rules_of(tmp_path, "[rules:prdo]\nheap = off\n", "prod")
    assert len(mistakes) == 1
    assert "there is no cluster prdo; there are prod" in mistakes[0]


@given(st.text(max_size=20), st.sampled_from(sorted(RULES)))
def test_no_text_makes_a_rule_raise_anything_but_a_plain_mistake(text: str, rule: str) -> None:
    try:
        config = parse(RULES[rule], text)
    except ValueError:
        return
    assert config is None or config.for_s >= 0


def test_every_rule_has_a_default_that_means_something() -> None:
    assert all(config is not None for config in defaults().values())
    assert len(rule_options.OPTIONS) == len(RULES)
