"""A small disk of one's own, to fill: a tmpfs where this user may mount one."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

SIZE = "64m"
CHUNK = bytes(1 << 16)


class Disk:
    """Mounted at `folder`; `there` says whether that was allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "zkdash-chaos", str(folder)]
        self.there = subprocess.run(command, capture_output=True).returncode == 0

    def fill(self) -> None:
        """Leave no byte."""
        with contextlib.suppress(OSError), (self.folder / "fill").open("wb", buffering=0) as file:
            while True:
                file.write(CHUNK)

    def empty(self) -> None:
        (self.folder / "fill").unlink(missing_ok=True)

    def close(self) -> None:
        if self.there:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
