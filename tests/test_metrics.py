"""What Prometheus reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import zkdash
from tests.support.site import Site, config_of, running_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a", "b") as running:
        yield running


async def samples(site: Site) -> dict[tuple[str, ...], float]:
    """{(name, label value, …): value}, label values in the order of their names."""
    families = text_string_to_metric_families(await site.text("/metrics"))
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


async def until_metric(site: Site, name: str, value: float) -> None:
    async with asyncio.timeout(5):
        while (await samples(site))[name,] != value:
            pass


async def test_the_state_of_each_cluster_is_1_and_the_others_are_0(site: Site) -> None:
    site["a"].drop()
    found = await samples(site)
    assert {key[1:]: value for key, value in found.items() if key[0] == "zkdash_cluster_state"} == {
        ("a", "CONNECTED"): 0,
        ("a", "SUSPENDED"): 1,
        ("a", "LOST"): 0,
        ("b", "CONNECTED"): 1,
        ("b", "SUSPENDED"): 0,
        ("b", "LOST"): 0,
    }
    assert found["zkdash_cluster_since_seconds", "a"] == site["a"].status.since / 1000


async def test_transitions_are_counted_by_where_to_and_why(site: Site) -> None:
    for _ in range(3):
        site["a"].drop()
        site["a"].connect()
    found = await samples(site)
    assert found["zkdash_transitions_total", "connection-lost", "a", "SUSPENDED"] == 3
    assert found["zkdash_transitions_total", "reconnected", "a", "CONNECTED"] == 3
    assert found["zkdash_transitions_total", "starting", "b", "LOST"] == 1


async def test_a_cluster_that_a_reload_removes_vanishes(site: Site) -> None:
    site.remove("a")
    assert not [key for key in await samples(site) if "a" in key[1:]]
    site.add(config_of("a"))
    assert (await samples(site))["zkdash_transitions_total", "starting", "a", "LOST"] == 1


async def test_viewers_and_listeners_are_counted(site: Site) -> None:
    async with await site.listen("overview"), await site.client.ws_connect("/api/v1/events/stream"):
        await until_metric(site, "zkdash_viewers", 1)
        await until_metric(site, "zkdash_stream_listeners", 1)
    await until_metric(site, "zkdash_viewers", 0)


async def test_there_is_the_loop_the_process_the_deliveries_and_the_build(site: Site) -> None:
    async with asyncio.timeout(5):
        while (found := await samples(site))["zkdash_loop_lag_seconds_count",] == 0:
            pass
    assert found["zkdash_deliveries", "owed"] == 0
    assert found["zkdash_history_trouble",] == 0
    assert found["process_resident_memory_bytes",] > 0
    assert any(key[0] == "zkdash_build_info" and zkdash.__version__ in key for key in found)


async def test_openmetrics_is_spoken_if_it_is_asked_for(site: Site) -> None:
    wish = {"Accept": "application/openmetrics-text; version=1.0.0"}
    text = await site.text("/metrics", headers=wish)
    assert text.rstrip().endswith("# EOF")


async def test_the_plain_text_has_a_type_that_prometheus_knows(site: Site) -> None:
    async with site.client.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
