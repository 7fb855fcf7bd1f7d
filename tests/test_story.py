"""What happened: whose outage it was, as far as the evidence goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.ensemble.changes import Change, Stand
from zkdash.timeline.event import Event
from zkdash.timeline.evidence import BEFORE_MS, Evidence
from zkdash.timeline.story import Whose, tell
from zkdash.zookeeper.states import Cause, Kind, State

T0 = 1_750_000_000_000
LEADING = {"zk1": Stand.FOLLOWER, "zk2": Stand.LEADER, "zk3": Stand.FOLLOWER}


def moved(at_s: float, cause: Cause, before: State, after: State, server: str = "zk1") -> Event:
    return Event(1, "prod", T0 + round(at_s * 1000), Kind.STATE, cause, before, after, 1, server, 5_000)


SUSPENDED = moved(0, Cause.CONNECTION_LOST, State.CONNECTED, State.SUSPENDED)
LOST = moved(10, Cause.SESSION_TIMEOUT, State.SUSPENDED, State.LOST)
BACK = moved(20, Cause.CONNECTED, State.LOST, State.CONNECTED)


def change(at_s: float, server: str, was: Stand | None, now: Stand, *, restarted: bool = False) -> Change:
    return Change("prod", server, T0 + round(at_s * 1000), was, now, restarted)


def evidence(*changes: Change, first: dict[str, Stand] | None = None, **others: object) -> Evidence:
    """Three servers that stood well a minute before, and what changed since."""
    before = [change(-60, server, None, stand) for server, stand in (LEADING if first is None else first).items()]
    given: dict[str, object] = {"episode": (SUSPENDED, LOST, BACK), "now": T0 + 60_000, **others}
    return Evidence(changes=(*before, *sorted(changes, key=lambda one: one.at)), **given)  # type: ignore[arg-type]  # a test's shorthand


def test_all_servers_served_so_it_was_the_link() -> None:
    story = tell(evidence())
    assert story.whose is Whose.LINK
    assert story.sentence == (
        "Every server answered probes and went on serving. It was the connection to zk1, not the ensemble."
    )
    assert [one.hurt for one in story.witnesses] == [False, False, False]


def test_the_server_of_the_session_was_killed() -> None:
    story = tell(
        evidence(
            change(-1, "zk1", Stand.FOLLOWER, Stand.DOWN),
            change(15, "zk1", Stand.DOWN, Stand.NOT_SERVING),
            change(16, "zk1", Stand.NOT_SERVING, Stand.FOLLOWER),
        )
    )
    assert story.whose is Whose.SERVER
    assert story.sentence == (
        "zk1, which the session was with, refused connections: its process was not there. "
        "The ensemble went on without it."
    )
    assert "zk2, zk3 went on serving." in story.why
    assert story.witnesses[0].during == (Stand.FOLLOWER, Stand.DOWN, Stand.NOT_SERVING)
    assert (story.witnesses[0].before, story.witnesses[0].after) == (Stand.FOLLOWER, Stand.FOLLOWER)


def test_a_frozen_server_is_told_from_a_killed_one() -> None:
    story = tell(evidence(change(1, "zk1", Stand.FOLLOWER, Stand.SILENT)))
    assert story.whose is Whose.SERVER
    assert "did not answer: it hung, or the way to it was cut" in story.sentence


def test_a_restart_that_no_probe_saw_is_known_by_the_uptime_afterwards() -> None:
    story = tell(evidence(change(30, "zk1", Stand.FOLLOWER, Stand.FOLLOWER, restarted=True)))
    assert (story.whose, story.witnesses[0].restarted) == (Whose.SERVER, True)
    assert "was restarted" in story.sentence


def test_another_server_that_was_down_does_not_explain_it() -> None:
    story = tell(evidence(change(1, "zk3", Stand.FOLLOWER, Stand.DOWN)))
    assert story.whose is Whose.LINK
    assert "though that server went on serving" in story.sentence


def test_two_of_three_gone_is_a_lost_quorum() -> None:
    story = tell(
        evidence(
            change(-1, "zk1", Stand.FOLLOWER, Stand.DOWN),
            change(-1, "zk2", Stand.LEADER, Stand.DOWN),
            change(0, "zk3", Stand.FOLLOWER, Stand.NOT_SERVING),
        )
    )
    assert story.whose is Whose.ENSEMBLE
    assert story.sentence == "The ensemble lost its quorum: 2 of 3 servers were gone, and 2 are needed."


def test_a_leader_that_goes_is_an_election() -> None:
    story = tell(
        evidence(
            change(-1, "zk2", Stand.LEADER, Stand.DOWN),
            change(0, "zk1", Stand.FOLLOWER, Stand.NOT_SERVING),
            change(0, "zk3", Stand.FOLLOWER, Stand.NOT_SERVING),
            change(2, "zk3", Stand.NOT_SERVING, Stand.LEADER),
            change(2, "zk1", Stand.NOT_SERVING, Stand.FOLLOWER),
        )
    )
    assert story.whose is Whose.ELECTION
    assert "after its leader zk2 refused connections" in story.sentence
    assert "zk3 became the leader." in story.why


def test_an_only_server_that_is_gone_is_the_ensemble() -> None:
    story = tell(evidence(change(0, "zk1", Stand.STANDALONE, Stand.DOWN), first={"zk1": Stand.STANDALONE}))
    assert (story.whose, story.sentence) == (
        Whose.ENSEMBLE,
        "Its only server, zk1, refused connections: its process was not there.",
    )


@pytest.mark.parametrize(
    ("others", "hit", "whose"),
    [(4, ("a", "b", "c"), Whose.ZKDASH), (4, (), Whose.UNREACHABLE), (0, (), Whose.UNREACHABLE)],
)
def test_all_silent_is_zkdash_when_other_clusters_fell_silent_too(
    others: int, hit: tuple[str, ...], whose: Whose
) -> None:
    silent = [change(1, server, stand, Stand.SILENT) for server, stand in LEADING.items()]
    assert tell(evidence(*silent, others=others, hit=hit)).whose is whose


def test_what_nobody_probed_is_not_known() -> None:
    story = tell(evidence(first={}))
    assert (story.whose, story.witnesses) == (Whose.UNKNOWN, ())


def test_refused_credentials_are_nobodys_outage() -> None:
    refused = moved(0, Cause.AUTH_FAILED, State.CONNECTED, State.LOST)
    assert tell(evidence(episode=(refused,))).whose is Whose.CREDENTIALS


def test_an_observer_has_no_vote() -> None:
    first = {**LEADING, "zk4": Stand.OBSERVER, "zk5": Stand.OBSERVER, "zk6": Stand.OBSERVER}
    gone = [change(0, server, Stand.OBSERVER, Stand.DOWN) for server in ("zk4", "zk5", "zk6")]
    session = moved(0, Cause.CONNECTION_LOST, State.CONNECTED, State.SUSPENDED, "zk5")
    assert tell(evidence(*gone, first=first, episode=(session,))).whose is Whose.SERVER


STEPS = st.lists(
    st.builds(
        change,
        st.floats(-100, 100),
        st.sampled_from(["zk1", "zk2", "zk3"]),
        st.none(),
        st.sampled_from(list(Stand)),
        restarted=st.booleans(),
    ),
    max_size=12,
)


@given(STEPS, st.sampled_from([(SUSPENDED,), (SUSPENDED, LOST), (SUSPENDED, LOST, BACK)]), st.integers(0, 3))
def test_a_verdict_never_says_more_than_was_seen(
    changes: list[Change], episode: tuple[Event, ...], others: int
) -> None:
    seen = Evidence(
        episode=episode,
        changes=tuple(sorted(changes, key=lambda one: one.at)),
        others=others,
        now=T0 + 100_000,
    )
    story = tell(seen)
    assert story.sentence.endswith(".")
    assert (story.whose is Whose.UNKNOWN) == (not story.witnesses)
    if story.whose is Whose.SERVER:
        assert next(one for one in story.witnesses if one.server == "zk1").hurt
    if story.whose is Whose.LINK:
        assert all(Stand.SILENT not in one.during or one.server != "zk1" for one in story.witnesses)
    for one in story.witnesses:
        assert one.before is None or one.before in [
            each.now for each in changes if each.server == one.server and each.at <= seen.start - BEFORE_MS
        ]
