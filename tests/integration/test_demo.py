"""The demo, as `make demo` starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.http import request
from tests.support.zkdash_process import REPO
from zkdash.demo.children import python_environment, spawn
from zkdash.demo.loopback import wait_until

pytestmark = [pytest.mark.zookeeper, pytest.mark.slow]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path, Path]]:
    """A running demo, what it says, and the only folder where it may leave files."""
    said, temporary = tmp_path / "said", tmp_path / "tmp"
    temporary.mkdir()
    environment = python_environment(PYTHONPATH=str(REPO), TMPDIR=str(temporary))
    with said.open("wb") as output:
        command = [sys.executable, "-m", "zkdash", "demo", "--port", "0"]
        process = spawn(command, folder=tmp_path, output=output, environment=environment)
    yield process, said, temporary
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_the_demo_lives_and_leaves_nothing_behind(
    demo: tuple[subprocess.Popen[bytes], Path, Path], sign: signal.Signals
) -> None:
    process, said, temporary = demo
    found = wait_until(lambda: re.search(r"open  http://127\.0\.0\.1:(\d+)/", said.read_text()), 60, "the URL")
    port = int(found[1])
    assert said.read_text().count("http://") == 1
    wait_until(lambda: states(port) == {"orders": "CONNECTED", "search": "CONNECTED", "archive": "LOST"}, 20, "states")
    wide = request(port, "GET", "/api/v1/clusters/search/znodes?path=/index/documents").json()
    assert (len(wide["children"]), wide["stat"]["num_children"]) == (200, 20_000)
    broker = request(port, "GET", "/api/v1/clusters/orders/znodes?path=/brokers/ids/1").json()
    assert broker["stat"]["ephemeral_owner"] not in (None, "0x0")
    assert request(port, "GET", "/clusters/orders/znodes/apps/shop/credentials").status == 403

    if sign == signal.SIGINT:
        wait_until(lambda: "is frozen" in said.read_text(), 40, "the first trouble")
        wait_until(lambda: states(port)["orders"] == "SUSPENDED", 10, "it to be seen")
        wait_until(lambda: "hook received: cluster.lost: archive" in said.read_text(), 10, "the hook of archive")

    children = psutil.Process(process.pid).children(recursive=True)
    assert len([child for child in children if child.name() == "java"]) == 4
    os.kill(process.pid, sign)
    assert process.wait(10) == 0
    assert psutil.wait_procs(children, timeout=1)[1] == []
    assert list(temporary.iterdir()) == []
    assert [path.name for path in said.parent.iterdir() if path not in (said, temporary)] == []


def states(port: int) -> dict[str, str]:
    clusters = request(port, "GET", "/api/v1/clusters").json()["clusters"]
    return {one["name"]: one["state"] for one in clusters}


def test_the_demo_without_zookeeper_says_what_to_install(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "zkdash", "demo", "--port", "0"],
        cwd=tmp_path,
        env=python_environment(PYTHONPATH=str(REPO), ZOOKEEPER_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("zkdash: ZOOKEEPER_HOME=")
    assert len(ended.stderr.splitlines()) == 1
