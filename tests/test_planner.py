"""Who is told what, and when: on a clock that runs as fast as it can."""

from __future__ import annotations

import pytest

from tests.support.observations import T0, lost, notice, starting
from tests.support.past import Story, rule, to
from zkdash.alerts.mutes import Hold
from zkdash.alerts.silence import Matchers, Silence, Source
from zkdash.config import AlertingConfig
from zkdash.config.windows import windows
from zkdash.zookeeper.states import Cause, Severity

HOUR = 3600
EVERYTHING = frozenset({"*"})


def silence(start: float, end: float | None, window: str = "", **matchers: tuple[str, ...]) -> Silence:
    ends_at = None if end is None else T0 + round(end * 1000)
    return Silence(
        1, Matchers(**matchers), T0 + round(start * 1000), ends_at, window, "upgrade", "ada", Source.PAGE, T0
    )


def test_a_loss_and_its_recovery_are_told_at_once() -> None:
    story = Story().lose("a").at(42).regain("a").at(HOUR)
    assert story.told == [(0, "ops", "firing", ["a lost"]), (42, "ops", "resolved", ["a lost"])]


def test_what_is_over_before_it_could_be_told_is_told_all_the_same_if_it_was_to_be_told_at_once() -> None:
    story = Story().lose("a").at(0.2).lose("b").at(0.5).regain("b").at(HOUR)
    assert story.told == [
        (0, "ops", "firing", ["a lost"]),
        (1, "ops", "firing", ["b lost"]),
        (1, "ops", "resolved", ["b lost"]),
    ]


@pytest.mark.parametrize("spread_s", [0, 0.9])
def test_200_clusters_lost_in_the_same_second_are_few_messages(spread_s: float) -> None:
    story = Story()
    for number in range(200):
        story.at(spread_s * number / 200).lose(f"c{number}")
    story.at(60)
    assert len(story.told) <= 3
    assert sum(len(what) for *_, what in story.told) == 200
    story.at(100)
    for number in range(200):
        story.at(100 + spread_s * number / 200).regain(f"c{number}")
    story.at(HOUR)
    assert [kind for _, kind in story.kinds].count("resolved") <= 3
    assert len(story.told) <= 6


def test_200_clusters_lost_within_a_minute_are_no_storm() -> None:
    story = Story()
    for number in range(200):
        story.at(number * 0.3).lose(f"c{number}")
    story.at(120)
    assert len(story.told) <= 16
    assert sum(len(what) for *_, what in story.told) == 200


def test_what_is_over_in_part_is_gathered_and_what_is_over_in_whole_is_told_at_once() -> None:
    story = Story().lose("a").at(0.1).lose("b", "c", "d").at(10).regain("b").at(20).regain("c").at(400)
    assert story.told[2:] == [(310, "ops", "resolved", ["b lost", "c lost"])]
    story.regain("d").at(HOUR)
    assert story.told[3:] == [(400, "ops", "resolved", ["d lost"])]


def test_the_end_of_one_is_told_before_the_next_of_its_kind() -> None:
    story = Story().lose("a").at(0.1).lose("b", "c").at(10).regain("b").at(20).lose("b").at(30)
    assert story.told[2:] == [(20, "ops", "resolved", ["b lost"]), (20, "ops", "firing", ["b lost"])]


def test_what_is_not_critical_waits_for_its_group_and_is_not_told_if_it_is_over_by_then() -> None:
    story = Story(to(on=EVERYTHING)).see(rule("a", "server-down")).at(10).see(rule("b", "server-down"))
    story.at(20).see(rule("a", "server-down", fires=False)).at(HOUR)
    assert story.told == [(40, "ops", "firing", ["b server-down"])]
    assert story.why[0] == "it was over before its time to be told had come"


def test_a_group_is_told_when_the_first_of_it_has_waited_for_long_enough() -> None:
    story = Story(to(on=EVERYTHING, group_wait_s=30.0)).see(rule("a", "x")).at(25).see(rule("b", "x")).at(HOUR)
    assert story.told == [(30, "ops", "firing", ["a x", "b x"])]


def test_a_cluster_that_is_suspended_for_longer_than_its_time_is_an_incident() -> None:
    story = Story(to(on=EVERYTHING, group_wait_s=0.0)).suspend("a").at(4.9).regain("a").at(60)
    assert story.told == []
    story.suspend("a").at(100).regain("a").at(HOUR)
    assert story.told == [(65, "ops", "firing", ["a suspended"]), (100, "ops", "resolved", ["a suspended"])]


