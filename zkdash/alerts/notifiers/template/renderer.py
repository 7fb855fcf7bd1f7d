"""Rendering templates in another process: an endless one costs that process, and nobody waits for it for long."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zkdash.alerts.notifiers.process import end
from zkdash.alerts.notifiers.words import text, title

_WORKER = Path(__file__).with_name("worker.py")
_START_S = 10.0
_LONGEST_LINE = 4 << 20


class TemplateTrouble(Exception):
    """A template that could not be rendered; its text is for people."""


class Renderer:
    """Starts its process with the first template, and again when it had to be ended. One template at a time."""

    def __init__(self, deadline_s: float = 2.0) -> None:
        self._deadline_s = deadline_s
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process that renders, while there is one."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def render(self, template: str, message: Mapping[str, Any]) -> str:
        """What the template makes of a message. Raises TemplateTrouble."""
        values = {**message, "title": title(message), "text": text(message)}
        line = json.dumps({"template": template, "values": values}).encode() + b"\n"
        async with self._turn:
            try:
                answer = await self._asked(line)
            except (OSError, EOFError, ValueError):
                await self._end()
                raise TemplateTrouble("the process that renders templates ended") from None
            except BaseException:
                await self._end()
                raise
        if "error" in answer:
            raise TemplateTrouble(answer["error"])
        return str(answer["text"])

    async def stop(self) -> None:
        await self._end()

    async def _asked(self, line: bytes) -> dict[str, str]:
        process = await self._running()
        if process.stdin is None:
            raise EOFError
        try:
            async with asyncio.timeout(self._deadline_s):
                process.stdin.write(line)
                await process.stdin.drain()
                return await _line(process)
        except TimeoutError:
            raise TemplateTrouble(f"it is not rendered within {self._deadline_s:g} s") from None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_WORKER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"},
            start_new_session=True,
            limit=_LONGEST_LINE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_START_S):
                await _line(self._process)
        except TimeoutError:
            raise TemplateTrouble("the process that renders templates does not start") from None
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:  # else its number may be another program's by now
            await end(process)


async def _line(process: asyncio.subprocess.Process) -> dict[str, str]:
    line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise EOFError
    found: dict[str, str] = json.loads(line)
    return found
