"""Two minutes in which everything goes wrong, on real servers; longer and with other seeds: python -m tests.chaos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.checker import problems
from tests.chaos.schedule import schedule
from tests.chaos.world import World

SEED, LENGTH_S = 1, 100.0


@pytest.mark.slow
@pytest.mark.zookeeper
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_invented_whatever_goes_wrong(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.run(schedule(SEED, LENGTH_S, world.kinds))
        account = world.account()
    again = f"again with: python -m tests.chaos --seed {SEED} --minutes {LENGTH_S / 60:.2f}"
    assert "\n".join(problems(account)) == "", again
    assert len(account.incidents) > 0
    assert len(account.deaths) > 0
