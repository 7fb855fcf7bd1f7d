"""Compiled templates, kept as Python keeps compiled modules: beside them, in `__pycache__`, where that can be written.

To compile them all takes longer than anything else of a start.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

PREFIX = "templates-"
PACKAGE = Path(__file__).parent.parent


class CompiledTemplates(FileSystemBytecodeCache):
    """One is good for as long as its template's text, and the code: filters of constants are applied on compiling."""

    def __init__(self, beside: Path | None = None) -> None:
        beside = beside or Path(cache_from_source(__file__)).parent
        self._folder = beside / f"{PREFIX}{_fingerprint()}"
        super().__init__(str(self._folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Get one that was kept, if there is any."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one; where that can't be, it is compiled anew by the next start."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            if not self._folder.is_dir():
                for old in self._folder.parent.glob(f"{PREFIX}*"):
                    shutil.rmtree(old, ignore_errors=True)
                self._folder.mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def _fingerprint() -> str:
    """Of all our modules, by what Python itself goes by: their sizes and when they were changed."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        stat = path.stat()
        found.update(f"{path.relative_to(PACKAGE)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]
