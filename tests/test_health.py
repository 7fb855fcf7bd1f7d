"""Liveness and readiness: what a container platform asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

import zkdash
from tests.support.broken_store import lose_tables
from tests.support.site import Site, config_of, running_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


async def test_a_living_zkdash_says_ok(site: Site) -> None:
    assert orjson.loads(await site.text("/healthz")) == {"status": "ok"}


async def test_it_is_ready_once_its_clusters_are_watched_and_its_log_can_be_read(site: Site) -> None:
    assert orjson.loads(await site.text("/readyz")) == {"status": "ready", "version": zkdash.__version__}


async def test_it_is_ready_though_a_cluster_is_lost(site: Site) -> None:
    site["a"].drop()
    site["a"].time_out()
    assert orjson.loads(await site.text("/readyz"))["status"] == "ready"


async def test_it_is_not_ready_while_a_cluster_is_not_watched_yet(site: Site) -> None:
    site.bus.config = replace(site.bus.config, clusters=(config_of("a"), config_of("b")))
    answer = orjson.loads(await site.text("/readyz", 503))
    assert answer == {"status": "not ready", "reasons": ["not watched yet: 1 cluster"]}


async def test_it_is_alive_but_not_ready_while_its_log_cannot_be_read(site: Site) -> None:
    await lose_tables(site.bus.store)
    (reason,) = orjson.loads(await site.text("/readyz", 503))["reasons"]
    assert reason.startswith("the store can't be read")
    assert orjson.loads(await site.text("/healthz")) == {"status": "ok"}


async def test_both_answer_to_any_name_as_a_load_balancer_asks_by_address(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        await site.text(path, headers={"Host": "10.1.2.3:8080"})
