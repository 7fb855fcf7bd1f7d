"""Going by keyboard alone: to what has a name, as a person does who presses Tab until it is there.

Wherever one arrives, the focus must be seen: with its ring, within the window and under nothing.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

NAME = "(one => one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent)(document.activeElement)"
MOST_STOPS = 120
UNSEEN = """() => {
    const focused = document.activeElement;
    const about = [focused.nextElementSibling, focused.closest('label'), focused.firstElementChild, focused];
    const ringed = about.find(one => {
        const style = one && getComputedStyle(one);
        return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    if (!ringed) return 'has no ring';
    const box = ringed.getClientRects()[0] ?? ringed.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, innerWidth - box.left) / 2, box.top + box.height / 2];
    if (x < 0 || x > innerWidth || y < 0 || y > innerHeight) return 'is outside of the window';
    const there = document.elementFromPoint(x, y);
    if (!ringed.contains(there) && !there?.contains(ringed)) return `is below ${there?.outerHTML.slice(0, 80)}`;
    return '';
}"""
"""Why the focus is not seen (WCAG 2.2, 2.4.7 and 2.4.11); "" where it is."""


def focus_is_seen(page: Page) -> None:
    """Fail if what has the focus does not show it."""
    unseen = page.evaluate(UNSEEN)
    assert not unseen, f"{page.evaluate('document.activeElement.outerHTML').split('>')[0]}> {unseen}"


def keys(page: Page, typed: str) -> None:
    """Type keys of the page itself: from its load event on they do something."""
    page.wait_for_load_state()
    page.keyboard.type(typed)


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if " ".join(page.evaluate(NAME).split()) == name:
            return focus_is_seen(page)
    raise AssertionError(f"nothing called {name} is reached by {key}")


def step_to(page: Page, row: str | Locator) -> None:
    """Press j until a row of a list has the focus."""
    wanted = (page.locator(row) if isinstance(row, str) else row).first
    for _ in range(MOST_STOPS):
        keys(page, "j")
        if wanted.evaluate("one => one === document.activeElement"):
            return focus_is_seen(page)
    raise AssertionError(f"{row} is not reached by j")
