"""Results on disk while somebody looks at them: any number of them, read back by their position, memory stays flat."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Mapping
from typing import Any

import orjson

KEPT_BYTES = 1 << 20
"""So much stays in memory before a file is used."""


class Spool:
    """Records in the order in which they came; each is JSON. It is one person's file: nobody else can open it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=KEPT_BYTES)  # noqa: SIM115 - closed by close()
        self._starts = array("Q", [0])
        self._at_end = True

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, record: Mapping[str, Any]) -> None:
        """One more record."""
        line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        if not self._at_end:  # a seek writes out what is buffered, so not before each record
            self._file.seek(self._starts[-1])
            self._at_end = True
        self._file.write(line)
        self._starts.append(self._starts[-1] + len(line))

    def lines(self, start: int, count: int) -> bytes:
        """Up to `count` records from position `start` on, as they are stored: a line of JSON each."""
        first, last = min(start, len(self)), min(start + count, len(self))
        self._at_end = False
        self._file.seek(self._starts[first])
        return self._file.read(self._starts[last] - self._starts[first])

    def records(self, start: int, count: int) -> list[dict[str, Any]]:
        """The same, read."""
        return [orjson.loads(line) for line in self.lines(start, count).splitlines()]

    def close(self) -> None:
        """Forget it all."""
        self._file.close()
