"""A real Alertmanager, of Debian's package prometheus-alertmanager, on a free loopback port."""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zkdash.demo.loopback import free_port, wait_until

CONFIG = """\
global:
  resolve_timeout: 5m
route:
  receiver: nobody
receivers:
  - name: nobody
"""


class RealAlertmanager:
    """`url` is where it listens."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def alerts(self) -> dict[str, dict[str, Any]]:
        """What it holds to be firing, by alertname."""
        return {one["labels"]["alertname"]: one for one in self._get("/api/v2/alerts")}

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as answer:  # noqa: S310 - http
                return bool(answer.status == 200)
        except OSError:
            return False

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as answer:  # noqa: S310 - http
            return json.load(answer)


@contextlib.contextmanager
def alertmanager(folder: Path) -> Iterator[RealAlertmanager]:
    """Alone, without a port for others of its kind."""
    (folder / "alertmanager.yml").write_text(CONFIG)
    one = RealAlertmanager(port := free_port())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        wait_until(one.is_ready, 20.0, "the Alertmanager to be ready")
        yield one
    finally:
        process.kill()
        process.wait()
