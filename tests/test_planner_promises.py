"""Whatever happens in whatever order: what was told first, what is told twice, and what stays untold."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.observations import T0
from tests.support.past import Story, rule, to
from tests.test_planner import EVERYTHING, silence
from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.mutes import Hold
from zkdash.config import AlertingConfig

DAY_MS = 86_400_000
ROUTES = (
    to("all", on=EVERYTHING, escalate_after_s=900.0, escalate_to="boss", repeat_interval_s=None),
    to("lost", repeat_interval_s=None),
    to("slow", on=EVERYTHING, for_s=20.0, group_wait_s=45.0, group_interval_s=60.0, repeat_interval_s=None),
    to("boss", clusters=("nobody",), repeat_interval_s=None),
)

clusters = st.sampled_from(["a", "b"])
steps = st.one_of(
    st.tuples(st.sampled_from(["lose", "regain", "suspend", "fire", "clear"]), clusters),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 1.0, 7.0, 31.0, 700.0])),
    st.tuples(st.just("clock"), st.sampled_from([-DAY_MS, -5_000, 5_000, 3_600_000])),
    st.tuples(st.sampled_from(["silence", "speak", "hold", "let go", "acknowledge"]), st.none()),
)


def play(taken: list[tuple[str, object]]) -> Story:
    story = Story(*ROUTES, alerting=AlertingConfig(flap_changes=5))
    past = story.past
    for what, how in taken:
        match what:
            case "lose":
                story.lose(str(how))
            case "regain":
                story.regain(str(how))
            case "suspend":
                story.suspend(str(how))
            case "fire" | "clear":
                story.see(rule(str(how), "server-down", fires=what == "fire"))
            case "wait":
                story.at((past.at - T0) / 1000 + float(str(how)))
            case "clock":
                past.at += int(str(how))
            case "silence":
                past.silences = [silence(-10 * DAY_MS, 10 * DAY_MS, clusters=("a",))]
            case "speak":
                past.silences = []
            case "hold":
                past.hold = Hold("no network", past.at)
            case "let go":
                past.hold = None
            case "acknowledge":
                for incident in [one for one in past.incidents.values() if one.is_open][:1]:
                    past.acknowledge(incident.id)
        past.look()
    return story


def come_to_rest(story: Story) -> None:
    """All that mutes ends, and two days pass."""
    story.past.silences, story.past.hold = [], None
    story.past.look()
    story.past.run_until(story.past.at + 2 * DAY_MS)


def told_of(story: Story, incident: Incident, route: str) -> list[DeliveryKind]:
    return [
        kind
        for _, name, kind, told in story.past.messages
        if name == route and incident.id in {one.id for one in told}
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=25))
def test_nothing_is_told_as_over_before_it_is_told_as_wrong_nor_twice_without_need(
    taken: list[tuple[str, object]],
) -> None:
    story = play(taken)
    come_to_rest(story)
    for incident in story.past.incidents.values():
        for route in ROUTES:
            kinds = told_of(story, incident, route.name)
            assert DeliveryKind.RESOLVED not in kinds[:-1]
            assert kinds != [DeliveryKind.RESOLVED]
            counted = Counter(kinds)
            assert counted[DeliveryKind.FIRING] + counted[DeliveryKind.ESCALATION] <= 1
            assert counted[DeliveryKind.REPEAT] <= counted[DeliveryKind.FLAPPING]


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=25))
def test_nothing_that_goes_on_stays_untold_and_nothing_told_stays_open(taken: list[tuple[str, object]]) -> None:
    story = play(taken)
    come_to_rest(story)
    gone = {one.cluster for one in story.past.tracker.open.values() if one.rule in ("lost", "never-connected")}
    for incident in story.past.incidents.values():
        for route in ("all", "slow"):
            kinds = told_of(story, incident, route)
            if incident.is_open and (incident.cluster not in gone or incident.rule == "lost"):
                assert kinds, (incident, route)
            if kinds and not incident.is_open:
                assert kinds[-1] is DeliveryKind.RESOLVED
