"""What servers were, out of the log of their changes: what nobody watched is nobody's role."""

from __future__ import annotations

from zkdash.ensemble.changes import Change, Stand
from zkdash.ensemble.roles import Stint, elections, newest, stints

LEADER, FOLLOWER, DOWN = Stand.LEADER, Stand.FOLLOWER, Stand.DOWN


def change(server: str, at: int, now: Stand) -> Change:
    return Change("a", server, at, None, now)


def test_a_role_holds_until_the_next_change_and_up_to_the_end() -> None:
    told = [change("x", 50, FOLLOWER), change("x", 120, DOWN), change("x", 150, LEADER)]
    assert stints(told, [(0, 200)], 100, 200) == {
        "x": (Stint(FOLLOWER, 100, 120), Stint(DOWN, 120, 150), Stint(LEADER, 150, 200))
    }


def test_what_nobody_watched_is_no_role() -> None:
    told = [change("x", 100, LEADER), change("x", 180, LEADER)]
    assert stints(told, [(100, 130), (170, 200)], 100, 200)["x"] == (
        Stint(LEADER, 100, 130),
        Stint(LEADER, 180, 200),
    )


def test_an_election_is_another_leader_and_not_the_first_one() -> None:
    told = [change("x", 10, LEADER), change("x", 20, DOWN), change("y", 25, LEADER), change("x", 30, FOLLOWER)]
    assert elections(stints(told, [(0, 100)], 0, 100)) == [(25, "y")]
    same = [change("x", 10, LEADER), change("x", 20, DOWN), change("x", 30, LEADER)]
    assert elections(stints(same, [(0, 100)], 0, 100)) == []


def test_a_list_has_the_last_that_began_first() -> None:
    found = {
        "x": (Stint(Stand.LEADER, 0, 50), Stint(Stand.DOWN, 50, 55), Stint(Stand.DOWN, 55, 60)),
        "y": (Stint(Stand.FOLLOWER, 10, 50), Stint(Stand.LEADER, 51, 60)),
    }
    told = [(server, stint.stand, stint.start) for server, stint in newest(found, 3)]
    assert told == [("y", Stand.LEADER, 51), ("x", Stand.DOWN, 50), ("y", Stand.FOLLOWER, 10)]
