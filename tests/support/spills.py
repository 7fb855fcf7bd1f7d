"""What stands out of the window at its right, where nothing scrolls it in."""

from __future__ import annotations

from playwright.sync_api import Page

SPILLS = """() => {
    const cut = '.visually-hidden, svg, thead';
    const scrolls = one => one && one !== document.documentElement
        && (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    return [...document.querySelectorAll('main *')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > innerWidth + 1 && !one.closest(cut)
            && one.checkVisibility({contentVisibilityAuto: true}) && !scrolls(one);
    }).map(one => one.outerHTML.slice(0, 120));
}"""


def fits(page: Page, width: int) -> None:
    """Fail if the page scrolls sideways; what a script draws takes a frame to follow the window."""
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
