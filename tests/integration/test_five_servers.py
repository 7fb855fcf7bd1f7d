"""The arithmetic of a quorum on five real servers: what the verdict says is what their own logs say."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.support.probes import Container, config_of, watched
from tests.support.server_logs import logged
from tests.support.until import until
from zkdash.demo.servers import Ensemble
from zkdash.ensemble.verdict import Health

pytestmark = pytest.mark.zookeeper


async def test_two_of_five_may_fail_and_a_third_ends_the_quorum(tmp_path: Path) -> None:
    servers = await asyncio.to_thread(Ensemble(5, tmp_path).start)
    try:
        async with watched(Container(config_of(*servers.servers, admin=()))) as one:
            whole = await one.verdict(lambda v: v.health is Health.HEALTHY and v.synced == 5)
            assert (whole.voters, whole.quorum_size, whole.may_fail) == (5, 3, 2)
            assert Counter(logged(servers).values()) == {"LEADING": 1, "FOLLOWING": 4}
            assert logged(servers)[whole.leader or ""] == "LEADING"

            first, second, third, spare = (servers.server_at(name) for name in whole.followers)
            await asyncio.to_thread(first.kill)
            less = await one.verdict(lambda v: v.down == (first.address,))
            assert (less.health, less.serving, less.may_fail) == (Health.DEGRADED, 4, 1)

            await asyncio.to_thread(second.kill)
            least = await one.verdict(lambda v: len(v.down) == 2)
            assert (least.health, least.serving, least.may_fail) == (Health.AT_RISK, 3, 0)
            assert least.leader == whole.leader
            assert Counter(logged(servers).values()) == {"LEADING": 1, "FOLLOWING": 2}

            await asyncio.to_thread(third.kill)
            none = await one.verdict(lambda v: v.health is Health.NO_QUORUM and len(v.looking) == 2)
            assert (none.leader, none.serving, len(none.down)) == (None, 0, 3)
            assert set(none.looking) == {whole.leader, spare.address}
            await until(lambda: set(logged(servers).values()) == {"LOOKING"}, 10, "the servers' own logs")

            await asyncio.to_thread(first.launch)
            again = await one.verdict(lambda v: v.health is Health.AT_RISK and v.serving == 3, 40)
            assert (again.may_fail, len(again.down)) == (0, 2)
            assert logged(servers)[again.leader or ""] == "LEADING"
    finally:
        await asyncio.to_thread(servers.close)
