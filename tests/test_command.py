"""Programs that are run with a message."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.support.messages import NOW, delivery, message
from tests.support.until import until
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers.command import Command, CommandSettings
from zkdash.config import AlertConfig


async def run(script: str, timeout_s: float = 10.0, payload: str = "{}", **environment: str) -> Answer:
    words = ("/bin/sh", "-c", script)
    settings = CommandSettings(words, tuple(environment.items()), timeout_s)
    return await Command(now=lambda: NOW).send(delivery(payload), {}, AlertConfig("ops", "command", settings=settings))


async def test_a_program_gets_the_message_and_takes_it_with_exit_code_0(tmp_path: Path) -> None:
    payload = json.dumps(message())
    answer = await run(f"cat > {shlex.quote(str(tmp_path / 'got'))}; echo thanks", payload=payload)
    assert (answer.status, answer.error, answer.response) == (0, "", "thanks\n")
    assert (tmp_path / "got").read_text() == payload


@pytest.mark.parametrize(("code", "permanent"), [(1, False), (75, False), (64, True), (78, True)])
async def test_any_other_exit_code_means_that_it_was_not_taken(code: int, permanent: bool) -> None:
    answer = await run(f"echo broken >&2; exit {code}")
    assert answer.error == f"it ended with exit code {code}"
    assert (answer.status, answer.permanent, answer.response) == (code, permanent, "broken\n")


async def test_a_program_that_is_killed_is_said() -> None:
    assert (await run("kill -KILL $$")).error == "it was ended by signal SIGKILL"


async def test_its_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_ZKDASH", "sesame")
    answer = await run("env | cut -d= -f1 | sort; pwd", TOKEN="sesame-token")
    names = [name for name in answer.response.split() if name not in {"_", "PWD", "OLDPWD", "SHLVL"}]
    assert names == ["LANG", "PATH", "TOKEN", "ZKDASH_DELIVERY", "ZKDASH_KIND", "ZKDASH_ROUTE", "/"]


async def test_one_that_does_not_end_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    answer = await run(f"sleep 1000 & echo $! > {tmp_path}/child; trap '' TERM; sleep 1000", timeout_s=0.3)
    assert answer.error == "it did not end within 0.3 s, and was ended"
    child = (tmp_path / "child").read_text().strip()
    await until(lambda: is_gone(child), what="the program's child to end")


def is_gone(pid: str) -> bool:
    """Whether a process has ended, though its new parent may not have noticed yet."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


async def test_what_it_leaves_behind_does_not_hold_up_its_answer() -> None:
    answer = await run("sleep 1000 & echo done", timeout_s=30.0)
    assert (answer.status, answer.response) == (0, "done\n")


async def test_one_that_reads_nothing_and_talks_without_end_is_bounded() -> None:
    answer = await run("head -c 30000000 /dev/zero | tr '\\0' x", payload="y" * 1_000_000)
    assert (answer.status, answer.error) == (0, "")
    assert len(answer.response.encode()) <= 2048
    assert len(answer.request.encode()) <= 2048


async def test_secrets_do_not_come_back_in_what_it_says() -> None:
    answer = await run("echo token=$TOKEN", payload='{"x": "sesame-token"}', TOKEN="sesame-token")
    assert "sesame" not in repr(answer)
    assert answer.response == "token=(hidden)\n"


async def test_a_program_that_is_not_there_any_more_is_said() -> None:
    settings = CommandSettings(("/nowhere/page", "sesame"))
    answer = await Command(now=lambda: NOW).send(delivery("{}"), {}, AlertConfig("ops", "command", settings=settings))
    assert (answer.error, answer.permanent) == ("/nowhere/page can't be run: no such file or directory", True)
    assert "sesame" not in repr(settings)
