"""Pings go out in time, many at once, and a server's silence is noticed when it is due."""

from __future__ import annotations

import asyncio
import time

import pytest

from zkdash.zookeeper.heartbeat import Heartbeat


@pytest.mark.parametrize("timeout_s", [0.3, 1.2])
async def test_a_ping_goes_out_before_a_third_of_the_timeout_is_over_and_silence_is_told(timeout_s: float) -> None:
    pings: list[float] = []
    told: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def ping() -> None:
        pings.append(time.monotonic())
        beat.sent()

    beat = Heartbeat(ping, told.set_result)
    began = time.monotonic()
    beat.start(timeout_s)
    try:
        assert await asyncio.wait_for(told, 5) == pytest.approx(timeout_s * 2 / 3)
    finally:
        beat.stop()
    assert time.monotonic() - began >= timeout_s * 2 / 3
    assert 1 <= len(pings) <= 3
    assert all(later - earlier >= timeout_s / 6 for earlier, later in zip([began, *pings], pings, strict=False))
