"""Lanes: what is drawn where, and what is said of it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zkdash.timeline.segments import Segment
from zkdash.web.lanes import DRAWN, MAX_BARS, Stretch, axis, bars, in_words, stretches, with_present
from zkdash.zookeeper.states import State

HOUR = 3_600_000
WORDS = st.sampled_from(DRAWN)


@st.composite
def lanes(draw: st.DrawFn) -> tuple[Stretch, ...]:
    """A lane without gaps from 0 on."""
    start, made = 0, []
    for length in draw(st.lists(st.integers(1, 10_000), min_size=1, max_size=30)):
        made.append(Stretch(draw(WORDS), start, start + length))
        start += length
    return tuple(made)


def lane_of(*words: str, length: int = 1) -> tuple[Stretch, ...]:
    return tuple(Stretch(word, i * length, (i + 1) * length) for i, word in enumerate(words))


def test_bars_stand_where_their_time_is_and_trouble_on_top() -> None:
    lane = (Stretch("lost", 0, 25), Stretch("connected", 25, 75), Stretch("suspended", 75, 100))
    assert [(bar.stretch.word, bar.x, bar.width) for bar in bars(lane, 0, 100)] == [
        ("connected", 25.0, 50.0),
        ("suspended", 75.0, 25.0),
        ("lost", 0.0, 25.0),
    ]


def test_a_short_outage_can_be_seen() -> None:
    lane = (Stretch("connected", 0, HOUR), Stretch("lost", HOUR, HOUR + 1), Stretch("connected", HOUR + 1, 2 * HOUR))
    assert bars(lane, 0, 2 * HOUR)[-1].width >= 0.3


def test_a_live_lane_runs_on_in_its_present_state() -> None:
    for lasted in (0, 1, 1000):  # from its very first millisecond
        lane = (Stretch("connected", 0, HOUR), Stretch("lost", HOUR, HOUR + lasted))
        last = bars(lane, 0, HOUR + lasted, runs_on=True)[-1]
        assert last.stretch.word == "lost"
        assert last.x < 100 < last.x + last.width


def test_the_present_state_is_shown_though_it_was_not_recorded() -> None:
    recorded = (Stretch("unknown", 0, 10), Stretch("connected", 10, 100, 1))
    assert with_present(recorded, "lost", 60, 100) == (
        Stretch("unknown", 0, 10),
        Stretch("connected", 10, 60, 1),
        Stretch("lost", 60, 100),
    )
    assert with_present((), "suspended", 60, 100) == (Stretch("suspended", 60, 100),)
    assert with_present(recorded, "connected", 10, 120)[-1] == Stretch("connected", 10, 120, 1)


def test_zkdashs_own_first_connection_is_no_loss() -> None:
    lane = (
        Segment(None, 0, 10),
        Segment(State.LOST, 10, 20),
        Segment(State.CONNECTED, 20, 30),
        Segment(State.LOST, 30, 35, 7),
    )
    assert [each.word for each in stretches(lane, 10)] == ["unknown", "connecting", "connected", "lost"]
    assert [each.word for each in stretches(lane, 9)] == ["unknown", "lost", "connected", "lost"]
    assert stretches(lane, 9)[-1] == Stretch("lost", 30, 35, 7)


def test_a_lane_in_words_adds_up_what_it_shows() -> None:
    lane = (
        Stretch("unknown", 0, HOUR),
        Stretch("connected", HOUR, 2 * HOUR),
        Stretch("lost", 2 * HOUR, 2 * HOUR + 60_000),
        Stretch("connected", 2 * HOUR + 60_000, 3 * HOUR),
        Stretch("lost", 3 * HOUR, 3 * HOUR + 60_000),
    )
    assert in_words(lane, 0, 4 * HOUR) == "lost 2 min (2 times), unknown 1 h, connected 1 h 59 min"
    assert in_words((), 0, HOUR) == "nothing recorded"


@given(lanes())
def test_bars_fill_the_lane(lane: tuple[Stretch, ...]) -> None:
    made = sorted(bars(lane, 0, lane[-1].end), key=lambda bar: bar.stretch.start)
    assert made[0].x == 0
    for one, following in pairwise(made):
        assert one.x + one.width >= following.x - 0.01
    assert made[-1].x + made[-1].width >= 99.99


@given(st.lists(WORDS, min_size=MAX_BARS + 1, max_size=MAX_BARS * 3), st.integers(1, 1000), st.booleans())
def test_a_flapping_cluster_is_drawn_in_few_bars_that_hide_no_loss(
    words: list[str], length: int, runs_on: bool
) -> None:
    lane = lane_of(*words, length=length)
    made = bars(lane, 0, lane[-1].end, runs_on)
    assert len(made) <= MAX_BARS + 2
    lost = [bar.stretch for bar in made if bar.stretch.word == "lost"]
    assert all(any(bar.start <= each.start < bar.end for bar in lost) for each in lane if each.word == "lost")
    assert not runs_on or made[-1].stretch.word == words[-1]


def test_the_axis_has_a_handful_of_round_times() -> None:
    for span in (15 * 60_000, HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR, 400 * 24 * HOUR):
        ticks = axis(HOUR * 1000 + 123, HOUR * 1000 + 123 + span)
        assert 2 <= len(ticks) <= 7
        assert all(0 <= tick.x <= 100 for tick in ticks)
        assert len(axis(0, span, runs_on=True)) >= len(axis(0, span)) * 1.5
    assert [tick.text for tick in axis(0, HOUR)] == ["00:00", "00:10", "00:20", "00:30", "00:40", "00:50", "01:00"]
