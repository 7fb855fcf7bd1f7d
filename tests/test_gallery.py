"""/components has every macro of templates/components, in each of its states."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.support.site import running_site
from zkdash.config import WebConfig
from zkdash.ensemble.sample import Role
from zkdash.web.assets import assets_root
from zkdash.web.render import environment
from zkdash.web.words import Standing
from zkdash.znodes.jobs import Phase
from zkdash.zookeeper.states import Severity

TEMPLATES = assets_root() / "templates"
SHEETS = sorted(path.relative_to(TEMPLATES).as_posix() for path in (TEMPLATES / "components").glob("*.html"))
STATES = {
    "state state--": [*Standing, "unknown"],
    "severity severity--": [*Severity, "over"],
    "role role--": Role,
    "phase phase--": Phase,
    'class="live" data-state="': ["live", "late", "polling", "gone"],
    "banner banner--": ["suspended", "lost"],
}


def tree(template: str) -> nodes.Template:
    return environment().parse((TEMPLATES / template).read_text())


def macros() -> Iterator[tuple[str, str]]:
    """Every macro of the components: (file, name)."""
    for sheet in SHEETS:
        yield from ((sheet, macro.name) for macro in tree(sheet).find_all(nodes.Macro))


def called(template: str) -> set[str]:
    """The names of what a template calls."""
    return {call.node.name for call in tree(template).find_all(nodes.Call) if isinstance(call.node, nodes.Name)}


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[str]:
    async with running_site(tmp_path, web=WebConfig(components=True)) as site:
        yield await site.text("/components")


@pytest.mark.parametrize(("sheet", "macro"), list(macros()))
def test_every_macro_is_shown(sheet: str, macro: str) -> None:
    assert macro in called("gallery/index.html") | called(sheet)


async def test_every_state_is_shown(gallery: str) -> None:
    for begins, states in STATES.items():
        assert [state for state in states if f"{begins}{state}" not in gallery] == [], begins
