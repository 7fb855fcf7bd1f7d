"""Sparklines: the highest value of each minute of an hour, with gaps where nothing was heard."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from zkdash.web.sparks import BUCKET_MS, BUCKETS, HEIGHT, WIDTH, Trail, highest, path

HOUR_MS = BUCKETS * BUCKET_MS


def test_a_minute_shows_its_highest_value_and_an_hour_is_kept() -> None:
    trail = Trail()
    for at, value in ((0, 1.0), (1000, 5.0), (2000, 3.0), (BUCKET_MS, 2.0)):
        trail.add(at, value)
    points = trail.points(BUCKET_MS + 1)
    assert len(points) == BUCKETS
    assert points[-3:] == (None, 5.0, 2.0)
    trail.add(HOUR_MS, 7.0)
    assert trail.points(HOUR_MS)[0] == 2.0
    assert 5.0 not in trail.points(HOUR_MS)


def test_a_trail_ends_at_the_present_though_nothing_was_heard() -> None:
    trail = Trail()
    trail.add(0, 1.0)
    assert trail.points(3 * BUCKET_MS)[-4:] == (1.0, None, None, None)
    assert trail.points(2 * HOUR_MS) == (None,) * BUCKETS


def test_the_highest_of_several_leaves_out_what_is_not_known() -> None:
    assert highest([(1.0, None, None), (3.0, 2.0, None)]) == (3.0, 2.0, None)


def test_a_line_breaks_where_nothing_is_known_and_a_lonely_value_is_a_dot() -> None:
    assert path((None, None)) == ""
    assert path((1.0, 1.0, None, 0.0)).count("M") == 2
    assert path((None, 1.0, None)).endswith("h.01")


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e12)), min_size=1, max_size=70))
def test_every_line_stays_in_its_box(points: list[float | None]) -> None:
    drawn = re.findall(r"[ML](\S+?) ([\d.e+-]+)", path(points))
    assert len(drawn) == sum(point is not None for point in points)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in drawn)
