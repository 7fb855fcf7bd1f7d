"""The tests' own watch over the event loop of every zkdash that they start."""

from __future__ import annotations

import importlib
import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

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


def test_a_thread_that_ends_beside_it_hides_no_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel forgets a thread that ended, and with it what it waited."""
    for name, waited_ns in ((str(os.getpid()), 1_000_000_000), ("2", 5_000_000_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "schedstat").write_text(f"2000000000 {waited_ns} 7\n")
    monkeypatch.syspath_prepend(SITE)
    account = importlib.import_module("schedstat").Account(tmp_path)
    before = account.now()
    shutil.rmtree(tmp_path / "2")
    (tmp_path / str(os.getpid()) / "schedstat").write_text("2100000000 1250000000 9\n")
    waited_s, _, computed_s = (new - old for new, old in zip(account.now(), before, strict=True))
    assert (waited_s, computed_s) == pytest.approx((0.25, 0.1))


def test_what_is_waited_during_a_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that is held up together with all else has the waiting in it, and is none of the time before."""
    monkeypatch.syspath_prepend(SITE)
    account, waited = Mock(), iter([0.0, 0.5, 0.5])
    account.now = lambda: (time.sleep(0.3), (next(waited), 0.0, 0.0))[1]
    watch = importlib.import_module("schedstat").WaitingTakenOff(account)
    watch.look()
    began = time.monotonic() + 0.05
    watch.look()
    record = logging.LogRecord("asyncio", logging.WARNING, "", 0, "Executing %s took %.3f seconds", None, None)
    record.args = ("it", time.monotonic() - began)
    assert not watch.filter(record)
    assert "0.500 waiting" in record.getMessage()


def test_a_callback_that_is_quick_is_not_told() -> None:
    assert warnings_of("pass") == []
