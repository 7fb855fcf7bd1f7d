"""kill -9 at random moments loses nothing: a few of the 1,000 runs of `python -m bench kills`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.kills import kill

pytestmark = pytest.mark.slow  # it starts several processes


async def test_nothing_is_lost_in_a_handful_of_random_kills(tmp_path: Path) -> None:
    found = await kill(10, tmp_path)
    assert found["runs"] == 10
    assert found["incidents"] >= 1
