"""No page is forgotten: what axe, screens of all widths and Lighthouse look at is the whole route table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest

from tests import lighthouse
from tests.browser import test_behind_nginx, test_crawl_pages, test_ensemble, test_every_page
from zkdash.web.routes import ROUTES

NO_PAGES = (
    "/timeline/events/{id}/story.md",
    "/s/{token}/live",
    "/status/{page}/badge.svg",
    "/status/{page}/feed.atom",
    "/sign-in/start",
    "/sign-in/callback",
    "/acts.css",
    "/live",
    "/api/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/favicon.svg",
    "/favicon.ico",
)
"""What is for machines, beside the API and the assets."""
ALONE = {"/components"}
"""tests/browser/test_components.py looks at it, and at nothing else."""

HANDLERS = {path: handler for path, handler, _ in ROUTES}
PAGES = {
    handler: path
    for path, handler, _ in ROUTES
    if path not in NO_PAGES and not path.startswith(("/api/v1/", "/static/"))
}
WAYS = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", re.sub(r"\{\w+:.*\}", ".*", path))) for path in HANDLERS}


def forgotten(addresses: Iterable[str]) -> set[str]:
    """The pages that none of these addresses leads to; a word in capitals before the path names another zkdash."""
    left = dict(PAGES)
    for address in addresses:
        at = urlsplit(re.sub(r"^[A-Z]+", "", address)).path
        left.pop(HANDLERS.get(next((path for path, way in WAYS.items() if way.fullmatch(at)), "")), None)
    return set(left.values())


LOOKED_AT = {
    "axe, at all widths": (
        *test_every_page.PAGES.values(),
        *test_crawl_pages.PAGES.values(),
        *test_ensemble.PAGES.values(),
        *test_behind_nginx.PAGES,
        *ALONE,
    ),
    "lighthouse": lighthouse.PAGES,
}


@pytest.mark.parametrize("who", LOOKED_AT)
def test_every_page_is_looked_at(who: str) -> None:
    assert forgotten(LOOKED_AT[who]) == set()


def test_what_is_for_machines_is_there() -> None:
    assert set(NO_PAGES) <= set(HANDLERS)


def test_a_page_that_nobody_looks_at_is_said() -> None:
    everything = LOOKED_AT["axe, at all widths"]
    assert forgotten(address for address in everything if not address.startswith("/compare")) == {"/compare"}
