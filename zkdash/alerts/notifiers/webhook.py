"""Sending a message to a webhook, signed as Standard Webhooks says (https://www.standardwebhooks.com/)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from zkdash.alerts.notifiers import Answer, Message
from zkdash.alerts.notifiers.excerpt import Secrets, shown_url
from zkdash.alerts.notifiers.http import cloudevents
from zkdash.alerts.notifiers.http.cloudevents import Mode
from zkdash.alerts.notifiers.http.options import CONNECTION, HEADERS, Connection, read_connection, read_url
from zkdash.alerts.notifiers.http.sender import HttpSender, Request
from zkdash.alerts.notifiers.http.standard_webhooks import secret_of, signed_headers
from zkdash.alerts.notifiers.template.renderer import Renderer, TemplateTrouble
from zkdash.alerts.notifiers.template.source import checked
from zkdash.config.kinds import Kind, option

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig
    from zkdash.config.reader import Reader

METHODS = ("POST", "PUT", "PATCH")
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`secret` is "whsec_" and base64, or any text, as bytes. `hidden` are further texts that nobody may see."""

    url: str = field(repr=False)
    secret: bytes | None = field(default=None, repr=False)
    method: str = "POST"
    template: str = field(default="", repr=False)
    cloudevents: Mode = Mode.OFF
    connection: Connection = field(default_factory=Connection)
    hidden: tuple[str, ...] = field(default=(), repr=False)

    def shown(self) -> str:
        return f"{shown_url(self.url)}, {'signed' if self.secret else 'not signed'}"

    def secrets(self) -> Secrets:
        own = () if self.secret is None else (self.secret.decode(errors="replace"),)
        return self.connection.secrets([self.url], (*own, *self.hidden))


def _read(reader: Reader) -> WebhookSettings | None:
    before = len(reader.document.mistakes)
    url = read_url(reader, "say where to: url = https://example.com/hook")
    secret = reader.secret("secret", secret_of)
    if reader.document.values[reader.section].get("secret") == "" and not reader.has("secret_file"):
        reader.mistake("secret", "it is empty; leave it out to send without a signature")
    method = reader.read("method", _method)
    template = reader.secret("template", checked) or ""
    mode = reader.read("cloudevents", _mode)
    if template and mode is Mode.STRUCTURED:
        reader.mistake("cloudevents", "write either template or cloudevents = structured: both make the body")
    connection = read_connection(reader)
    if url is None or method is None or mode is None or len(reader.document.mistakes) > before:
        return None
    hidden = tuple(sorted(secret for secret in reader.document.secrets if secret in template))
    return WebhookSettings(url, secret, method, template, mode, connection, hidden)


def _method(text: str) -> str:
    if text.upper() not in METHODS:
        raise ValueError(f"write one of {', '.join(METHODS)}")
    return text.upper()


def _mode(text: str) -> Mode:
    if text.lower() not in Mode.__members__.values():
        raise ValueError(f"write one of {', '.join(Mode)}")
    return Mode(text.lower())


class Webhook:
    """Sends each message as one HTTP request: as JSON, in a form that a template gives it, or as a CloudEvent."""

    KIND: ClassVar = Kind(
        "webhook",
        "an HTTP request with JSON, which docs/schemas/message.json describes, signed as Standard Webhooks has it.",
        (
            option("url", "", "Where to, http:// or https://. Needed.", secret=True),
            option("url_file", "", "A file with what else would stand in url."),
            option("method", "POST", "POST, PUT or PATCH."),
            *HEADERS,
            option(
                "secret", "",
                "Signs each request, so that the receiver knows who sent it: whsec_ and base64, or any text.",
                secret=True,
            ),
            option("secret_file", "", "A file with what else would stand in secret."),
            option(
                "template", "",
                "What to send instead of the message, a Jinja template that is given the message's type, timestamp and"
                " data, and title and text for people. If it can't be rendered, the message itself is sent.",
                secret=True,
            ),
            option("template_file", "", "A file with what else would stand in template."),
            option(
                "cloudevents", "off",
                "Send a CloudEvent 1.0: structured (all in one JSON document), binary (its attributes are headers)"
                " or off.",
            ),
            *CONNECTION,
        ),
        _read,
    )  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._http = HttpSender()
        self._renderer = Renderer()

    async def start(self) -> None:
        await self._http.start()

    async def stop(self) -> None:
        await self._http.stop()
        await self._renderer.stop()

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Send once. Never raises for what a receiver or the way to it does."""
        settings = route.settings
        if not isinstance(settings, WebhookSettings):
            return Answer(error="the route is not that of a webhook", permanent=True)
        own = [(name, value) for name, value in settings.connection.headers if name.lower() != "content-type"]
        headers = {**dict(own), "Content-Type": _content_type(settings)}
        body, note = delivery.payload.encode(), ""
        if settings.cloudevents is Mode.STRUCTURED:
            body = cloudevents.structured(delivery.id, message)
            headers["Content-Type"] = cloudevents.CONTENT_TYPE
        elif settings.cloudevents is Mode.BINARY:
            body = cloudevents.data(message)
            headers |= cloudevents.binary_headers(delivery.id, message)
        if settings.template:
            try:
                body = await self._rendered(settings, message, headers["Content-Type"])
            except TemplateTrouble as trouble:
                note = f"the template was not used, the plain message was sent: {settings.secrets().hide(str(trouble))}"
                headers["Content-Type"] = _JSON
        now_ms = self._now()
        headers |= signed_headers(settings.secret, delivery.id, now_ms // 1000, body)
        connection = settings.connection
        request = Request(
            settings.method, settings.url, headers, body, connection.timeout_s, settings.secrets(), connection.tls
        )
        return replace(await self._http.send(request, now_ms), note=note)

    async def _rendered(self, settings: WebhookSettings, message: Message, content_type: str) -> bytes:
        text = await self._renderer.render(settings.template, message)
        if content_type.partition(";")[0].strip().lower() == _JSON:
            try:
                json.loads(text)
            except ValueError as error:
                raise TemplateTrouble(f"what it makes is not JSON: {error}") from None
        return text.encode()


def _content_type(settings: WebhookSettings) -> str:
    """As the configuration's own headers say, else JSON."""
    own = {name.lower(): value for name, value in settings.connection.headers}
    return own.get("content-type", _JSON)
