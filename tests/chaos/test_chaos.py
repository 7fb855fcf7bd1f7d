"""A minute and a half in which everything goes wrong, on real servers; more of it: python -m tests.chaos."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.checker import problems
from tests.chaos.schedule import Kind, schedule
from tests.chaos.world import World

SEED, LENGTH_S = 29, 95.0


@pytest.mark.slow
@pytest.mark.zookeeper
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_invented_whatever_goes_wrong(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.run(schedule(SEED, LENGTH_S, world.kinds))
        account = world.account()
        again = f"again with: python -m tests.chaos --seed {SEED} --minutes {LENGTH_S / 60:.4g}"
        assert "\n".join(problems(account)) == "", again
        assert len(account.deaths) > 0
        assert any(window.loses for window in account.windows)


def test_each_fault_is_part_of_it() -> None:
    assert {fault.kind for fault in schedule(SEED, LENGTH_S)} == set(Kind)
