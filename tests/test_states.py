"""The connection state machine: what each signal means in each state."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zkdash.zookeeper.states import (
    AuthFailed,
    Cause,
    Connected,
    Dropped,
    Expired,
    Kind,
    Signal,
    Started,
    State,
    Status,
    Step,
    Stopped,
    TimeoutPassed,
    Unreachable,
    step,
)

SIGNALS = st.one_of(
    st.just(Started()),
    st.builds(Connected, st.sampled_from([1, 2]), st.sampled_from(["zk1:2181", "zk2:2181"])),
    st.builds(Dropped, st.sampled_from(["", "reset"])),
    st.builds(Unreachable, st.just("refused")),
    st.just(TimeoutPassed()),
    st.builds(Expired, st.just("zk1:2181")),
    st.builds(AuthFailed, st.just("wrong password")),
    st.just(Stopped()),
)


def run(*signals: Signal) -> tuple[Status | None, list[Step]]:
    status: Status | None = None
    said: list[Step] = []
    for signal in signals:
        status, steps = step(status, signal)
        said += steps
    return status, said


def told(*signals: Signal) -> list[tuple[State | None, State | None, Cause]]:
    return [(one.from_state, one.to_state, one.cause) for one in run(*signals)[1]]


STARTING = (None, State.LOST, Cause.STARTING)
CONNECTED = (State.LOST, State.CONNECTED, Cause.CONNECTED)
SUSPENDED = (State.CONNECTED, State.SUSPENDED, Cause.CONNECTION_LOST)
UP = Connected(1, "zk1:2181")


def test_a_cluster_starts_lost_and_is_then_connected() -> None:
    assert told(Started(), UP) == [STARTING, CONNECTED]


def test_nothing_is_said_of_a_cluster_that_is_not_watched() -> None:
    assert told(UP, Dropped("x"), TimeoutPassed()) == []


def test_a_short_outage_is_suspended_and_reconnected() -> None:
    assert told(Started(), UP, Dropped("reset"), UP)[2:] == [
        SUSPENDED,
        (State.SUSPENDED, State.CONNECTED, Cause.RECONNECTED),
    ]


def test_an_outage_longer_than_the_session_timeout_is_lost_while_it_lasts() -> None:
    assert told(Started(), UP, Dropped("reset"), TimeoutPassed())[2:] == [
        SUSPENDED,
        (State.SUSPENDED, State.LOST, Cause.SESSION_TIMEOUT),
    ]


def test_a_late_word_of_the_expired_session_is_a_notice_and_no_second_lost() -> None:
    outage = (Started(), UP, Dropped("reset"), TimeoutPassed(), Expired("zk1:2181"), Expired("zk1:2181"))
    assert told(*outage, Connected(2, "zk1:2181"))[3:] == [
        (State.SUSPENDED, State.LOST, Cause.SESSION_TIMEOUT),
        (None, None, Cause.SESSION_EXPIRED),
        (State.LOST, State.CONNECTED, Cause.CONNECTED),
    ]


def test_a_session_that_the_server_still_knows_after_lost_is_reconnected() -> None:
    assert told(Started(), UP, Dropped(""), TimeoutPassed(), UP)[-1] == (
        State.LOST,
        State.CONNECTED,
        Cause.RECONNECTED,
    )


def test_an_expiry_before_the_timeout_passed_is_the_lost() -> None:
    assert told(Started(), UP, Dropped(""), Expired("zk1:2181"), TimeoutPassed())[3:] == [
        (State.SUSPENDED, State.LOST, Cause.SESSION_EXPIRED)
    ]


def test_another_session_id_means_that_a_lost_was_missed() -> None:
    other = Connected(2, "zk2:2181")
    assert told(Started(), UP, Dropped(""), other)[3:] == [
        (State.SUSPENDED, State.LOST, Cause.NEW_SESSION),
        (State.LOST, State.CONNECTED, Cause.CONNECTED),
    ]
    assert told(Started(), UP, other)[2:] == [
        (State.CONNECTED, State.LOST, Cause.NEW_SESSION),
        (State.LOST, State.CONNECTED, Cause.CONNECTED),
    ]


def test_the_missed_lost_carries_the_old_session_and_the_connected_the_new_one() -> None:
    _, said = run(Started(), UP, Dropped(""), Connected(2, "zk2:2181"))
    assert [(one.session_id, one.server) for one in said[3:]] == [(1, "zk1:2181"), (2, "zk2:2181")]


def test_no_connection_within_the_timeout_is_noticed_once() -> None:
    assert told(Started(), Unreachable("refused"), TimeoutPassed(), TimeoutPassed()) == [
        STARTING,
        (None, None, Cause.NEVER_CONNECTED),
    ]
    status, said = run(Started(), Unreachable("refused"), TimeoutPassed())
    assert status is not None
    assert status.cause is Cause.NEVER_CONNECTED
    assert said[-1].reason == "refused"


def test_refused_credentials_are_lost_with_their_reason() -> None:
    status, said = run(Started(), UP, AuthFailed("wrong password"))
    assert (said[-1].to_state, said[-1].cause, said[-1].reason) == (State.LOST, Cause.AUTH_FAILED, "wrong password")
    assert status is not None
    assert status.state is State.LOST


def test_refused_credentials_at_the_start_are_a_notice_that_is_not_repeated() -> None:
    assert told(Started(), AuthFailed("a"), AuthFailed("b"), TimeoutPassed()) == [
        STARTING,
        (None, None, Cause.AUTH_FAILED),
    ]


def test_a_move_to_another_server_within_the_session_is_no_transition() -> None:
    status, said = run(Started(), UP, Connected(1, "zk2:2181"))
    assert len(said) == 2
    assert status is not None
    assert status.server == "zk2:2181"


def test_what_fails_while_lost_changes_the_reason_alone() -> None:
    status, said = run(Started(), UP, Dropped("a"), TimeoutPassed(), Unreachable("b"))
    assert status is not None
    assert (status.reason, said[-1].cause) == ("b", Cause.SESSION_TIMEOUT)


def test_the_end_of_the_watch_is_lost_and_nothing_comes_after_it() -> None:
    assert told(Started(), UP, Stopped(), UP, Dropped(""), Stopped())[2:] == [
        (State.CONNECTED, State.LOST, Cause.STOPPED)
    ]
    assert told(Started(), Stopped(), UP) == [STARTING]


@given(st.lists(SIGNALS, max_size=60))
def test_transitions_form_a_chain_without_a_step_from_a_state_to_itself(signals: list[Signal]) -> None:
    transitions = [one for one in run(*signals)[1] if one.kind is Kind.STATE]
    for one in transitions:
        assert one.from_state is not one.to_state
    for before, after in pairwise(transitions):
        assert after.from_state is before.to_state
    assert [one.from_state for one in transitions].count(None) <= 1


@given(st.lists(SIGNALS, max_size=60))
def test_no_outage_is_told_as_lost_twice(signals: list[Signal]) -> None:
    states = [one.to_state for one in run(*signals)[1] if one.kind is Kind.STATE]
    assert not any(a is b is State.LOST for a, b in pairwise(states))


@given(st.lists(SIGNALS, max_size=60))
def test_the_status_is_the_last_transitions_end(signals: list[Signal]) -> None:
    status, said = run(*signals)
    transitions = [one for one in said if one.kind is Kind.STATE]
    assert (status.state if status else None) is (transitions[-1].to_state if transitions else None)


@given(st.lists(SIGNALS, max_size=60))
def test_a_notice_is_only_given_while_lost_and_names_no_transition(signals: list[Signal]) -> None:
    status: Status | None = None
    for signal in signals:
        status, said = step(status, signal)
        for one in said:
            if one.kind is Kind.NOTICE:
                assert status is not None
                assert (status.state, one.from_state, one.to_state) == (State.LOST, None, None)