def test_a_loss_takes_over_from_a_suspension() -> None:
    story = Story(to(on=EVERYTHING, group_wait_s=0.0)).suspend("a").at(10).lose("a").at(HOUR)
    assert story.told == [
        (5, "ops", "firing", ["a suspended"]),
        (10, "ops", "resolved", ["a suspended"]),
        (10, "ops", "firing", ["a lost"]),
    ]
    assert story.past.incidents[-1].resolved_why == "it counts as lost now"


def test_a_cluster_that_was_never_connected_to_and_then_refuses_is_one_incident() -> None:
    story = Story().see(starting("a"), notice("a", Cause.NEVER_CONNECTED), notice("a", Cause.AUTH_FAILED))
    story.at(10).regain("a").at(HOUR)
    assert story.told == [(0, "ops", "firing", ["a never-connected"]), (10, "ops", "resolved", ["a never-connected"])]


def test_a_session_that_was_replaced_is_told_as_the_loss_that_was_missed() -> None:
    story = Story().see(lost("a", cause=Cause.NEW_SESSION)).regain("a").at(HOUR)
    assert [(kind, what) for _, _, kind, what in story.told] == [
        ("firing", ["a session-replaced"]),
        ("resolved", ["a session-replaced"]),
    ]


def test_two_hours_of_flapping_are_a_handful_of_messages_and_then_the_truth() -> None:
    story = Story()
    for minute in range(0, 120):
        story.at(60 * minute).lose("a").at(60 * minute + 30).regain("a")
    story.at(5 * HOUR)
    kinds = [kind for _, kind in story.kinds]
    assert kinds == ["firing", "resolved", "firing", "resolved", "firing", "flapping", "resolved"]
    assert story.kinds[-1][0] == 7170 + 600
    assert story.past.incidents[-3].resolved_why == "it came and went, and has been calm since"


def test_what_still_fires_when_it_has_calmed_down_is_told_again() -> None:
    story = Story()
    for minute in range(3):
        story.at(60 * minute).lose("a").at(60 * minute + 30).regain("a")
    story.at(200).lose("a").at(2 * HOUR)
    assert story.kinds[-2:] == [(150, "flapping"), (800, "repeat")]
    story.regain("a").at(3 * HOUR)
    assert story.kinds[-1] == (2 * HOUR, "resolved")


def test_what_goes_on_is_told_again_unless_it_is_acknowledged() -> None:
    story = Story().lose("a").at(9 * HOUR)
    assert story.kinds == [(0, "firing"), (4 * HOUR, "repeat"), (8 * HOUR, "repeat")]
    story.past.acknowledge(-1)
    story.at(30 * HOUR)
    assert len(story.told) == 3
    story.regain("a").at(31 * HOUR)
    assert story.kinds[3:] == [(30 * HOUR, "resolved")]
    assert Story(to(repeat_interval_s=None)).lose("a").at(100 * HOUR).kinds == [(0, "firing")]


def test_what_nobody_acknowledges_is_escalated_once_and_its_end_is_told_to_both() -> None:
    routes = to(escalate_after_s=900.0, escalate_to="boss"), to("boss", clusters=("none",))
    story = Story(*routes).lose("a").at(2000).regain("a").at(2 * HOUR)
    assert story.told == [
        (0, "ops", "firing", ["a lost"]),
        (900, "boss", "escalation", ["a lost"]),
        (2000, "boss", "resolved", ["a lost"]),
        (2000, "ops", "resolved", ["a lost"]),
    ]
    story = Story(*routes).lose("a").at(800)
    story.past.acknowledge(-1)
    assert story.at(2 * HOUR).kinds == [(0, "firing")]


def test_a_silence_that_ends_in_the_middle_of_an_incident_lets_it_be_told() -> None:
    story = Story(silences=(silence(0, 600, clusters=("a*",)),)).lose("a1", "b").at(300).lose("a2").at(400)
    story.regain("a2").at(HOUR)
    assert story.told == [(0, "ops", "firing", ["b lost"]), (600, "ops", "firing", ["a1 lost"])]
    assert story.why[2] == "it was over while silenced by ada: upgrade"


def test_who_was_told_before_a_silence_is_told_that_it_is_over() -> None:
    story = Story(silences=(silence(10, 600, clusters=("a",)),)).lose("a").at(300).regain("a").at(HOUR)
    assert story.kinds == [(0, "firing"), (300, "resolved")]


@pytest.mark.parametrize(
    ("matchers", "told"),
    [
        ({"rules": ("server-*",)}, []),
        ({"subjects": ("zk1:*",)}, []),
        ({"severities": ("warning",)}, []),
        ({"severities": ("critical",)}, ["firing"]),
        ({"rules": ("server-*",), "clusters": ("b",)}, ["firing"]),
    ],
)
def test_a_silence_mutes_what_all_of_its_matchers_mean(matchers: dict[str, tuple[str, ...]], told: list[str]) -> None:
    story = Story(to(on=EVERYTHING), silences=(silence(0, HOUR, **matchers),)).see(rule("a", "server-down")).at(100)
    assert [kind for _, kind in story.kinds] == told


