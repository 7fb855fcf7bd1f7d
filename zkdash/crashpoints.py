"""Named places where a test can have zkdash killed, to show that nothing seen is lost there.

Only the variable ZKDASH_CRASH_AT of the environment arms one, as NAME, or as NAME@FILE for once that file is there;
without it a place costs a comparison.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

ARMED, _, FILE = os.environ.get("ZKDASH_CRASH_AT", "").partition("@")


def reached(name: str) -> None:
    """End the process as kill -9 would if the crash point `name` is armed."""
    if ARMED and name == ARMED and (not FILE or Path(FILE).exists()):
        os.kill(os.getpid(), signal.SIGKILL)
