"""When it is zkdash that is in trouble, and not the clusters."""

from __future__ import annotations

from zkdash.ensemble.offline import Pulse, trouble

NOW = 1_750_000_000_000


def pulses(*seconds_ago: float | None, silent: bool = True, hosts: int = 3) -> list[Pulse]:
    """Clusters that answered last so long ago (None: never), on so many hosts in all."""
    return [
        Pulse(
            f"c{number}",
            None if ago is None else NOW - round(ago * 1000),
            silent,
            frozenset({f"10.0.0.{number % hosts}"}),
        )
        for number, ago in enumerate(seconds_ago)
    ]


def said(found: list[Pulse], late_s: float = 0.0, late_at: int | None = None) -> str:
    return trouble(found, late_s=late_s, late_at=late_at, now=NOW)


def test_all_clusters_silent_at_once_is_zkdashs_own_trouble() -> None:
    assert said(pulses(3, 4, 5)).startswith("zkdash is offline: all 3 clusters are silent")
    assert said(pulses(300, 301, 302)).startswith("zkdash is offline")


def test_one_that_answers_shows_that_it_is_not() -> None:
    assert said([*pulses(3, 4, 5), *pulses(1, silent=False)]) == ""


def test_clusters_that_fell_silent_one_after_the_other_are_their_own_trouble() -> None:
    assert said(pulses(3, 60, 3600)) == ""


def test_a_cluster_that_was_silent_before_changes_nothing() -> None:
    assert said(pulses(3, 4, 5, 3600, None)).startswith("zkdash is offline: all 5 clusters are silent, 3 of them")


def test_few_clusters_and_one_host_are_no_evidence() -> None:
    assert said(pulses(3, 4)) == ""
    assert said(pulses(3, 4, 5, hosts=1)) == ""
    assert said([]) == ""


def test_without_any_answer_since_the_start_it_is_zkdash_too() -> None:
    assert "since it was started" in said(pulses(None, None, None))
    assert said(pulses(None, None, 5)) == ""


def test_a_late_event_loop_is_overload_and_is_over_after_a_while() -> None:
    fine = pulses(1, 1, 1, silent=False)
    assert said(fine, 7.2, NOW - 1000) == "zkdash is overloaded, or was stopped: it was late by 7 s"
    assert said(fine, 2.0, NOW - 1000) == ""
    assert said(fine, 7.2, NOW - 60_000) == ""
