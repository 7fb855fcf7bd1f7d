"""Fuzzing with atheris: `python -m tests.fuzz TARGET [SECONDS]`, or `make fuzz` for all of them.

What breaks a target is written into the present folder as crash-…; put it into corpus/TARGET once it is mended.
"""

from __future__ import annotations

import logging
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["zkdash"]):
    from tests.fuzz.targets import CORPUS, TARGETS

SECONDS = "60"


def main() -> None:
    name, seconds = (*sys.argv[1:3], SECONDS)[:2]
    logging.disable(logging.WARNING)  # of what can't be read
    found = tempfile.mkdtemp(prefix=f"zkdash-fuzz-{name}-")  # libFuzzer writes what is new into the first folder
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1024", found, str(CORPUS / name)]
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
