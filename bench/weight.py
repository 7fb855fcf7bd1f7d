"""What a first visit to the overview weighs, gzipped and without fonts: the page, and all that it asks for."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from urllib.parse import urljoin

from aiohttp.test_utils import TestClient

from bench import report
from bench.report import Curve
from tests.support.site import running_site

GZIP = {"Accept-Encoding": "gzip"}
ASSET = re.compile(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"')
IMPORT = re.compile(r'(?:from|import) "(\.[^"]+)"')
UNITS = {"all": "KB", "page": "KB", "styles": "KB", "htmx": "KB", "own scripts": "KB"}


async def weigh(client: TestClient) -> dict[str, int]:  # type: ignore[type-arg]  # of any application
    """Bytes on the wire by address. Raises AssertionError if anything is asked of somebody else's server."""
    weights: dict[str, int] = {}
    wanted = ["/"]
    while wanted:
        address = wanted.pop()
        async with client.get(address, headers=GZIP, auto_decompress=False) as answer:
            assert answer.status == 200, address
            weights[address] = len(await answer.read())
        async with client.get(address, headers=GZIP) as answer:
            text = "" if answer.content_type.startswith("font/") else await answer.text()
        found = ASSET.findall(text) if address == "/" else IMPORT.findall(text) if address.endswith(".js") else []
        for each in found:
            target = urljoin(address, each)
            assert target.startswith("/"), f"{address} asks {target}"
            if target not in weights and target not in wanted and not target.endswith(".woff2"):
                wanted.append(target)
    return weights


def kind(address: str) -> str:
    if address == "/":
        return "page"
    if address.endswith(".css"):
        return "styles"
    return "htmx" if "/vendor/" in address else "own scripts"


async def of_site(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        async with running_site(Path(folder), *(f"cluster-{number}" for number in range(count))) as site:
            weights = await weigh(site.client)
    found = {name: 0.0 for name in UNITS}
    for address, size in weights.items():
        found["all"] += size / 1000
        found[kind(address)] = found.get(kind(address), 0.0) + size / 1000
    return found


def main() -> None:
    options = report.arguments("weight", counts="1,10,100,1000")
    for count in map(int, ("10" if options.quick else options.counts).split(",")):
        title = f"The first load of the overview, {count:,} clusters"
        if not report.known(title):
            runs = report.rounds(title, {"zkdash": lambda count=count: asyncio.run(of_site(count))}, options.runs)
            report.table(title, runs, UNITS, curve=Curve("first load", count, ("all",)))


if __name__ == "__main__":
    main()
