"""Going by keyboard alone: to what has a name, as a person does who presses Tab until it is there."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

NAME = "(one => one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent)(document.activeElement)"
MOST_STOPS = 120


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if " ".join(page.evaluate(NAME).split()) == name:
            return
    raise AssertionError(f"nothing called {name} is reached by {key}")


def step_to(page: Page, row: str | Locator) -> None:
    """Press j until a row of a list has the focus."""
    wanted = (page.locator(row) if isinstance(row, str) else row).first
    for _ in range(MOST_STOPS):
        page.keyboard.press("j")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{row} is not reached by j")
