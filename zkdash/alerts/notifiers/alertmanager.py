"""Alerts for Prometheus' Alertmanager by its API, version 2, so that teams keep their routing there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from zkdash.alerts.notifiers import Answer, Message
from zkdash.alerts.notifiers.excerpt import Secrets, shown_url
from zkdash.alerts.notifiers.http.options import CONNECTION, HEADERS, Connection, read_connection
from zkdash.alerts.notifiers.http.sender import HttpSender, Request
from zkdash.alerts.notifiers.words import headline, incidents, lines
from zkdash.config import values
from zkdash.config.kinds import Kind, option
from zkdash.timeline.times import iso

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig
    from zkdash.config.reader import Reader

PATH = "/api/v2/alerts"
FEWEST_REFRESHES = 5
"""So often an alert is sent again before it would end by itself."""
LONGEST_REFRESH_S = 60.0
_TEST_S = 60.0


@dataclass(frozen=True, slots=True)
class AlertmanagerSettings:
    """`urls` are all Alertmanagers of a cluster, each of which is told; `labels` go with each alert."""

    urls: tuple[str, ...] = field(repr=False)
    labels: tuple[tuple[str, str], ...] = ()
    hold_s: float = 600.0
    connection: Connection = field(default_factory=Connection)

    def shown(self) -> str:
        return ", ".join(map(shown_url, self.urls))

    def secrets(self) -> Secrets:
        return self.connection.secrets(self.urls)

    @property
    def refresh_s(self) -> float:
        """How often an alert that fires is sent again."""
        return min(self.hold_s / FEWEST_REFRESHES, LONGEST_REFRESH_S)


def _read(reader: Reader) -> AlertmanagerSettings | None:
    before = len(reader.document.mistakes)
    urls = reader.secret("url", _urls)
    if urls is None and not reader.has("url") and not reader.has("url_file"):
        reader.mistake("url", "say where to: url = http://alertmanager:9093", show=False)
    labels = reader.read("labels", _labels)
    hold_s = reader.read("hold", lambda text: values.seconds(text, 10, 86_400))
    connection = read_connection(reader)
    if urls is None or labels is None or hold_s is None or len(reader.document.mistakes) > before:
        return None
    return AlertmanagerSettings(urls, labels, hold_s, connection)


def _urls(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(values.http_url(word).rstrip("/").removesuffix(PATH) for word in values.words(text)))
    if not found or any("?" in url for url in found):
        raise ValueError("write URLs such as http://am1:9093, http://am2:9093, without a ?")
    return found


def _labels(text: str) -> tuple[tuple[str, str], ...]:
    found = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, equals, value = line.partition("=")
        if not equals or not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name.strip()) or not value.strip():
            raise ValueError("write name=value, each label on a line of its own")
        if name.strip() in _OWN_LABELS:
            raise ValueError(f"the label {name.strip()} is set by zkdash itself")
        found[name.strip()] = value.strip()
    return tuple(found.items())


_OWN_LABELS = ("alertname", "cluster", "rule", "server", "severity", "service")


class Alertmanager:
    """Posts an alert for each incident to every Alertmanager of a route; one that takes it is enough.

    Alertmanager takes an alert for resolved when it hears no more of it. So each has an end, `hold` from now, and while
    its incident is open it is sent again (`refresh`) long before that. If zkdash is gone for longer, it ends there.
    """

    KIND: ClassVar = Kind(
        "alertmanager",
        "Prometheus' Alertmanager, by its API version 2: an alert for each incident, sent again while it is open.",
        (
            option(
                "url", "",
                "Where it is, such as http://alertmanager:9093; all of a cluster's, separated by commas. Needed.",
                secret=True,
            ),
            option("url_file", "", "A file with what else would stand in url."),
            option(
                "labels", "",
                "Labels of each alert, name=value, each on a line of its own, further lines indented.",
            ),
            option(
                "hold", "10m",
                "How long an alert fires on when zkdash says nothing any more, 10s to 24h. While the incident is open"
                " it is sent again five times in this time, and at least once a minute.",
            ),
            *HEADERS,
            *CONNECTION,
        ),
        _read,
    )  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._http = HttpSender()

    async def start(self) -> None:
        await self._http.start()

    async def stop(self) -> None:
        await self._http.stop()

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Tell each Alertmanager once. Never raises for what one does or for the way to it."""
        settings = route.settings
        if not isinstance(settings, AlertmanagerSettings):
            return Answer(error="the route is not that of an Alertmanager", permanent=True)
        now_ms = self._now()
        if delivery.kind.value == "test":
            alerts = [test_alert(delivery.id, now_ms, settings)]
        else:
            alerts = [alert_of(one, now_ms, settings) for one in incidents(message)]
        return await self._post(alerts, settings, now_ms)

    async def refresh(self, open_incidents: list[Mapping[str, Any]], route: AlertConfig) -> Answer:
        """Send again what fires still."""
        settings = route.settings
        if not isinstance(settings, AlertmanagerSettings):
            return Answer(error="the route is not that of an Alertmanager", permanent=True)
        now_ms = self._now()
        return await self._post([alert_of(one, now_ms, settings) for one in open_incidents], settings, now_ms)

    async def _post(self, alerts: list[dict[str, Any]], settings: AlertmanagerSettings, now_ms: int) -> Answer:
        connection = settings.connection
        headers = {**dict(connection.headers), "Content-Type": "application/json"}
        body, secrets = json.dumps(alerts).encode(), settings.secrets()
        answers = await asyncio.gather(
            *(
                self._http.send(
                    Request("POST", f"{url}{PATH}", headers, body, connection.timeout_s, secrets, connection.tls),
                    now_ms,
                )
                for url in settings.urls
            )
        )
        return joined(dict(zip(map(shown_url, settings.urls), answers, strict=True)))


