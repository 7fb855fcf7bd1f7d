"""The pages of alerts: what they show, what can be done there, and who may do it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import route
from tests.support.receiver import Receiver, receiver, status
from tests.support.site import Site, running_site
from tests.support.until import until
from zkdash.alerts.delivery import Delivery
from zkdash.alerts.incident import Incident
from zkdash.web import alerting
from zkdash.zookeeper.states import Cause, Kind, Observation, Severity

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HERE = FORM | {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def site(tmp_path: Path, there: Receiver) -> AsyncIterator[Site]:
    ops = route(there, "ops", group_wait_s=0.0, on=frozenset({"*"}))
    async with running_site(tmp_path, "a", "b", routes=(ops,)) as running:
        yield running


async def incident(site: Site, cluster: str = "a", subject: str = "zk2:2181") -> Incident:
    """An open incident of a server that is down."""
    site.bus.events.record(fired(site, cluster, subject))
    return await opened(site, subject)


def fired(site: Site, cluster: str, subject: str, cause: Cause = Cause.FIRING) -> Observation:
    at = site[cluster].status.since + (1 if cause is Cause.FIRING else 60_000)
    reason = f"{subject} does not answer"
    return Observation(
        cluster, at, Kind.RULE, cause, rule="server-down", subject=subject, severity=Severity.CRITICAL, reason=reason
    )


async def becomes(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return as soon as what is asked of the store is so; fail after 5 s."""
    async with asyncio.timeout(5):
        while not await condition():  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.01)


async def opened(site: Site, subject: str) -> Incident:
    found: list[Incident] = []

    async def there_is() -> bool:
        found[:] = [each for each in await site.bus.alerts.incidents(open_only=True) if each.subject == subject]
        return bool(found)

    await becomes(there_is)
    return found[0]


async def delivered(site: Site) -> Delivery:
    """The newest delivery, once it was tried."""
    await until(lambda: any(one.tries for one in site.bus.heard["Delivery.changed!"]), what="a try")
    found: list[Delivery] = await site.bus.alerts.deliveries(limit=1)
    return found[0]


