"""Telling people by Apprise: mail to a real SMTP server, chat to a receiver on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import logging
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller

from tests.support.messages import NOW, URL, delivery, message
from tests.support.receiver import receiver, slow, status
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers.apprise import Apprise, AppriseSettings
from zkdash.config import AlertConfig
from zkdash.demo.loopback import free_port


class Mailbox:
    """aiosmtpd's handler: keeps the mails, or refuses them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.reply = "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(cast(EmailMessage, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return self.reply


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


async def send(url: str, timeout_s: float = 20.0) -> Answer:
    notifier = Apprise(now=lambda: NOW)
    route = AlertConfig("ops", "apprise", settings=AppriseSettings(url, timeout_s))
    return await notifier.send(delivery(message()), message(), route)


async def test_a_mail_says_what_and_where_and_links_to_the_page(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    answer = await send(f"mailto://127.0.0.1:{port}/?from=zkdash@example.com&to=ops@example.com&format=text")
    assert (answer.error, answer.request.split("\n")[0]) == (
        "",
        "mailto://(hidden): FIRING: Bestellungen ü (prod): lost",
    )
    (mail,) = box.mails
    assert mail["Subject"] == "FIRING: Bestellungen ü (prod): lost"
    assert "ops@example.com" in mail["To"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "nothing heard for 10 s" in text.get_content()
    assert URL in text.get_content()


async def test_a_mail_that_is_refused_is_an_error_with_the_reason(mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    box.reply = "554 no such mailbox"
    answer = await send(f"mailto://127.0.0.1:{port}/?from=zkdash@example.com&to=ops@example.com")
    assert "url" not in answer.error
    assert "ops@example.com" not in repr(answer)


async def test_a_service_that_refuses_is_said_and_its_url_is_in_no_log() -> None:
    logged, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(logged), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    async with receiver() as there:
        there.script.append(status(403))
        host = there.url.removeprefix("http://").removesuffix("/hook")
        try:
            answer = await send(f"json://ada:sesame-password@{host}/sesame-path/?+X-Token=sesame-header")
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
        assert len(there.hits) == 1
    assert "403" in answer.error
    assert "sesame" not in repr(answer) + logged.getvalue()


async def test_tries_that_end_together_each_have_their_own_reason() -> None:
    codes = [400 + one for one in range(12)]
    async with receiver() as there:

        async def by_path(request: web.Request) -> web.StreamResponse:
            return web.Response(status=int(request.path.strip("/")))

        there.otherwise = by_path
        host = there.url.removeprefix("http://").removesuffix("/hook")
        answers = await asyncio.gather(*(send(f"json://{host}/{code}/") for code in codes))
    assert [str(code) in answer.error for code, answer in zip(codes, answers, strict=True)] == [True] * 12


async def test_a_redirect_is_not_followed() -> None:
    async with receiver() as there, receiver() as private:
        there.script.append(status(307, Location=private.url))
        answer = await send(there.url.replace("http://", "json://"))
    assert "url" not in answer.error
    assert private.hits == []


async def test_a_service_that_does_not_answer_is_given_up_at_the_deadline() -> None:
    never = asyncio.Event()
    async with receiver() as there:
        there.script.append(slow(never))
        answer = await send(there.url.replace("http://", "json://"), timeout_s=0.3)
        never.set()
    assert answer.error == "no answer within 0.3 s"


def test_its_repr_shows_no_url() -> None:
    assert "sesame" not in repr(AppriseSettings("slack://sesame/sesame/sesame"))
    assert AppriseSettings("slack://sesame/sesame/sesame").shown() == "slack://(hidden)"
