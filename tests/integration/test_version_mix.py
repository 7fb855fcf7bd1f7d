"""An ensemble in the middle of an upgrade: its servers are of two versions, and zkdash says which are which."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.matrix import FOLDER
from tests.support.probes import Container, config_of, watched
from tests.support.server_logs import logged
from zkdash.demo.installation import Installation, find_zookeeper, of_home
from zkdash.demo.servers import Ensemble
from zkdash.ensemble.verdict import Health

pytestmark = pytest.mark.zookeeper


def others() -> Mapping[str, Installation]:
    """The versions beside that of this run whose jars are here, by number, as the matrix has fetched them."""
    mine = find_zookeeper()
    found = {home.name: Installation(mine.java, of_home(home)) for home in sorted(FOLDER.glob("3.*"))}
    if "zookeeper/3.4." in mine.classpath:
        return {}  # servers of 3.4 form an ensemble with none later than 3.5's
    return {
        version: one
        for version, one in found.items()
        if one.classpath and one.classpath != mine.classpath and not version.startswith("3.4.")
    }


async def test_an_ensemble_of_two_versions_is_whole_and_says_who_is_which(tmp_path: Path) -> None:
    there = others()
    if not there:
        pytest.skip("needs the jars of a second version: python -m tests.matrix 3.9.3 fetches them")
    version, other = list(there.items())[-1]
    servers = Ensemble(3, tmp_path)
    servers.servers[2].installation = other
    await asyncio.to_thread(servers.start)
    try:
        async with watched(Container(config_of(*servers.servers, admin=()))) as one:
            mixed = await one.verdict(lambda v: v.serving == 3 and v.skew)
            assert mixed.health is Health.HEALTHY
            assert mixed.skew[version] == (servers.servers[2].address,)
            assert sorted(map(len, mixed.skew.values())) == [1, 2]
            assert logged(servers)[mixed.leader or ""] == "LEADING"

            # The next is upgraded: killed, and started as the other version.
            await asyncio.to_thread(servers.servers[0].kill)
            await one.verdict(lambda v: v.down == (servers.servers[0].address,))
            servers.servers[0].installation = other
            await asyncio.to_thread(servers.servers[0].launch)
            after = await one.verdict(lambda v: v.serving == 3 and len(v.skew.get(version, ())) == 2, 40)
            assert after.health is Health.HEALTHY
    finally:
        await asyncio.to_thread(servers.close)
