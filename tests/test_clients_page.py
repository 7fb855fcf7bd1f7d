"""The page Clients: who comes near to a limit is said on top, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import Site, running_site
from tests.test_clients import cons, taken, text
from zkdash.ensemble.clients import Census
from zkdash.zookeeper.commands import Command


def census(connections: int) -> Census:
    """One address at a server that lets it have 20 connections."""
    lines = [f"10.0.0.1:{port}[1](queued=0,sid=0x{port:x})" for port in range(1, connections + 1)]
    return taken(
        cons("zk1:2181", *lines), limits=[text(Command.CONF, "clientPort=2181\nmaxClientCnxns=20\n", "zk1:2181")]
    )


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


def there_are(connections: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def take_census(*_: Any, **__: Any) -> Census:
        return census(connections)

    monkeypatch.setattr("zkdash.web.clients.take_census", take_census)


async def test_an_address_near_its_limit_is_said_on_top_and_in_its_row(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    there_are(17, monkeypatch)
    page = await site.text("/clusters/a/clients")
    alarm = page.partition('class="clients__alarm"')[2].partition("</p>")[0]
    assert "10.0.0.1" in alarm
    assert "has 17 of the 20 connections that" in alarm
    assert "near the limit" in page
    assert '"near_limit":true' in await site.text("/api/v1/clusters/a/clients")


async def test_an_address_below_its_limit_is_no_alarm(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    there_are(16, monkeypatch)
    page = await site.text("/clusters/a/clients")
    assert "clients__alarm" not in page
    assert "16 of 20" in page