async def post(site: Site, path: str, data: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, where to, and the text."""
    async with site.client.post(path, data=data, headers=HERE | headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_an_open_incident_says_what_where_and_who_was_told(site: Site, there: Receiver) -> None:
    one = await incident(site)
    await delivered(site)
    await until(lambda: bool(there.hits))
    for page in ("/alerts", "/alerts/history", f"/alerts/incidents/{one.id}"):
        text = await site.text(page)
        assert "a: server down" in text
        assert "zk2:2181 does not answer." in text
        assert "ops was told" in text
    assert "critical" in text
    assert "No event says why" not in text


async def test_nobody_is_said_to_be_told_before_the_receiver_has_taken_it(site: Site, there: Receiver) -> None:
    there.otherwise = status(500)
    await incident(site)
    await delivered(site)
    text = await site.text("/alerts")
    assert "ops has not taken the message yet" in text
    assert "ops was told" not in text
    assert 'id="banner-failing"' in await site.text("/")


async def test_an_incident_is_acknowledged_by_a_plain_form_and_by_whom_is_remembered(site: Site) -> None:
    one = await incident(site)
    code, where, _ = await post(site, f"/alerts/incidents/{one.id}/acknowledge", "by=Ada&note=on+it")
    assert (code, where) == (303, f"/alerts/incidents/{one.id}")
    page = await site.text(where)
    assert 'id="done"' in page
    assert "by Ada" in page
    assert "on it" in page
    assert 'value="Ada"' in page
    assert 'id="done"' not in await site.text(where)
    code, where, _ = await post(site, f"/alerts/incidents/{one.id}/unacknowledge")
    assert code == 303
    assert (await site.bus.alerts.incident(one.id)).acknowledged_at is None


async def test_who_has_no_name_is_asked_for_it(site: Site) -> None:
    one = await incident(site)
    code, where, _ = await post(site, f"/alerts/incidents/{one.id}/acknowledge")
    assert (code, where) == (303, f"/alerts/incidents/{one.id}#act")
    assert "Say who you are" in await site.text(where)
    assert (await site.bus.alerts.incident(one.id)).acknowledged_at is None


async def test_what_can_not_be_taken_is_said_beside_the_form(site: Site) -> None:
    one = await incident(site)
    code, _, text = await post(site, f"/alerts/incidents/{one.id}/acknowledge", f"by=Ada&note={'x' * 501}")
    assert code == 400
    assert "note has 501 characters: allowed are 500." in text


async def test_an_incident_that_is_over_is_not_acknowledged(site: Site) -> None:
    one = await incident(site)
    site.bus.events.record(fired(site, "a", "zk2:2181", Cause.RESOLVED))

    async def is_over() -> bool:
        return not (await site.bus.alerts.incident(one.id)).is_open

    await becomes(is_over)
    code, _, text = await post(site, f"/alerts/incidents/{one.id}/acknowledge", "by=Ada")
    assert code == 409
    assert "There is no open incident" in text
    assert 'method="post"' not in await site.text(f"/alerts/incidents/{one.id}")


ACTS = [
    "/alerts/incidents/1/acknowledge",
    "/alerts/incidents/1/unacknowledge",
    "/alerts/deliveries/x/resend",
    "/alerts/silences",
    "/alerts/silences/1/end",
    "/alerts/routes/ops/test",
]


FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
]


async def test_only_pages_of_zkdash_can_change_something(site: Site) -> None:
    for path in ACTS:
        for headers in FOREIGN:
            async with site.client.post(path, data="by=Eve", headers=FORM | headers) as answer:
                assert (path, headers, answer.status) == (path, headers, 403)
                assert "Only zkdash" in await answer.text()
    assert site.bus.heard["Delivery.changed!"] == []


async def test_a_page_without_sec_fetch_site_says_its_origin(site: Site) -> None:
    one = await incident(site)
    origin = str(site.client.make_url("/")).rstrip("/")
    async with site.client.post(
        f"/alerts/incidents/{one.id}/acknowledge", data="by=Ada", headers=FORM | {"Origin": origin}
    ) as answer:
        assert answer.status == 200
    async with site.client.get(f"/alerts/incidents/{one.id}/acknowledge") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"


async def test_a_silence_is_made_shown_and_ended(site: Site) -> None:
    form = await site.text("/alerts/silences/new?clusters=a&rules=server-down&subjects=zk2:2181")
    for value in ("a", "server-down", "zk2:2181"):
        assert f'value="{value}"' in form
    code, where, _ = await post(site, "/alerts/silences", "clusters=a&rules=server-*&lasts=1h&reason=a+kernel&by=Ada")
    assert code == 303
    assert re.fullmatch(r"/alerts/silences/\d+", where)
    page = await site.text(where)
    assert "a kernel" in page
    assert "server-*" in page
    one = await incident(site)
    await becomes(lambda: muted(site, one.id))
    assert f"/alerts/incidents/{one.id}" in await site.text(where)
    assert "muted by" in await site.text("/alerts")
    code, again, _ = await post(site, f"{where}/end", "by=Grace")
    assert (code, again) == (303, where)
    assert "by Grace" in await site.text(where)
    assert "muted by" not in await site.text("/alerts")
    code, _, _ = await post(site, f"{where}/end", "by=Grace")
    assert code == 409


async def muted(site: Site, incident_id: int) -> bool:
    silence = (await site.bus.alerts.silences())[0]
    return incident_id in [each.id for each in await site.bus.alerts.muted_by(silence.id)]


BAD_SILENCES = [
    ("reason=x&by=Ada", "Say what to silence"),
    ("clusters=a&by=Ada", "Say why"),
    ("clusters=a&reason=x", "Say who you are"),
    ("clusters=a&reason=x&by=Ada&ends_at=tomorrow", "is not a time like"),
    ("clusters=a&reason=x&by=Ada&ends_at=2020-01-01T00:00", "It must end after it begins"),
    ("clusters=a&reason=x&by=Ada&lasts=9y", "Allowed are 30m"),
    ("clusters=a&reason=x&by=Ada&window=never", "window"),
    ("clusters=*&reason=x&by=Ada", "Nobody would be told of anything"),
    (f"clusters={'a,' * 101}b&reason=x&by=Ada&rules=" + ",".join(map(str, range(101))), "allowed are 100"),
]


async def test_a_silence_that_can_not_be_is_not_made(site: Site) -> None:
    for typed, said in BAD_SILENCES:
        code, _, text = await post(site, "/alerts/silences", typed)
        assert (typed, code) == (typed, 400)
        assert said in text
    assert await site.bus.alerts.silences() == []


async def test_everything_is_silenced_only_when_that_is_said_twice(site: Site) -> None:
    code, _, _ = await post(site, "/alerts/silences", "clusters=*&reason=x&by=Ada&everything=yes")
    assert code == 303


async def test_a_test_is_sent_and_what_came_of_it_is_shown(site: Site, there: Receiver) -> None:
    there.script.append(status(503, "go away"))
    code, where, _ = await post(site, "/alerts/routes/ops/test", "by=Ada")
    assert (code, where) == (303, "/alerts/routes/ops")
    assert "A test is on its way" in await site.text(where)
    one = await delivered(site)
    assert there.hits[0].json()["type"] == "test"
    page = await site.text(f"/alerts/deliveries/{one.id}")
    assert "go away" in page
    assert "503" in page
    assert "Request of try 1" in page


async def test_a_delivery_is_sent_again(site: Site, there: Receiver) -> None:
    await site.bus.alerts.send_test("ops", "Ada")
    one = await delivered(site)
    await until(lambda: len(there.hits) == 1)
    code, where, _ = await post(site, f"/alerts/deliveries/{one.id}/resend", "by=Ada")
    assert code == 303
    await until(lambda: len(there.hits) == 2)
    assert "It is sent again." in await site.text(where)


async def test_a_preview_says_what_would_have_been_sent(site: Site, there: Receiver) -> None:
    await incident(site)
    await delivered(site)
    page = await site.text("/alerts/routes/ops")
    assert "<strong>1 message</strong>" in page
    tuned = await site.text("/alerts/routes/ops?for=1h")
    assert "<strong>0 messages</strong>" in tuned
    assert "as it is configured, <strong>1</strong>" in tuned
    assert 'value="1h"' in tuned


async def test_a_preview_says_that_it_has_not_looked_at_everything(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zkdash.web.preview.MOST_EVENTS", 1)
    await incident(site, "a")
    await incident(site, "b", "zk3:2181")
    text = await site.text("/alerts/routes/ops?since=30d")
    assert "Not the whole time was looked at" in text
    assert "zkdash alerts replay --since 30d" in text


async def test_a_preview_says_what_is_allowed(site: Site) -> None:
    for query in ("for=long", "group_wait=-1", "send_resolved=perhaps", "since=2y"):
        page = await site.text(f"/alerts/routes/ops?{query}", 400)
        assert f"{query.partition('=')[0]}: " in page


async def test_the_history_is_filtered_and_paged_by_the_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zkdash.web.alerts.SHOWN", 2)
    for number in range(3):
        await incident(site, "a", f"zk{number}:1")
    await incident(site, "b", "zk9:1")

    def shown(text: str) -> list[str]:
        return re.findall(r'<span class="mono">(zk\d:1)</span>', text)

    first = await site.text("/alerts/history?cluster=a&rule=server-down&severity=critical&state=open")
    assert shown(first) == ["zk2:1", "zk1:1"]
    older = re.search(r'id="older" href="([^"]+)"', first)
    assert older is not None
    assert shown(await site.text(older[1].replace("&amp;", "&"))) == ["zk0:1"]
    assert shown(await site.text("/alerts/history?cluster=b")) == ["zk9:1"]
    assert shown(await site.text("/alerts/history?state=over")) == []
    assert "allowed are open, over" in await site.text("/alerts/history?state=bad", 400)


async def test_what_is_not_there_is_said(site: Site) -> None:
    for path in ("incidents/99", f"incidents/{'9' * 30}", "deliveries/none", "silences/99", "routes/none"):
        await site.text(f"/alerts/{path}", 404)


async def test_who_looks_already_sees_what_a_new_viewer_was_drawn(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerting, "SETTLE_S", 60.0)
    one = await incident(site)
    topic = f"alerts/incidents/{one.id}"
    async with await site.listen(topic) as before:
        await site.bus.alerts.acknowledge(one.id, "Grace", "")
        async with await site.listen(topic) as after:
            assert "by Grace" in await shown(after)
        assert "by Grace" in await shown(before)


async def shown(viewer: Any) -> str:
    """The last that came of what the viewer listens to, once it says who acknowledged; fails after 5 s."""
    async with asyncio.timeout(5):
        while "by Grace" not in (text := await viewer.receive_str()):
            pass
    return text


async def test_the_pages_of_alerts_are_live(site: Site) -> None:
    one = await incident(site)
    async with await site.listen(f"alerts/incidents/{one.id}") as viewer:
        first = await viewer.receive_str(timeout=10)
        assert "server-down" in first
        await site.bus.alerts.acknowledge(one.id, "Ada", "on it")
        while "by Ada" not in (text := await viewer.receive_str(timeout=10)):
            assert text


async def test_there_is_no_other_topic(site: Site) -> None:
    for topic in ("alerts/", "alerts/nothing/1", "alerts/incidents/" + "1" * 200):
        await site.text(f"/live?topic={topic}", 400)


async def test_what_is_held_back_is_said_on_every_page(site: Site) -> None:
    site.bus.alerts.hold("the event loop stood still for 4 s")
    assert "the event loop stood still for 4 s" in await site.text("/timeline")
    site.bus.alerts.hold(None)
    assert "banner-held" not in await site.text("/timeline")


async def test_incidents_are_marked_in_the_timeline(site: Site) -> None:
    one = await incident(site)
    text = await site.text("/timeline")
    assert "lane__mark--critical" in text
    assert f'<a class="lane__incident" href="/alerts/incidents/{one.id}" aria-label="' in text
    event: Any = await site.text(f"/timeline/events/{one.opened_event_id}")
    assert f'href="/alerts/incidents/{one.id}"' in event
