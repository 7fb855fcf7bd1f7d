"""The pages of an ensemble: at a glance, each server, charts and tables; and the same as JSON."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType

from tests.support.ensembles import HEALTHY, dead, serving
from tests.support.html import Page
from tests.support.site import Site, running_site
from zkdash.clock import now_ms
from zkdash.ensemble.history import HistoryService
from zkdash.ensemble.sample import Role
from zkdash.ensemble.verdict import Health, Verdict
from zkdash.zookeeper.commands import Command, Refusal
from zkdash.zookeeper.refusals import Trouble

LEADER, SECOND, THIRD = "zk1:2181", "zk2:2181", "zk3:2181"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        running.bus.ensemble.told(serving(LEADER, Role.LEADER), serving(SECOND), serving(THIRD))
        running.bus.ensemble.judged("a", HEALTHY)
        yield running


async def api(site: Site, path: str, status: int = 200) -> Any:
    return json.loads(await site.text(f"/api/v1/clusters/a/{path}", status))


async def heard(websocket: Any, wanted: str) -> str:
    """The first message with a text in it; fails if none comes."""
    while True:
        message = await websocket.receive(timeout=5)
        assert message.type is WSMsgType.TEXT
        if wanted in message.data:
            return str(message.data)


async def test_the_cluster_page_has_the_verdict_and_a_row_for_each_server(site: Site) -> None:
    text = await site.text("/clusters/a")
    assert "3 of 3 serving, leader zk1:2181, 1 more may fail" in text
    assert text.count('data-state="serving"') == 3
    assert 'data-role="leader"' in text
    assert "/clusters/a/servers/zk1%3A2181" in text
    assert "1&#46;25 ms" in text
    assert "0x100000005" in text
    assert "3.9.3" in text


async def test_a_server_that_died_is_told_from_one_that_serves_nobody_and_from_one_that_tells_nothing(
    site: Site,
) -> None:
    silent = dead(THIRD, "no answer within 2 s")
    site.bus.ensemble.told(dead(SECOND), silent)
    text = await site.text("/clusters/a")
    assert text.count('data-state="down"') == 2
    assert "connection refused" in text
    assert (await api(site, f"servers/{SECOND}"))["state"] == "down"
    assert (await api(site, f"servers/{SECOND}"))["metrics"] == {}


async def test_warnings_say_what_is_odd(site: Site) -> None:
    odd = Verdict(
        Health.DEGRADED,
        "2 of 3 serving",
        out_of_quorum=(THIRD,),
        skew={"3.8.4": (LEADER,), "3.9.3": (SECOND, THIRD)},
        drift={"tickTime": {"2000": (LEADER,), "3000": (SECOND,)}},
        lag={SECOND: 4321},
        diverged={"1a": (LEADER,), "2b": (SECOND,)},
    )
    site.bus.ensemble.judged("a", odd, unnamed=(("2 more", "their ports are not known"),))
    page = Page(await site.text("/clusters/a"))
    for words in (
        "Out of the quorum, whatever they say of themselves: zk3:2181.",
        "Versions differ: 3.8.4 on zk1:2181, 3.9.3 on zk2:2181 and zk3:2181.",
        "The setting tickTime differs: 2000 on zk1:2181, 3000 on zk2:2181.",
        "zk2:2181 is 4,321 transactions behind the leader.",
        "The data of servers has diverged",
        "2 more can't be asked: their ports are not known.",
    ):
        assert words in page.text, words


async def test_what_a_server_refuses_is_said_with_the_setting_that_would_allow_it(site: Site) -> None:
    refusal = Refusal(
        LEADER, Command.MNTR, Trouble.NOT_ALLOWED, "not in its list", ("4lw.commands.whitelist=srvr,mntr",)
    )
    site.bus.ensemble.judged("a", HEALTHY, refusals={LEADER: (refusal,)})
    for path in ("/clusters/a", f"/clusters/a/servers/{LEADER}"):
        text = await site.text(path)
        assert "not in its list" in text
        assert "<code>4lw.commands.whitelist=srvr,mntr</code>" in text


async def test_only_rows_that_changed_are_sent(site: Site) -> None:
    websocket = await site.listen("ensemble/a")
    await heard(websocket, 'id="servers"')
    site.bus.ensemble.told(serving(LEADER, Role.LEADER), dead(SECOND), serving(THIRD))
    sent = await heard(websocket, "server-zk2_3a_2181")
    assert 'data-state="down"' in sent
    assert "server-zk1" not in sent
    assert "server-zk3" not in sent
    await websocket.close()


async def test_a_verdict_reaches_the_page_and_the_card(site: Site) -> None:
    websocket = await site.listen("ensemble/a", "overview")
    site.bus.ensemble.judged("a", Verdict(Health.AT_RISK, "2 of 3 serving, no more may fail"))
    assert "2 of 3 serving, no more may fail" in await heard(websocket, 'data-health="at-risk"')
    assert "2 of 3 serving, no more may fail" in await site.text("/")
    await websocket.close()


async def test_samples_alone_draw_no_card(site: Site) -> None:
    from zkdash.web.keys import BOARD

    board = site.client.app[BOARD]  # type: ignore[union-attr]  # a running site has one
    before = board.version
    for number in range(50):  # nobody else has a turn meanwhile
        site.bus.ensemble.told(serving(LEADER, Role.LEADER, avg_latency=float(number)))
    assert board.version == before


async def test_a_cluster_that_is_not_probed_and_one_that_never_answered_say_so(site: Site) -> None:
    assert "no server has answered yet" in await _page_of(site, Verdict(Health.UNKNOWN, "no server has been asked yet"))
    assert "probe = no" in await _page_of(site, Verdict(Health.NOT_PROBED, "its servers are not probed (probe = no)"))


async def _page_of(site: Site, verdict: Verdict) -> str:
    site.bus.ensemble.judged("a", verdict, servers=(), samples={}, full={})
    return await site.text("/clusters/a")


async def test_a_servers_page_has_all_metrics_in_words_and_finds_some(site: Site) -> None:
    site.bus.ensemble.told(serving(LEADER, Role.LEADER, from_the_future=7.0))
    here = f"/clusters/a/servers/{LEADER}"
    page = Page(await site.text(here))
    assert "Requests that wait in the server." in page.text
    assert "from_the_future" in page.text
    found = Page(await site.text(f"{here}?q=fsync"))
    assert "Time for the disk to confirm the transaction log." in found.text
    assert "from_the_future" not in found.text
    assert "No metric is about “nonsense”" in await site.text(f"{here}?q=nonsense")
    await site.text("/clusters/a/servers/nobody:1", 404)


async def test_what_happened_is_drawn_again_above_the_charts_when_an_event_is_recorded(site: Site) -> None:
    page = await site.text("/clusters/a/charts?range=15m")
    assert "topic=charts%2Fa%3Frange%3D15m" in page
    assert 'id="lane-server-zk1_3a_2181"' in page
    websocket = await site.listen("charts/a?range=15m")
    await heard(websocket, 'id="causes"')
    site["a"].drop("the cable was cut")
    assert "the cable was cut" in await heard(websocket, "mark--suspended")
    await websocket.close()


async def test_a_full_disk_is_said_above_the_charts_and_all_else_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HistoryService, "trouble", property(lambda _: "3 MiB are free on the disk"))
    for page in ("charts?range=15m", f"servers/{LEADER}"):
        text = await site.text(f"/clusters/a/{page}")
        assert "Samples are not recorded now." in text
        assert "3 MiB are free on the disk" in text
        assert 'id="causes"' in text


async def test_how_much_room_the_history_takes_is_said(site: Site) -> None:
    await site.bus.history.tidy()
    found = Page(await site.text("/clusters/a/charts?range=15m"))
    assert "of at most 1.0 GiB ([store] samples_size)" in found.text


async def test_who_led_when_is_a_list_too(site: Site) -> None:
    async with asyncio.timeout(5):
        while "Who was what, as a list" not in (  # noqa: ASYNC110 - as in `until`: nothing tells when it is written
            page := await site.text("/clusters/a/charts?range=15m")
        ):
            await asyncio.sleep(0.02)
    listed = page.partition('class="stints__table"')[2].partition("</table>")[0]
    led = rf'<span class="mono">{LEADER}</span></th><td class="stints__led">.*leader</span></td>'
    assert re.search(led, listed)


async def test_what_a_silent_server_told_last_stays_with_its_age(site: Site) -> None:
    site.bus.ensemble.told(dead(LEADER))
    text = await site.text(f"/clusters/a/servers/{LEADER}")
    assert "Requests that wait in the server." in text
    assert 'id="metrics-at"><span class="js-only"><time' in text


async def test_hostile_names_and_versions_are_text(site: Site) -> None:
    name = '"><script>alert(1)</script>:2181'
    site.bus.ensemble.told(serving(name, **{"<script>x</script>": 1.0}))
    site.bus.ensemble.judged("a", Verdict(Health.HEALTHY, "<script>alert(2)</script>"))
    for path in (
        "/clusters/a",
        "/",
        "/clusters/a/charts",
        "/clusters/a/servers/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E:2181",
    ):
        text = await site.text(path)
        assert "<script>alert" not in text
        assert "<script>x" not in text


async def test_the_charts_table_and_the_api_have_the_same_numbers(site: Site) -> None:
    now = now_ms() // 60_000 * 60_000
    samples = [serving(LEADER, Role.LEADER, at=now - 15_000 * n, avg_latency=float(n % 7)) for n in range(1, 40)]
    site.bus.history.record(samples)
    await site.bus.history.stop()  # which writes what waits
    since, until_ms = now - 600_000, now
    series = await api(site, f"series?metric=avg_latency&server={LEADER}&since={since}&until={until_ms}")
    (line,) = series["series"]
    told = [value for value in line["avg"] if value is not None]
    assert len(told) > 30
    asked = "range=own&from={}&to={}&metric=avg_latency&as=tables".format(*(_moment(at) for at in (since, until_ms)))
    page = Page(await site.text(f"/clusters/a/charts?{asked}&server={LEADER}"))
    assert [float(value) for value in page.attribute("data-value")] == told[::-1]


def _moment(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("metric=nonsense", "There is no chart of"),
        ("server=nobody:1", "has no server"),
        ("as=pictures", "It can be shown as"),
        ("range=own&from=2026-01-01T00:00:00&to=2026-01-01T00:00:01", "at least 5 s long"),
        ("range=1y", "There is no range"),
    ],
)
async def test_a_view_that_there_is_not_is_said(site: Site, query: str, words: str) -> None:
    assert words in await site.text(f"/clusters/a/charts?{query}", 400)


async def test_the_api_says_mistakes_in_words(site: Site) -> None:
    assert "allowed are" in (await api(site, "series?metric=x", 400))["detail"]
    assert "must be before" in (await api(site, "series?since=5&until=5", 400))["detail"]
    assert "from 2 to 600" in (await api(site, "series?points=601", 400))["detail"]
    assert "from 2 to 600" in (await api(site, "series?points=1", 400))["detail"]
    await api(site, "servers/nobody:1", 404)


async def test_health_is_the_verdict_of_a_connected_cluster_and_else_its_state(site: Site) -> None:
    async def health() -> str:
        return str(json.loads(await site.text("/api/v1/clusters/a"))["health"])

    assert await health() == "healthy"
    site.bus.ensemble.judged("a", Verdict(Health.UNKNOWN, "nobody knows"))
    assert await health() == "ok"
    site.bus.ensemble.judged("a", HEALTHY)
    site["a"].drop()
    assert await health() == "suspended"


async def test_that_zkdash_itself_is_the_trouble_is_said_on_every_page(site: Site) -> None:
    site.bus.ensemble.offline = "all clusters went silent at once"
    site.bus.PubSub.publish("Ensemble.offline!", site.bus.ensemble.offline)
    for path in ("/", "/clusters/a", "/clusters/a/charts"):
        assert "zkdash is offline or overloaded" in await site.text(path)
