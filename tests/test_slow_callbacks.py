"""The tests' own watch over the event loop of every zkdash that they start."""

from __future__ import annotations

import subprocess
import sys

from tests.support.health import troubles
from tests.support.zkdash_process import SITE
from zkdash.demo.children import python_environment

PROGRAM = """\
import asyncio, logging, time

logging.basicConfig()

async def blocks():
    await asyncio.sleep(0.2)
    {what}

asyncio.run(blocks(), debug=True)
"""


def warnings_of(what: str) -> list[str]:
    """What is told of a callback that does `what`."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(what=what)],
        env=python_environment(PYTHONPATH=str(SITE)),
        capture_output=True,
        text=True,
        check=True,
    )
    return troubles(ended.stderr)


def test_a_callback_that_sleeps_is_told() -> None:
    assert len(warnings_of("time.sleep(0.4)")) == 1


def test_a_callback_that_computes_is_told() -> None:
    assert len(warnings_of("ends = time.thread_time() + 1.5\n    while time.thread_time() < ends: pass")) == 1


def test_a_callback_that_is_quick_is_not_told() -> None:
    assert warnings_of("pass") == []
