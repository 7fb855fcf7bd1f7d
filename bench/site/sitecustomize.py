"""Python imports this by itself at the start of a zkdash whose turns of the event loop are measured.

A turn lasts from what the selector gave until the selector is asked again: all that time nobody else is served.
"""

from __future__ import annotations

import os
import selectors
import time
from pathlib import Path
from typing import Any

WORTH_A_LINE_S = 0.005
_select = selectors.DefaultSelector.select
_began: dict[int, float] = {}
_file = Path(os.environ["ZKDASH_BENCH_TURNS"]).open("a", buffering=1)  # noqa: SIM115 - until the process ends


def _timed(self: Any, timeout: float | None = None) -> Any:
    now = time.monotonic()
    took = now - _began.get(id(self), now)
    if took > WORTH_A_LINE_S:
        _file.write(f"{now} {took}\n")
    found = _select(self, timeout)
    _began[id(self)] = time.monotonic()
    return found


selectors.DefaultSelector.select = _timed  # type: ignore[method-assign,assignment]  # that is the purpose
