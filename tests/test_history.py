"""The servers' history in a store, on both engines: written, rolled up, kept small, and read by charts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.clock import Clock
from tests.support.samples import GIB, Room, room, sample
from zkdash.config.samples import SamplesConfig
from zkdash.ensemble.levels import DAY_MS, HOUR_MS, MINUTE_MS
from zkdash.ensemble.sample import Role, Sample
from zkdash.store import samples as sample_rows
from zkdash.store.engine import Store

START = 1_750_000_000_000 // DAY_MS * DAY_MS
EVERY_MS = 15_000


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


async def fill(there: Room, hours: float, *servers: str) -> None:
    """Samples every 15 s: a latency that rises and falls by the minute, packets at 10 a second."""
    begin = there.clock.at
    made = [
        sample(at, server, avg_latency=float(at // MINUTE_MS % 10), packets_received=float((at - START) // 100))
        for at in range(begin, begin + round(hours * HOUR_MS), EVERY_MS)
        for server in (servers or ("zk1:2181",))
    ]
    await there.write(*made)
    there.clock.at = begin + round(hours * HOUR_MS)


async def counts(store: Store) -> dict[int, int]:
    """{0: samples, step in seconds: blocks}."""
    async with store.connect() as connection:
        samples, _, levels = await sample_rows.weigh(connection)
    return {0: samples} | {step_s: number for step_s, (number, _, _) in levels.items()}


async def test_what_was_sampled_is_read_back_per_server(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await there.write(*(sample(START + at, "zk1:2181", znode_count=5) for at in (0, 15_000)))
        await there.write(sample(START + 15_000, "zk2:2181", znode_count=7))
        found = await there.history.series("prod", None, ["znode_count"], START, START + 30_000)
        assert {key: [value for value in values if value] for key, values in found.series.items()} == {
            ("zk1:2181", "znode_count"): [(5, 5, 5), (5, 5, 5)],
            ("zk2:2181", "znode_count"): [(7, 7, 7)],
        }
        only = await there.history.series("prod", ["zk2:2181"], ["znode_count"], START, START + 30_000)
        assert list(only.series) == [("zk2:2181", "znode_count")]
        assert not only.rolled


async def test_an_outage_is_a_hole_and_a_zero_of_up(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await there.write(
            sample(START, znode_count=5),
            sample(START + EVERY_MS, ok=False, role=Role.UNKNOWN, metrics={}),
            sample(START + 2 * EVERY_MS, znode_count=5),
        )
        found = await there.history.series("prod", None, ["znode_count", "up"], START, START + 3 * EVERY_MS)
        assert [value and value[0] for value in found.series["zk1:2181", "znode_count"][:3]] == [5, None, 5]
        assert [value and value[0] for value in found.series["zk1:2181", "up"][:3]] == [1, 0, 1]


async def test_seven_days_are_at_most_600_points_with_minimum_average_and_maximum(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await fill(there, 3)
        await there.history.tidy()
        until = clock.at
        found = await there.history.series("prod", None, ["avg_latency", "packets_received"], until - 7 * DAY_MS, until)
        assert found.rolled
        assert len(found.times) <= 600
        latency = [value for value in found.series["zk1:2181", "avg_latency"] if value]
        assert len(latency) == 3 * HOUR_MS // found.step_ms
        assert all(value == (0, pytest.approx(4.5, abs=0.6), 9) for value in latency)
        assert all(
            value[1] == pytest.approx(10, rel=0.01) for value in found.series["zk1:2181", "packets_received"] if value
        )


async def test_a_restart_of_the_server_gives_no_negative_rate_on_any_level(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        counter = [1000.0 + 150 * number for number in range(100)] + [150.0 * number for number in range(140)]
        await there.write(*(sample(START + EVERY_MS * n, packets_received=value) for n, value in enumerate(counter)))
        clock.at = START + HOUR_MS + MINUTE_MS
        for range_ms in (HOUR_MS, DAY_MS, 7 * DAY_MS):
            await there.history.tidy()
            found = await there.history.series("prod", None, ["packets_received"], clock.at - range_ms, clock.at)
            values = [value for value in found.series["zk1:2181", "packets_received"] if value]
            assert min(value[0] for value in values) == 0  # the first after the restart, which had counted to 0
            assert max(value[2] for value in values) == pytest.approx(10, rel=0.01)


async def test_what_is_not_rolled_up_yet_is_in_the_chart_all_the_same(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await fill(there, 0.5)
        await there.history.tidy()
        await fill(there, 0.2)
        found = await there.history.series("prod", None, ["avg_latency"], clock.at - DAY_MS, clock.at)
        assert found.step_ms == 3 * MINUTE_MS
        assert sum(value is not None for value in found.series["zk1:2181", "avg_latency"]) == 42 // 3


async def test_rolling_up_again_after_a_restart_changes_nothing(store: Store, clock: Clock) -> None:
    ranges = (HOUR_MS, DAY_MS, 7 * DAY_MS)
    async with room(store, clock) as there:
        await fill(there, 2.3)
        await there.history.tidy()
        before = [await there.history.series("prod", None, ["avg_latency"], clock.at - one, clock.at) for one in ranges]
    async with room(store, clock) as there:
        await there.history.tidy()
        await there.history.tidy()
        after = [await there.history.series("prod", None, ["avg_latency"], clock.at - one, clock.at) for one in ranges]
    assert after == before


async def test_a_history_that_is_read_right_after_a_restart_is_whole(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await fill(there, 1.6)
        await there.history.tidy()
        before = await there.history.series("prod", None, ["avg_latency"], clock.at - DAY_MS, clock.at)
    async with room(store, clock) as there:
        assert await there.history.series("prod", None, ["avg_latency"], clock.at - DAY_MS, clock.at) == before


async def test_old_samples_go_when_they_are_rolled_up_and_the_chart_stays(store: Store, clock: Clock) -> None:
    async with room(store, clock, keep_samples_s=7200) as there:
        await fill(there, 6, "zk1:2181", "zk2:2181")
        await there.history.tidy()
        assert await counts(store) == {0: 2 * 240 * 2, 60: 2 * 6, 900: 2}
        found = await there.history.series("prod", None, ["avg_latency"], START, clock.at)
        assert all(value is not None for value in found.series["zk2:2181", "avg_latency"])


async def test_each_level_goes_after_its_time_and_servers_with_it(store: Store, clock: Clock) -> None:
    async with room(store, clock, keep_minutes_s=7200, keep_quarters_s=86400) as there:
        await fill(there, 1)
        await there.history.tidy()
        clock.at += 4 * HOUR_MS
        await there.history.tidy()
        assert await counts(store) == {0: 0, 900: 1}
        clock.at += 3 * DAY_MS
        await there.history.tidy()
        assert await counts(store) == {0: 0}
        await there.write(sample(clock.at, znode_count=1))  # its number was given up, and is given anew
        assert await counts(store) == {0: 1}


async def test_the_size_is_bounded_and_what_is_newest_stays(store: Store, clock: Clock) -> None:
    async with room(store, clock, max_bytes=150_000, keep_samples_s=86400) as there:
        await fill(there, 8)
        await there.history.tidy()
        size = there.history.size()
        assert 0 < size.bytes <= size.limit == 150_000
        assert size.oldest[0] >= START + 2 * HOUR_MS
        found = await there.history.series("prod", None, ["avg_latency"], clock.at - HOUR_MS, clock.at)
        assert all(found.series["zk1:2181", "avg_latency"][:-1])


async def test_a_nearly_full_disk_stops_the_history_and_says_so(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        there.free = 100
        there.history.record([sample(START, znode_count=5)])
        await there.going_on_until(lambda: there.history.trouble)
        assert "0 MiB are free" in there.history.trouble
        assert "keep_free" in there.history.trouble
        assert len(there.bus.heard["History.trouble!"]) == 1
        there.free = GIB
        await there.written()
        assert there.history.trouble == ""
        assert len(there.bus.heard["History.trouble!"]) == 2
        assert await counts(store) == {0: 1}


async def test_a_store_that_can_not_be_written_stops_the_history_until_it_can(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        async with store.begin() as connection:
            await connection.execute(text("ALTER TABLE samples RENAME TO away"))
        there.history.record([sample(START), sample(START + EVERY_MS)])
        await there.going_on_until(lambda: there.history.trouble)
        async with store.begin() as connection:
            await connection.execute(text("ALTER TABLE away RENAME TO samples"))
        await there.written()
        assert there.history.trouble == ""
        assert await counts(store) == {0: 2}


async def test_a_database_that_is_full_stops_the_history_and_not_the_rest(tmp_path: Path, clock: Clock) -> None:
    store = Store(f"sqlite:///{tmp_path}/zkdash.sqlite")
    await store.open()
    async with room(store, clock) as there:
        async with store.begin() as connection:
            pages = await connection.scalar(text("PRAGMA page_count"))
            await connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        there.history.record([sample(START + EVERY_MS * number) for number in range(200)])
        await there.going_on_until(lambda: there.history.trouble)
        assert "the disk is full" in there.history.trouble
        async with store.begin() as connection:
            await connection.execute(text("PRAGMA max_page_count = 100000"))
        await there.written()
        assert there.history.trouble == ""
    await store.close()


async def test_cheap_samples_are_written_only_when_they_tell_of_a_change(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await there.write(sample(START))
        there.history.record([sample(START + 2000 * number, full=False) for number in range(1, 5)])
        assert there.history.waiting == 0
        await there.write(sample(START + 10_000, full=False, ok=False, role=Role.UNKNOWN))
        there.history.record([sample(START + 12_000, full=False, ok=False, role=Role.UNKNOWN)])
        assert there.history.waiting == 0
        await there.write(sample(START + 14_000, full=False, role=Role.LEADER))
        said = await there.history.said("prod", START, START + HOUR_MS)
        assert [(row["at"] - START, row["role"], row["ok"]) for row in said] == [
            (0, "follower", True),
            (10_000, "unknown", False),
            (14_000, "leader", True),
        ]


async def test_what_has_no_column_is_kept_too_once_a_minute(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await there.write(*(sample(START + EVERY_MS * n, commit_count=7, custom=0.5) for n in range(5)))
        said = await there.history.said("prod", START, START + HOUR_MS)
        told = {"version": "3.9.3", "commit_count": 7, "custom": 0.5}
        assert [row["rest"] for row in said] == [told, {}, {}, {}, told]


async def test_whatever_a_server_says_is_written_or_left_out_and_stops_nothing(store: Store, clock: Clock) -> None:
    hostile: list[Sample] = [
        sample(START, "a\0b\ud800:1", znode_count=float("nan"), packets_sent=1e300, zxid=2**64 - 1, uptime_ms=-1),
        sample(START + 1, "a\0b\ud800:1", version="\ud800\0", took_ms=1e12, avg_latency=float("inf")),
        sample(START + 2, "x" * 5000, metrics={f"m{n}\ud800\0": float(n) for n in range(5000)}),
    ]
    async with room(store, clock) as there:
        await there.write(*hostile)
        assert await counts(store) == {0: 3}
        assert len((await there.history.said("prod", 0, START + 10))[2]["rest"]) == 400
        clock.at += HOUR_MS
        await there.history.tidy()


async def test_two_dashboards_on_one_store_write_the_same_sample_once(store: Store, clock: Clock) -> None:
    async with room(store, clock) as one, room(store, clock) as other:
        await one.write(sample(START))
        await other.write(sample(START), sample(START + EVERY_MS))
        assert await counts(store) == {0: 2}


async def test_what_waits_is_written_at_the_end(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        there.history.record([sample(START)])
    assert await counts(store) == {0: 1}


async def test_a_metric_without_a_history_and_a_range_that_is_none_are_named(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        with pytest.raises(ValueError, match="nonsense has no history; there are up, "):
            await there.history.series("prod", None, ["nonsense"], 0, 1)
        with pytest.raises(ValueError, match="a range ends after it begins"):
            await there.history.series("prod", None, ["up"], 5, 5)
        assert (await there.history.series("nobody", None, ["up"], 0, 5)).series == {}


@pytest.mark.usefixtures("quick_loop")
async def test_writing_much_leaves_the_event_loop_free(store: Store, clock: Clock) -> None:
    async with room(store, clock) as there:
        await fill(there, 2, *(f"zk{number}:2181" for number in range(3)))
        await there.history.tidy()
        assert (await counts(store))[60] == 6


def test_the_defaults_fit_together() -> None:
    config = SamplesConfig()
    assert config.keep_samples_s <= config.keep_minutes_s <= config.keep_quarters_s
