"""Availability adds up, and what nobody watched is neither up nor down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zkdash.ensemble.availability import availability, outages_of
from zkdash.timeline.segments import Segment
from zkdash.zookeeper.states import State

UP, SUSPENDED, LOST = State.CONNECTED, State.SUSPENDED, State.LOST
PATIENCE_MS = 10


def lane(*parts: tuple[State | None, int], start: int = 0) -> list[Segment]:
    """Segments one after the other, each of a state and a length."""
    made = []
    for number, (state, length) in enumerate(parts, 1):
        made.append(Segment(state, start, start + length, None if state is None else number))
        start += length
    return made


def test_an_outage_is_from_the_suspension_to_the_recovery() -> None:
    told = availability(lane((UP, 100), (SUSPENDED, 5), (LOST, 15), (UP, 80)), 0, 200)
    assert (told.up_ms, told.suspended_ms, told.lost_ms, told.unknown_ms) == (180, 5, 15, 0)
    assert told.ratio == 0.9
    (outage,) = told.outages
    assert (outage.start, outage.end, outage.lost, outage.ended, outage.event_id) == (100, 120, True, True, 2)


def test_unknown_time_counts_neither_as_up_nor_as_down() -> None:
    told = availability(lane((None, 600), (UP, 300), (LOST, 100)), 0, 1000)
    assert (told.ratio, told.known) == (0.75, 0.4)
    assert told.unknown_ms == 600


def test_nothing_known_is_no_number() -> None:
    told = availability([], 0, 1000)
    assert (told.ratio, told.known, told.unknown_ms, told.outages) == (None, 0.0, 1000, ())
    assert availability(lane((None, 1000)), 0, 1000).ratio is None


def test_the_first_connection_of_zkdash_is_no_outage_but_a_cluster_that_never_answers_is() -> None:
    told = availability(lane((None, 50), (LOST, 10), (UP, 40)), 0, 100, PATIENCE_MS)
    assert (told.ratio, told.unknown_ms, told.outages) == (1.0, 60, ())
    told = availability(lane((None, 50), (LOST, 11), (UP, 39)), 0, 100, PATIENCE_MS)
    assert (told.lost_ms, len(told.outages)) == (11, 1)


def test_an_outage_whose_end_nobody_saw_says_so() -> None:
    told = availability(lane((UP, 10), (LOST, 20), (None, 30), (UP, 40), (SUSPENDED, 50)), 0, 150)
    goes_on, unseen = told.outages
    assert (goes_on.start, goes_on.end, goes_on.ended, goes_on.lost) == (100, 150, False, False)
    assert (unseen.start, unseen.end, unseen.ended, unseen.lost) == (10, 30, False, True)


def test_an_outage_that_began_before_the_window_counts_from_its_beginning() -> None:
    told = availability(lane((UP, 100), (LOST, 100), (UP, 100)), 150, 300)
    (outage,) = told.outages
    assert (outage.start, outage.end, outage.lasted_ms, told.down_ms) == (150, 200, 50, 50)
    assert availability(lane((LOST, 100), (UP, 100)), 100, 200).outages == ()


@given(
    st.lists(st.tuples(st.sampled_from([*State, None]), st.integers(1, 1000)), max_size=20),
    st.integers(0, 5000),
    st.integers(1, 20_000),
)
def test_the_sums_are_the_window_and_the_outages_are_the_time_down(
    parts: list[tuple[State | None, int]], since: int, span: int
) -> None:
    drawn = lane(*parts)
    told = availability(drawn, since, since + span, PATIENCE_MS)
    assert told.up_ms + told.down_ms + told.unknown_ms == span
    assert sum(each.lasted_ms for each in told.outages) == told.down_ms
    assert told.ratio is None or 0 <= told.ratio <= 1
    assert all(one.end <= other.start for other, one in zip(told.outages, told.outages[1:], strict=False))
    assert [each.start for each in outages_of(drawn)] == sorted(each.start for each in outages_of(drawn))
