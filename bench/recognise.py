"""What it costs to recognise and to show 1 MiB of data, beside parsing the same as plain JSON or decoding it."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable

from bench import report
from zkdash.znodes.formats import body, recognise

RUNS = 5
MIB = 1 << 20
UNITS = {"recognise": "CPU ms", "show": "CPU ms", "limit": "CPU ms"}

_DOCUMENT = json.dumps([{"host": f"broker-{number}", "port": 9092, "rack": None} for number in range(20_000)]).encode()
DATA: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
    "JSON": (_DOCUMENT, json.loads),
    "JSON in gzip": (gzip.compress(_DOCUMENT), lambda data: json.loads(gzip.decompress(data))),
    "text": (b"a line of a log file, 2026-11-22 17:00:00\n" * (MIB // 42), bytes.decode),
    "bytes": (os.urandom(MIB), bytes.hex),
}


def _cpu_ms(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return 1000 * (time.process_time() - before)


def main() -> None:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in DATA}
    for run in range(RUNS + 1):
        for name, (data, limit) in DATA.items():
            recognised = recognise(data)
            figures = {
                "recognise": _cpu_ms(lambda data=data: recognise(data)),
                "show": _cpu_ms(lambda one=recognised: body(one, one.readings[0].view)),
                "limit": _cpu_ms(lambda data=data, limit=limit: limit(data)),
            }
            if run:  # the first was the warm-up
                runs[name].append(figures)
    report.table("1 MiB recognised and shown", runs, UNITS)


if __name__ == "__main__":
    main()
