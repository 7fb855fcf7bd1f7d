"""Templates that mean harm: they are rendered in another process, which is ended, and the next one is fine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tests.support.messages import message
from tests.support.until import until
from zkdash.alerts.notifiers.template.renderer import Renderer, TemplateTrouble
from zkdash.alerts.notifiers.template.source import checked

ENDLESS = "{{ 10 ** (10 ** 9) }}"  # holds the interpreter's lock for hours, where it is


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    one = Renderer(deadline_s=0.3)
    yield one
    await one.stop()


@pytest.mark.usefixtures("quick_loop")
async def test_an_endless_template_holds_up_nobody_and_the_next_is_rendered(renderer: Renderer) -> None:
    assert await renderer.render("{{ data.incidents[0].cluster }}", message()) == "prod"
    with pytest.raises(TemplateTrouble, match=r"it is not rendered within 0\.3 s"):
        await renderer.render(ENDLESS, message())
    assert await renderer.render("{{ title }}", message()) == "FIRING: Bestellungen ü (prod): lost"


async def test_a_process_that_was_killed_is_started_again(renderer: Renderer) -> None:
    await renderer.render("{{ 1 }}", message())
    pid = renderer.pid
    assert pid is not None
    os.kill(pid, 9)
    await until(lambda: renderer.pid is None)
    assert await renderer.render("{{ 2 }}", message()) == "2"


async def test_it_leaves_no_process_behind(renderer: Renderer) -> None:
    await renderer.render("{{ 1 }}", message())
    pid = renderer.pid
    await renderer.stop()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("text", ["{{ x", "{% if %}", "{{ " + "(" * 60_000 + " }}", "x" * 65_537, "   "])
def test_what_is_no_template_is_said_without_its_text(text: str) -> None:
    with pytest.raises(ValueError, match=r"template|nothing in it") as found:
        checked(text)
    assert "((" not in str(found.value)