def test_a_window_that_recurs_mutes_within_it() -> None:
    # T0 is a Sunday, 15:06:40 UTC.
    story = Story(silences=(silence(0, None, "Sun 15:00-16:00"),)).lose("a").at(2 * HOUR)
    assert story.told == [(3200, "ops", "firing", ["a lost"])]


def test_outside_its_hours_a_route_is_told_nothing_until_they_begin() -> None:
    story = (
        Story(to(hours=windows("Mon-Fri 08:00-18:00 Europe/Prague"), repeat_interval_s=None))
        .lose("a")
        .at(HOUR)
        .lose("b")
        .at(2 * HOUR)
    )
    story.regain("b").at(24 * HOUR)
    monday_at_8_s = 14 * HOUR + 53 * 60 + 20
    assert story.told == [(monday_at_8_s, "ops", "firing", ["a lost"])]


def test_a_lost_cluster_mutes_its_servers_and_what_is_still_wrong_after_it_is_told_later() -> None:
    route = to(on=frozenset({"LOST", "RECOVERED", "*"}), group_wait_s=0.0)
    story = Story(route).lose("a").at(5).see(rule("a", "server-down"), rule("b", "server-down")).at(60)
    assert [what for *_, what in story.told] == [["a lost"], ["b server-down"]]
    story.regain("a").at(HOUR)
    assert story.told[2:] == [(60, "ops", "resolved", ["a lost"]), (70, "ops", "firing", ["a server-down"])]


def test_while_zkdash_itself_may_be_the_trouble_nobody_is_told_for_five_minutes() -> None:
    story = Story()
    story.past.hold = Hold("no network", T0)
    story.lose("a", "b").at(200).regain("b").at(HOUR)
    assert story.told == [(300, "ops", "firing", ["a lost"])]


def test_when_zkdash_is_not_the_trouble_any_more_what_recovers_soon_is_not_told() -> None:
    story = Story()
    story.past.hold = Hold("no network", T0)
    story.lose("a", "b").at(100)
    story.past.hold = None
    story.past.look()
    story.at(105).regain("a").at(HOUR)
    assert story.told == [(110, "ops", "firing", ["b lost"])]


def test_a_route_is_told_only_of_what_lasts() -> None:
    story = Story(to(for_s=60.0)).lose("a", "b").at(30).regain("a").at(HOUR)
    assert story.told == [(60, "ops", "firing", ["b lost"])]


def test_a_route_may_be_told_of_recoveries_alone_or_of_losses_alone() -> None:
    story = Story(to("back", on=frozenset({"RECOVERED"})), to("gone", on=frozenset({"LOST"})))
    story.lose("a").at(10).regain("a").at(HOUR)
    assert story.told == [(0, "gone", "firing", ["a lost"]), (10, "back", "resolved", ["a lost"])]


def test_routes_choose_by_severity_and_rule() -> None:
    story = Story(
        to("bad", on=EVERYTHING, severities=frozenset({"critical"})), to("disk", on=frozenset({"disk-*"}), for_s=0.0)
    )
    story.see(rule("a", "disk-full", severity=Severity.INFO), rule("a", "x", severity=Severity.CRITICAL)).at(60)
    assert [(route, what) for _, route, _, what in story.told] == [("bad", ["a x"]), ("disk", ["a disk-full"])]


def test_a_clock_that_is_set_back_makes_nobody_wait_longer_than_ever() -> None:
    story = Story(to(on=EVERYTHING)).lose("a").see(rule("b", "x")).at(20)
    story.past.at -= 86_400_000
    story.past.look()
    story.at(20 - 86_400 + 31)
    assert [what for *_, what in story.told] == [["a lost"], ["b x"]]
    story.at(20 - 86_400 + 100).regain("a").at(20 - 86_400 + 101)
    assert story.told[-1][2:] == ("resolved", ["a lost"])


def test_a_clock_that_is_set_forward_tells_nothing_twice() -> None:
    story = Story().lose("a").at(5)
    story.past.at += 30 * 86_400_000
    story.past.look()
    story.past.look()
    assert [kind for _, kind in story.kinds] == ["firing", "repeat"]


def test_no_rule_waits_when_the_configuration_says_so() -> None:
    story = Story(to(on=EVERYTHING, group_wait_s=0.0), alerting=AlertingConfig(suspended_for_s=0)).suspend("a").at(1)
    assert story.told == [(0, "ops", "firing", ["a suspended"])]
