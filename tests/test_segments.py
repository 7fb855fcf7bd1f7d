"""Lanes: what is known of a cluster, and nothing that is not."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from zkdash.timeline.segments import ALIVE_MS, Mark, Run, Segment, segments
from zkdash.zookeeper.states import Cause, State

CONNECTED, SUSPENDED, LOST = State.CONNECTED, State.SUSPENDED, State.LOST


def mark(event_id: int, at: int, state: State, run_id: int = 1, cause: Cause = Cause.CONNECTED) -> Mark:
    return Mark(event_id, run_id, at, cause, state)


def test_a_cluster_that_nothing_is_known_of_is_unknown_throughout() -> None:
    assert segments([], [], 10, 20, 100) == (Segment(None, 10, 20),)


def test_a_state_holds_until_the_next() -> None:
    marks = [mark(1, 10, LOST), mark(2, 20, CONNECTED), mark(3, 30, SUSPENDED)]
    assert segments(marks, [Run(1, 5, 100)], 0, 40, 100) == (
        Segment(None, 0, 10),
        Segment(LOST, 10, 20, 1),
        Segment(CONNECTED, 20, 30, 2),
        Segment(SUSPENDED, 30, 40, 3),
    )


def test_a_state_from_before_the_range_reaches_into_it() -> None:
    assert segments([mark(1, 10, CONNECTED)], [Run(1, 5, 100)], 50, 60, 100) == (Segment(CONNECTED, 50, 60, 1),)


def test_a_run_that_is_alive_counts_to_the_present() -> None:
    run = Run(1, 0, alive_at=100)
    assert segments([mark(1, 10, CONNECTED)], [run], 10, 10**9, 100 + ALIVE_MS)[-1].end == 100 + ALIVE_MS
    assert segments([mark(1, 10, CONNECTED)], [run], 10, 10**9, 101 + ALIVE_MS) == (
        Segment(CONNECTED, 10, 100, 1),
        Segment(None, 100, 101 + ALIVE_MS),
    )


def test_between_two_runs_a_cluster_is_unknown_and_not_lost() -> None:
    runs = [Run(1, 0, 50), Run(2, 80, 10**6)]
    marks = [mark(1, 10, LOST), mark(2, 82, LOST, 2, Cause.STARTING), mark(3, 84, CONNECTED, 2)]
    assert segments(marks, runs, 0, 100, 10**6) == (
        Segment(None, 0, 10),
        Segment(LOST, 10, 50, 1),
        Segment(None, 50, 82),
        Segment(LOST, 82, 84, 2),
        Segment(CONNECTED, 84, 100, 3),
    )


def test_a_cluster_that_zkdash_let_go_of_is_unknown_even_while_the_process_lives() -> None:
    marks = [mark(1, 10, CONNECTED), mark(2, 20, LOST, cause=Cause.STOPPED)]
    assert segments(marks, [Run(1, 0, 100)], 10, 100, 100) == (Segment(CONNECTED, 10, 20, 1), Segment(None, 20, 100))


def test_where_the_clock_was_set_back_what_was_recorded_later_holds() -> None:
    marks = [mark(1, 50, CONNECTED), mark(2, 30, LOST), mark(3, 40, CONNECTED)]
    assert segments(marks, [Run(1, 0, 100)], 20, 60, 100) == (
        Segment(None, 20, 30),
        Segment(LOST, 30, 40, 2),
        Segment(CONNECTED, 40, 60, 3),
    )


def test_a_run_that_has_ended_in_the_future_ends_now() -> None:
    assert Run(1, 0, 500, stopped_at=500).until(100) == 100


TIMES = st.integers(-50, 200)
RUNS = st.lists(st.tuples(TIMES, TIMES, st.none() | TIMES), max_size=4).map(
    lambda runs: [Run(id, started, alive, stopped) for id, (started, alive, stopped) in enumerate(runs)]
)
MARKS = st.lists(st.tuples(st.integers(0, 5), TIMES, st.sampled_from(Cause), st.sampled_from(State)), max_size=12).map(
    lambda marks: [Mark(id, *one) for id, one in enumerate(marks, 1)]
)


@given(MARKS, RUNS, TIMES, TIMES, TIMES)
def test_a_lane_covers_its_range_exactly_and_knows_only_what_a_run_was_there_to_see(
    marks: list[Mark], runs: list[Run], since: int, until: int, now: int
) -> None:
    lane = segments(marks, runs, since, until, now)
    end = min(until, now)
    if since >= end:
        assert lane == ()
        return
    assert lane[0].start == since
    assert lane[-1].end == end
    by_id = {one.event_id: one for one in marks}
    for left, right in itertools.pairwise(lane):
        assert left.end == right.start
        assert not (left.state is None and right.state is None)
    for part in lane:
        assert part.start < part.end
        if part.state is None:
            assert part.event_id is None
            continue
        assert part.event_id is not None
        source = by_id[part.event_id]
        run = next(run for run in runs if run.id == source.run_id)
        assert part.state == source.state
        assert source.cause is not Cause.STOPPED
        assert run.started_at <= part.start
        assert part.end <= run.until(now)


@given(st.lists(st.tuples(st.integers(0, 100), st.sampled_from(State)), min_size=1, max_size=12), TIMES)
def test_while_one_run_watches_the_lane_shows_at_each_time_the_last_transition_before(
    transitions: list[tuple[int, State]], at: int
) -> None:
    ordered = sorted(transitions, key=lambda one: one[0])
    marks = [mark(id, time, state) for id, (time, state) in enumerate(ordered, 1)]
    lane = segments(marks, [Run(1, 0, 1000)], 0, 200, 1000)
    shown = next((part.state for part in lane if part.start <= at < part.end), None)
    before = [state for time, state in ordered if time <= at < 200]
    assert shown == (before[-1] if before else None)
