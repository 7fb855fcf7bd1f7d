"""What axe finds on a page: WCAG 2.2 A and AA, and its best practices."""

from __future__ import annotations

from functools import cache
from typing import Literal

from playwright.sync_api import Page

from tests.support.zkdash_process import REPO

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on the theme; all others look at what both themes share."""
RUN = """async ([where, only]) => {
    // The label of an open row of a tree is the row's own, and not what is inside of it.
    const inside = (one, node) => one.id === 'label-content-name-mismatch'
        && /treeitem.*expanded="true"/.test(node.html);
    const found = await axe.run(where, {runOnly: only, resultTypes: ['violations']});
    return found.violations.flatMap(one => one.nodes.filter(node => !inside(one, node))
        .map(node => `${one.id}: ${one.help}: ${node.html} ${node.failureSummary}`));
}"""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@cache
def source() -> str:
    """The text of axe."""
    return (REPO / ".tools" / "axe.min.js").read_text()


def violations(page: Page, where: str = "html") -> dict[str, list[str]]:
    """What axe finds in the page, or in what `where` selects, by theme; {} is as it should be."""
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if not page.evaluate("'axe' in window"):
            page.evaluate(source())
        only = {"type": "rule", "values": OF_COLOURS} if theme == "dark" else {"type": "tag", "values": TAGS}
        found[theme] = page.evaluate(RUN, [where, only])
    return {theme: each for theme, each in found.items() if each}
