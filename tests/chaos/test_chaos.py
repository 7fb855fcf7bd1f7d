"""Two minutes in which everything goes wrong, on real servers; longer and with other seeds: python -m tests.chaos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.checker import problems
from tests.chaos.schedule import Kind, schedule
from tests.chaos.world import World

SEED, LENGTH_S = 1, 100.0
NOT_HERE = {Kind.CLOCK}
"""A sender may sleep for a minute until it sees a clock that was set back: for runs by hand, and test_retries.py."""


@pytest.mark.slow
@pytest.mark.zookeeper
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_invented_whatever_goes_wrong(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.run(schedule(SEED, LENGTH_S, world.kinds - NOT_HERE))
        account = world.account()
    again = f"again with: python -m tests.chaos --seed {SEED} --minutes {LENGTH_S / 60} --without clock"
    assert "\n".join(problems(account)) == "", again
    assert len(account.incidents) > 0
    assert len(account.deaths) > 0
