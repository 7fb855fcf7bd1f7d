"""Alerts for a real Alertmanager, and what they are made of."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.alertmanager import RealAlertmanager
from tests.support.alertmanager import alertmanager as started
from tests.support.messages import NOW, OPENED, delivery, incident, message
from tests.support.receiver import Receiver, receiver, status
from tests.support.until import until
from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.notifiers.alertmanager import Alertmanager, AlertmanagerSettings, alert_of
from zkdash.config import AlertConfig
from zkdash.demo.loopback import free_port
from zkdash.timeline.times import iso

SETTINGS = AlertmanagerSettings(("http://am:9093",), labels=(("team", "data"),), hold_s=300.0)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAlertmanager]:
    with started(tmp_path_factory.mktemp("alertmanager")) as one:
        yield one


def now() -> int:
    """A real Alertmanager goes by the time of day."""
    return time.time_ns() // 1_000_000


@pytest.fixture
async def notifier() -> AsyncIterator[Alertmanager]:
    one = Alertmanager(now=now)
    await one.start()
    yield one
    await one.stop()


def route(*urls: str, hold_s: float = 600.0) -> AlertConfig:
    return AlertConfig("ops", "alertmanager", settings=AlertmanagerSettings(urls, (("team", "data"),), hold_s))


async def test_an_alert_fires_and_is_resolved_in_a_real_alertmanager(
    notifier: Alertmanager, real: RealAlertmanager
) -> None:
    opened = iso(now() - 60_000)
    firing = message(incident(opened_at=opened), incident(rule="server-down", subject="zk1:2181", opened_at=opened))
    answer = await notifier.send(delivery(firing), firing, route(real.url))
    assert (answer.status, answer.error) == (200, "")
    await until(lambda: set(real.alerts()) == {"ZooKeeperLost", "ZooKeeperServerDown"}, what="both to fire")
    alerts = real.alerts()
    assert alerts["ZooKeeperServerDown"]["labels"]["server"] == "zk1:2181"
    assert alerts["ZooKeeperLost"]["startsAt"] == opened

    over = message(incident(opened_at=opened, resolved_at=iso(now()), status="resolved"), kind="resolved")
    answer = await notifier.send(delivery(over, DeliveryKind.RESOLVED), over, route(real.url))
    assert answer.error == ""
    await until(lambda: set(real.alerts()) == {"ZooKeeperServerDown"}, what="one to be resolved")


async def test_an_alert_that_is_sent_again_ends_later(notifier: Alertmanager, real: RealAlertmanager) -> None:
    one = incident(rule="refreshed", opened_at=iso(now() - 60_000))
    await notifier.send(delivery(message(one)), message(one), route(real.url, hold_s=60))
    before = real.alerts()["ZooKeeperRefreshed"]
    assert (await notifier.refresh([one], route(real.url, hold_s=600))).error == ""
    after = real.alerts()["ZooKeeperRefreshed"]
    assert after["fingerprint"] == before["fingerprint"]
    assert after["endsAt"] > before["endsAt"]
    assert after["startsAt"] == before["startsAt"]


async def test_a_test_fires_there_and_says_that_it_is_one(notifier: Alertmanager, real: RealAlertmanager) -> None:
    told = message(kind="test")
    assert (await notifier.send(delivery(told, DeliveryKind.TEST), told, route(real.url))).error == ""
    assert real.alerts()["ZkdashTest"]["annotations"]["summary"] == "A test of zkdash: alerts arrive here."


async def test_what_a_real_one_refuses_is_a_permanent_error(notifier: Alertmanager, real: RealAlertmanager) -> None:
    told = message(incident(opened_at="yesterday"))
    answer = await notifier.send(delivery(told), told, route(real.url))
    assert (answer.status, answer.permanent) == (400, True)
    assert "yesterday" in answer.response


async def test_one_of_a_cluster_that_takes_it_is_enough(notifier: Alertmanager, real: RealAlertmanager) -> None:
    dead = f"http://user:sesame@127.0.0.1:{free_port()}"
    answer = await notifier.send(delivery(message()), message(), route(dead, real.url))
    assert (answer.status, answer.error) == (200, "")
    assert answer.note.startswith("1 of 2 took it: http://127.0.0.1:")
    assert answer.note.endswith("connection refused")
    assert "sesame" not in repr(answer)


async def test_none_that_takes_it_is_an_error_with_the_reason_of_each() -> None:
    notifier = Alertmanager(now=lambda: NOW)
    await notifier.start()
    async with receiver() as one, receiver() as other:
        one.script.append(status(503, Retry_After="9"))
        other.script.append(status(404))
        answer = await notifier.send(delivery(message()), message(), route(base(one), base(other)))
    await notifier.stop()
    assert (answer.status, answer.retry_after_s, answer.permanent) == (503, 9, False)
    assert "answered 503 Service Unavailable; " in answer.error
    assert answer.error.endswith("answered 404 Not Found")


def base(one: Receiver) -> str:
    return one.url.removesuffix("/hook")


def test_an_alert_ends_some_time_from_now_until_its_incident_is_over() -> None:
    alert = alert_of(incident(), NOW, SETTINGS)
    assert (alert["startsAt"], alert["endsAt"]) == (OPENED, iso(NOW + 300_000))
    assert alert_of(incident(resolved_at="2025-06-15T15:06:00.000Z"), NOW, SETTINGS)["endsAt"].endswith("15:06:00.000Z")
    assert alert["labels"] == {
        "team": "data", "alertname": "ZooKeeperLost", "cluster": "prod", "rule": "lost", "severity": "critical",
        "service": "zookeeper",
    }  # fmt: skip
    assert alert["annotations"]["summary"] == "Bestellungen ü (prod): lost"
    assert "nothing heard for 10 s" in alert["annotations"]["description"]


@pytest.mark.parametrize(("hold_s", "refresh_s"), [(10, 2), (300, 60), (600, 60), (86_400, 60)])
def test_an_alert_is_sent_again_well_before_it_ends(hold_s: float, refresh_s: float) -> None:
    assert AlertmanagerSettings(("http://am",), hold_s=hold_s).refresh_s == refresh_s
