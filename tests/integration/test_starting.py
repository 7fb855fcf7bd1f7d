"""zkdash that can't start says why in one plain line and exits with 1."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess

MakeProcess = Callable[..., ZkDashProcess]
DEAD = "prod=127.0.0.1:1"


def plain_end(dash: ZkDashProcess) -> str:
    """Start it, which must fail with exit code 1 and one line for people; gives the line."""
    dash.launch(PYTHONASYNCIODEBUG="")
    assert dash.wait_ended() == 1
    lines = dash.log.splitlines()
    assert len(lines) == 1, dash.log
    assert lines[0].startswith("zkdash: ")
    return lines[0].removeprefix("zkdash: ")


def test_a_port_in_use(zkdash: MakeProcess) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        line = plain_end(zkdash(DEAD, config=f"[web]\nlisten = {address}\n"))
        assert line == f"can't listen on {address}: another program listens there ([web] listen)"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////proc/nothing/zkdash.sqlite", r"/proc/nothing"),
        ("sqlite:////dev/null/zkdash.sqlite", r"/dev/null"),
        ("sqlite:///{folder}", r"(is a directory|unable to open|can't)"),
        ("postgresql://ada:hidden@127.0.0.1:1/zkdash", r"127\.0\.0\.1"),
    ],
)
def test_a_store_that_cannot_be_had(url: str, expected: str, zkdash: MakeProcess, tmp_path: Path) -> None:
    line = plain_end(zkdash(DEAD, config=f"[store]\nurl = {url.format(folder=tmp_path)}\n"))
    assert re.search(expected, line, re.IGNORECASE), line
    assert "hidden" not in line


def test_a_store_that_is_something_else(zkdash: MakeProcess, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ada,\n" * 1000)
    line = plain_end(zkdash(DEAD, config=f"[store]\nurl = sqlite:///{file}\n"))
    assert "letter.txt" in line
    assert file.read_text().startswith("Dear Ada")


def test_a_store_of_a_later_zkdash(zkdash: MakeProcess, tmp_path: Path) -> None:
    file = tmp_path / "later.sqlite"
    with sqlite3.connect(file) as store:
        store.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        store.execute("INSERT INTO alembic_version VALUES ('9999')")
    store.close()
    assert "later" in plain_end(zkdash(DEAD, config=f"[store]\nurl = sqlite:///{file}\n"))


def test_a_configuration_with_mistakes_says_them_all(zkdash: MakeProcess) -> None:
    dash = zkdash(config="[zookeeper:pr od]\nservers = x:1\n[zookeeper:b]\nsesion_timeout = soon\n")
    dash.launch()
    assert dash.wait_ended() == 1
    lines = dash.log.splitlines()
    assert lines[-1] == f"zkdash: {len(lines) - 1} mistakes in the configuration"
    assert any("session_timeout" in line for line in lines)  # the nearest known name
    assert not any("Traceback" in line for line in lines)


def test_without_a_cluster_it_starts_and_its_page_says_what_to_do(zkdash: MakeProcess) -> None:
    answer = zkdash().start().get("/")
    assert answer.status == 200
    assert "[zookeeper:" in Page(answer.text).text


def test_who_asks_it_to_end_while_it_starts_is_heard(tmp_path: Path) -> None:
    script = """
import asyncio, os, signal, sys
from zkdash import app, cli
start = app.ZkDashApplication._start
async def interrupted(self):
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(0.05)
    await start(self)
app.ZkDashApplication._start = interrupted
sys.exit(cli.main())
"""
    config = tmp_path / "zkdash.conf"
    config.write_text(f"[web]\nlisten = 127.0.0.1:0\n[store]\nurl = sqlite:///{tmp_path}/zkdash.sqlite\n")
    command = [sys.executable, "-c", script, "-c", str(config), "prod=127.0.0.1:1"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60).returncode == 0
