"""What a first visit to the overview costs: bytes on the wire, and nobody else's server."""

from __future__ import annotations

from pathlib import Path

from bench.weight import weigh
from tests.support.site import running_site

LIMIT_BYTES = 60_000


async def test_the_first_load_of_the_overview_is_light(tmp_path: Path) -> None:
    async with running_site(tmp_path, *(f"cluster-{number}" for number in range(10))) as site:
        weights = await weigh(site.client)
        assert sum(weights.values()) <= LIMIT_BYTES, sorted(weights.items(), key=lambda item: -item[1])
        assert any(address.endswith("lib/clock.js") for address in weights)