def joined(answers: Mapping[str, Answer]) -> Answer:
    """One answer of several: those of a cluster tell each other whom they have notified, so one yes is enough."""
    if len(answers) == 1:
        return next(iter(answers.values()))
    failed = {place: answer for place, answer in answers.items() if answer.error}
    words = "; ".join(f"{place} {answer.error}" for place, answer in failed.items())
    taken = next((answer for answer in answers.values() if not answer.error), None)
    if taken is not None:
        return replace(taken, note=f"{len(answers) - len(failed)} of {len(answers)} took it: {words}" if failed else "")
    first = next(iter(failed.values()))
    waits = [answer.retry_after_s for answer in failed.values() if answer.retry_after_s is not None]
    permanent = all(answer.permanent for answer in failed.values())
    return replace(first, error=words, permanent=permanent, retry_after_s=max(waits, default=None))


def alert_of(one: Mapping[str, Any], now_ms: int, settings: AlertmanagerSettings) -> dict[str, Any]:
    """An incident as Alertmanager's postableAlert. Its labels are the same from beginning to end."""
    rule, subject = str(one.get("rule", "")), str(one.get("subject") or "")
    labels = {
        **dict(settings.labels),
        "alertname": "ZooKeeper" + "".join(word.capitalize() for word in re.split("[^A-Za-z0-9]+", rule)),
        "cluster": str(one.get("cluster", "")),
        "rule": rule,
        "severity": str(one.get("severity", "")),
        "service": "zookeeper",
    }
    if subject:
        labels["server"] = subject
    head, *details = lines(one)
    alert = {
        "labels": labels,
        "annotations": {"summary": headline(one), "description": "\n".join(details) or head},
        "startsAt": one["opened_at"],
        "endsAt": one.get("resolved_at") or iso(now_ms + round(settings.hold_s * 1000)),
    }
    if one.get("url"):
        alert["generatorURL"] = str(one["url"])
    return alert


def test_alert(delivery_id: str, now_ms: int, settings: AlertmanagerSettings) -> dict[str, Any]:
    """An alert that says that alerts arrive, and ends by itself."""
    own = {"alertname": "ZkdashTest", "severity": "info", "service": "zookeeper", "delivery": delivery_id}
    return {
        "labels": {**dict(settings.labels), **own},
        "annotations": {"summary": "A test of zkdash: alerts arrive here."},
        "startsAt": iso(now_ms),
        "endsAt": iso(now_ms + round(_TEST_S * 1000)),
    }
