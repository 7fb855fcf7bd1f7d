"""asab's own alert providers, against a receiver on loopback that stands for Opsgenie and PagerDuty."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from tests.support.messages import NOW, delivery, message
from tests.support.receiver import Receiver, hang_up, receiver, slow, status
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers import asab as notifier_module
from zkdash.alerts.notifiers.asab import Asab, AsabSettings
from zkdash.config import AlertConfig

KEYS = {"opsgenie": (("api_key", "sesame-key"), ("tags", "zk, prod")),
        "pagerduty": (("api_key", "sesame-key"), ("integration_key", "sesame-integration"))}  # fmt: skip


@pytest.fixture
async def asab() -> AsyncIterator[Asab]:
    one = Asab(now=lambda: NOW)
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        one.otherwise = status(202)
        yield one


async def send(asab: Asab, there: Receiver, *providers: str) -> Answer:
    url = there.url.removesuffix("/hook")
    settings = AsabSettings(tuple((name, (("url", url), *KEYS[name])) for name in providers))
    return await asab.send(delivery(message()), message(), AlertConfig("ops", "asab", settings=settings))


async def test_opsgenie_gets_an_alert_under_the_id_of_the_incident(asab: Asab, there: Receiver) -> None:
    answer = await send(asab, there, "opsgenie")
    assert (answer.status, answer.error) == (202, "")
    (hit,) = there.hits
    assert (hit.path, hit.headers["authorization"]) == ("/v2/alerts", "GenieKey sesame-key")
    assert hit.json()["message"] == "FIRING: Bestellungen ü (prod): lost"
    assert (hit.json()["alias"], hit.json()["tags"]) == ("prod:lost:3", ["zk", "prod"])


async def test_pagerduty_gets_an_event_under_the_id_of_the_incident(asab: Asab, there: Receiver) -> None:
    assert (await send(asab, there, "pagerduty")).error == ""
    (hit,) = there.hits
    assert (hit.path, hit.json()["routing_key"]) == ("/v2/enqueue", "sesame-integration")
    assert hit.json()["dedup_key"] == "prod:lost:3"


async def test_all_that_are_configured_are_told(asab: Asab, there: Receiver) -> None:
    assert (await send(asab, there, "opsgenie", "pagerduty")).error == ""
    assert [hit.path for hit in there.hits] == ["/v2/alerts", "/v2/enqueue"]


@pytest.mark.parametrize(("code", "permanent"), [(403, True), (429, False), (500, False), (200, False)])
async def test_a_refusal_is_an_answer_and_no_line_of_the_log(
    asab: Asab, there: Receiver, code: int, permanent: bool, caplog: pytest.LogCaptureFixture
) -> None:
    there.script.append(status(code, body="the key sesame-key is not known"))
    with caplog.at_level(logging.DEBUG):
        answer = await send(asab, there, "opsgenie")
    assert (answer.status, answer.error, answer.permanent) == (code, f"opsgenie: answered {code}", permanent)
    assert "the key (hidden) is not known" in answer.response
    assert "sesame" not in repr(answer) + caplog.text


async def test_a_service_that_hangs_up_or_is_slow_is_said(
    asab: Asab, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.script.append(hang_up)
    assert (await send(asab, there, "opsgenie")).error == "opsgenie: the connection was closed before an answer came"
    monkeypatch.setattr(notifier_module, "TIMEOUT_S", 0.1)
    never = asyncio.Event()
    there.script.append(slow(never))
    assert (await send(asab, there, "opsgenie")).error == "opsgenie: no answer within 0.1 s"
    never.set()


def test_its_repr_shows_no_key() -> None:
    assert "sesame" not in repr(AsabSettings(tuple(KEYS.items())))


async def test_a_redirect_to_a_private_address_is_not_followed(asab: Asab, there: Receiver) -> None:
    async with receiver() as private:
        there.script.append(status(307, Location=private.url))
        answer = await send(asab, there, "opsgenie")
    assert (answer.status, answer.permanent, private.hits) == (307, True, [])
    assert answer.error == (
        "opsgenie: answered 307 Temporary Redirect: a redirect, which is not followed; set url to where it leads"
    )
