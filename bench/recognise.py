"""What it costs to recognise and to show 1 MiB of data, beside parsing the same as plain JSON or decoding it."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from functools import partial

from bench import report
from zkdash.znodes.formats import body, recognise

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


def measure(name: str) -> dict[str, float]:
    data, limit = DATA[name]
    one = recognise(data)
    return {
        "recognise": _cpu_ms(lambda: recognise(data)),
        "show": _cpu_ms(lambda: body(one, one.readings[0].view)),
        "limit": _cpu_ms(lambda: limit(data)),
    }


def main() -> None:
    options, title = report.arguments("recognise"), "1 MiB recognised and shown"
    if not report.known(title):
        report.table(title, report.rounds(title, {name: partial(measure, name) for name in DATA}, options.runs), UNITS)


if __name__ == "__main__":
    main()
