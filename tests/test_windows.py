"""Times that come again each week, also where clocks are changed for summer time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.config.windows import windows

PRAGUE = "Europe/Prague"


def ms(text: str) -> int:
    """UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "at", "open_"),
    [
        ("02:00-04:00", "2025-06-15 02:00", True),
        ("02:00-04:00", "2025-06-15 04:00", False),
        ("02:00-04:00", "2025-06-15 01:59:59", False),
        ("Sat,Sun 02:00-04:00 Europe/Prague", "2025-06-15 00:00", True),  # a Sunday, 2 h before UTC in summer
        ("Sat,Sun 02:00-04:00 Europe/Prague", "2025-06-16 00:30", False),
        ("Sat 22:00-04:00", "2025-06-14 23:00", True),
        ("Sat 22:00-04:00", "2025-06-15 03:59", True),  # it goes on after midnight
        ("Sat 22:00-04:00", "2025-06-14 03:00", False),
        ("Fri-Mon 00:00-24:00", "2025-06-15 12:00", True),
        ("Fri-Mon 00:00-24:00", "2025-06-17 12:00", False),
        ("Mon 08:00-09:00; Sun 15:00-16:00", "2025-06-15 15:30", True),
        ("sun 15:00-16:00 America/New_York", "2025-06-15 19:30", True),
    ],
)
def test_a_window_is_open_when_the_clock_on_the_wall_says_so(text: str, at: str, open_: bool) -> None:
    assert windows(text).contains(ms(at)) is open_


@pytest.mark.parametrize(
    ("text", "at", "edge"),
    [
        (
            f"Sun 02:30-04:00 {PRAGUE}",
            "2025-03-30 00:00",
            "2025-03-30 01:00",
        ),  # 2:30 doesn't exist: at 3:00 summer time
        (f"Sun 02:30-04:00 {PRAGUE}", "2025-03-30 01:10", "2025-03-30 02:00"),
        (f"Sun 02:00-03:00 {PRAGUE}", "2025-10-25 23:30", "2025-10-26 00:00"),  # 2:00 comes twice,
        (f"Sun 02:00-03:00 {PRAGUE}", "2025-10-26 00:30", "2025-10-26 02:00"),  # and so the window lasts two hours
        (f"Mon-Fri 08:00-18:00 {PRAGUE}", "2025-03-28 17:00", "2025-03-31 06:00"),  # winter on Friday, summer on Monday
        (f"Mon-Fri 08:00-18:00 {PRAGUE}", "2025-10-24 16:00", "2025-10-27 07:00"),
    ],
)
def test_windows_open_and_close_right_where_the_clocks_are_changed(text: str, at: str, edge: str) -> None:
    assert windows(text).next_edge(ms(at)) == ms(edge)


@given(
    st.integers(ms("2024-01-01"), ms("2027-01-01")),
    st.sampled_from(["Sun 02:30-04:00", "22:00-04:00", "Mon-Fri 08:00-18:00", "Sat 00:00-24:00", "Sun 01:15-01:45"]),
    st.sampled_from(["UTC", PRAGUE, "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_nothing_changes_before_the_next_edge(at: int, text: str, zone: str) -> None:
    found = windows(f"{text} {zone}")
    edge = found.next_edge(at)
    assert edge > at
    now = found.contains(at)
    assert all(found.contains(at + (edge - 1 - at) * part // 12) == now for part in range(13))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write a window such as"),
        ("whenever", "write days, times and a time zone"),
        ("Sat 2:00-4:00", "write days, times"),
        ("Sab 02:00-04:00", "write days as Mon"),
        ("25:00-26:00", "from 00:00 to 24:00"),
        ("02:00-02:00", "ends at another time"),
        ("02:00-04:00 Europe/Atlantis", "no time zone Europe/Atlantis"),
        ("02:00-04:00 ../../etc/passwd", "no time zone"),
        ("; ".join(["02:00-04:00"] * 21), "20 windows at most"),
    ],
)
def test_what_is_no_window_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        windows(text)
