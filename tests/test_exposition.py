"""Per-server metrics, and what etc/ has for Prometheus and Grafana, which use no other than there are."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.ensembles import HEALTHY, serving
from tests.support.site import Site, running_site
from zkdash.clock import now_ms
from zkdash.ensemble.sample import Role
from zkdash.web.server_metrics import FRESH_MS, SHOWN

ROOT = Path(__file__).parents[1]
RULES = ROOT / "etc/prometheus/zkdash.rules.yml"
DASHBOARD = ROOT / "etc/grafana/zkdash.json"
EVERYTHING = {shown.sources[0]: 4000.0 for shown in SHOWN}
NAME = re.compile(r"\bzkdash_[a-z_]+")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("there is no promtool here: it is in Debian's package prometheus")
    return found


def tell(site: Site, *, at: int | None = None) -> None:
    """Two servers that say everything, one of them the leader."""
    site.bus.ensemble.told(
        serving("zk1:2181", Role.LEADER, at=at, **EVERYTHING), serving("zk2:2181", at=at, **EVERYTHING)
    )
    site.bus.ensemble.judged("a", replace(HEALTHY, may_fail=1, servers=2, serving=2))


async def samples(site: Site) -> dict[tuple[str, ...], float]:
    """{(name, label value, …): value}, label values in the order of their names."""
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(await site.text("/metrics"))
        for sample in family.samples
    }


async def test_every_server_has_its_metrics_in_base_units(site: Site) -> None:
    tell(site)
    found = await samples(site)
    assert found["zkdash_server_up", "a", "zk1:2181"] == 1
    assert found["zkdash_server_role", "a", "leader", "zk1:2181"] == 1
    assert found["zkdash_server_role", "a", "leader", "zk2:2181"] == 0
    assert found["zkdash_server_latency_average_seconds", "a", "zk2:2181"] == 4
    assert found["zkdash_server_fsync_seconds_total", "a", "zk2:2181"] == 4
    assert found["zkdash_server_packets_received_total", "a", "zk2:2181"] == 4000
    assert found["zkdash_cluster_may_fail", "a"] == 1
    assert found["zkdash_cluster_health", "a", "healthy"] == 1
    assert found["zkdash_server_history_trouble",] == 0


async def test_a_server_that_was_not_probed_for_long_disappears(site: Site) -> None:
    tell(site, at=now_ms() - FRESH_MS - 1000)
    assert not [key for key in await samples(site) if "zk1:2181" in key]


async def test_what_a_server_does_not_tell_is_no_number(site: Site) -> None:
    site.bus.ensemble.told(replace(serving("zk1:2181"), metrics={}, uptime_ms=None, zxid=None))
    found = {key[0] for key in await samples(site) if "zk1:2181" in key}
    assert found == {"zkdash_server_up", "zkdash_server_role", "zkdash_server_probe_seconds"}


async def test_dashboard_and_alert_rules_name_only_metrics_that_there_are(site: Site) -> None:
    site["a"].drop()
    tell(site)
    there = {key[0] for key in await samples(site)}
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {name for panel in panels for target in panel["targets"] for name in NAME.findall(target["expr"])}
    asked |= {name for line in RULES.read_text().split("\n") if "expr:" in line for name in NAME.findall(line)}
    assert len(asked) > 20
    assert asked <= there


async def test_promtool_finds_nothing_wrong_with_the_answer(site: Site, promtool: str) -> None:
    tell(site)
    text = await site.text("/metrics")
    done = await asyncio.to_thread(
        subprocess.run, [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.split("\n") if line.startswith("zkdash_")]
    assert said == []


def test_promtool_accepts_the_alert_rules(promtool: str) -> None:
    subprocess.run([promtool, "check", "rules", RULES], check=True, capture_output=True)


def test_the_alert_rules_fire_when_they_should_and_only_then(promtool: str) -> None:
    test = ROOT / "tests/data/zkdash.rules.test.yml"
    done = subprocess.run([promtool, "test", "rules", test], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
