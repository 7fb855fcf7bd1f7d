"""`zkdash alerts`: a test to a receiver, and what would have been told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.support.house import house
from zkdash import cli
from zkdash.clock import now_ms
from zkdash.store.engine import Store
from zkdash.zookeeper.states import Cause, Kind, Observation, State


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204 if self.path == "/good" else 410)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def conf(tmp_path: Path) -> Iterator[Path]:
    """Two alerts: "good" is taken, "bad" refused for good."""
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    path = tmp_path / "zkdash.conf"
    path.write_text(
        f"[store]\nurl = sqlite:///{tmp_path}/log.sqlite\n[zookeeper:prod]\nservers = zk1:2181\n"
        f"[alert:good]\nurl = {url}/good\n[alert:bad]\nurl = {url}/secret-token\n"
    )
    yield path
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_test_is_sent_and_the_exit_code_tells(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "test", "good", "-c", str(conf)]) == 0
    assert capsys.readouterr().out == "good has taken the test (204)\n"
    assert cli.main(["alerts", "test", "bad", "-c", str(conf)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("bad has not taken the test: ")
    assert "410" in said
    assert "secret-token" not in said


def test_an_alert_that_is_not_there_is_said(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "test", "best", "-c", str(conf)]) == 1
    assert capsys.readouterr().err == "zkdash: no alert is called best (there are: good, bad)\n"
    assert cli.main(["alerts", "replay", "--since", "soon", "-c", str(conf)]) == 2
    assert "write a duration" in capsys.readouterr().err
    assert cli.main(["alerts"]) == 0
    assert "zkdash alerts replay" in capsys.readouterr().out


def test_a_replay_says_what_would_have_been_told_while_zkdash_runs(
    conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["alerts", "replay", "-c", str(conf)]) == 1
    assert "there is no log yet" in capsys.readouterr().err

    async def lost() -> tuple[int, int]:
        store = Store(f"sqlite:///{tmp_path}/log.sqlite")
        await store.open()
        from tests.support.clock import Clock

        async with house(store, Clock(now_ms() - 3_600_000)) as one:
            await one.record(
                Observation("prod", one.clock.at, Kind.STATE, Cause.SESSION_TIMEOUT, State.SUSPENDED, State.LOST)
            )
            code = await asyncio.to_thread(cli.main, ["alerts", "replay", "--route", "good", "-c", str(conf)])
            none = await asyncio.to_thread(cli.main, ["alerts", "replay", "--since", "10m", "-c", str(conf)])
        await store.close()
        return code, none

    assert asyncio.run(lost()) == (0, 0)
    lines = capsys.readouterr().out.splitlines()
    assert "good  firing: prod lost" in lines[0]
    assert lines[1] == "good: 1 message, from 1 event"
    assert lines[2:] == ["good: 0 messages, from 0 events", "bad: 0 messages, from 0 events"]
