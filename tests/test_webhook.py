"""One try to deliver, against a real receiver: what is sent, and what is made of any answer."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest

from tests.support.receiver import Receiver, dripping, endless, hang_up, receiver, slow, status
from zkdash.alerts.notifiers.webhook import Answer, Webhook, retry_after_s
from zkdash.config import AlertConfig
from zkdash.demo.loopback import free_port

NOW = 1_750_000_000_123
PAYLOAD = '{"type": "cluster.lost", "data": {"label": "Bestellungen \\u00fc"}}'
KEY = b"0123456789abcdef01234567"


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    one = Webhook(deadline_s=5.0)
    await one.start()
    yield one
    await one.stop()


async def post(webhook: Webhook, url: str, secret: bytes | None = None) -> Answer:
    return await webhook.send(AlertConfig("ops", "webhook", url, secret=secret), "msg_1", PAYLOAD, NOW)


async def test_a_message_is_posted_as_json_with_its_id_and_time(webhook: Webhook, there: Receiver) -> None:
    assert await post(webhook, there.url) == Answer(200)
    (hit,) = there.hits
    assert (hit.method, hit.path, hit.body.decode()) == ("POST", "/hook", PAYLOAD)
    assert hit.headers["webhook-id"] == "msg_1"
    assert hit.headers["webhook-timestamp"] == "1750000000"
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["user-agent"].startswith("zkdash/")
    assert "webhook-signature" not in hit.headers


@pytest.mark.parametrize(
    ("secret", "key"),
    [(b"whsec_" + base64.b64encode(KEY), KEY), (KEY, KEY), ("Schlüssel".encode(), "Schlüssel".encode())],
)
async def test_a_message_is_signed_as_standard_webhooks_says(
    webhook: Webhook, there: Receiver, secret: bytes, key: bytes
) -> None:
    await post(webhook, there.url, secret)
    assert there.hits[0].is_signed_with(key)
    assert not there.hits[0].is_signed_with(b"another key")


async def test_the_signature_is_that_of_a_known_example(webhook: Webhook, there: Receiver) -> None:
    """Computed with OpenSSL: printf %s 'msg_1.1750000000.{}' | openssl dgst -sha256 -hmac key -binary | base64"""
    await webhook.send(AlertConfig("ops", "webhook", there.url, secret=b"key"), "msg_1", "{}", NOW)
    assert there.hits[0].headers["webhook-signature"] == "v1,6G4ShPlv8MV8syUqFirnoDUCjh17POx1JsdgbxrqO6Y="


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
async def test_any_2xx_means_that_the_message_was_taken(webhook: Webhook, there: Receiver, code: int) -> None:
    there.script.append(status(code))
    assert await post(webhook, there.url) == Answer(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (500, "answered 500 Internal Server Error"),
        (404, "answered 404 Not Found"),
        (429, "answered 429 Too Many Requests"),
        (410, "answered 410 Gone: the receiver no longer wants this; take the alert out of the configuration"),
        (302, "answered 302 Found: a redirect, which is not followed; set url to where it leads"),
        (599, "answered 599"),
    ],
)
async def test_any_other_answer_means_that_it_was_not(webhook: Webhook, there: Receiver, code: int, words: str) -> None:
    there.script.append(status(code, Location="/elsewhere"))
    assert await post(webhook, there.url) == Answer(code, words)
    assert len(there.hits) == 1


async def test_a_slow_receiver_is_given_up_at_the_deadline(there: Receiver) -> None:
    webhook, never = Webhook(deadline_s=0.05), asyncio.Event()
    await webhook.start()
    there.script.append(slow(never))
    assert await post(webhook, there.url) == Answer(None, "no answer within 0.05 s")
    never.set()
    await webhook.stop()


async def test_a_body_without_end_is_not_read_to_its_end(webhook: Webhook, there: Receiver) -> None:
    there.script.append(endless)
    assert await post(webhook, there.url) == Answer(200)


async def test_a_body_that_never_comes_takes_nothing_back(there: Receiver) -> None:
    webhook = Webhook(deadline_s=0.2)
    await webhook.start()
    there.script.append(dripping)
    assert await post(webhook, there.url) == Answer(200)
    await webhook.stop()


async def test_a_receiver_that_hangs_up_has_not_taken_it(webhook: Webhook, there: Receiver) -> None:
    there.script.append(hang_up)
    assert await post(webhook, there.url) == Answer(None, "the connection was closed before an answer came")


async def test_nobody_there_is_said_without_the_secrets_of_the_url(webhook: Webhook) -> None:
    port = free_port()
    answer = await post(webhook, f"http://user:sesame@127.0.0.1:{port}/services/T000/sesame")
    assert answer == Answer(None, f"can't connect to 127.0.0.1:{port}: connection refused")


async def test_a_host_that_is_not_in_the_dns_is_said(webhook: Webhook) -> None:
    assert await post(webhook, "http://nowhere.invalid/") == Answer(None, "nowhere.invalid: host name not found")


async def test_something_that_does_not_speak_http_is_said(webhook: Webhook) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    plain = await post(webhook, f"http://127.0.0.1:{port}/")
    tls = await post(webhook, f"https://127.0.0.1:{port}/")
    server.close()
    assert plain == Answer(None, "what came back was not an HTTP answer")
    assert tls.error.startswith(f"127.0.0.1:{port} doesn't speak TLS as expected: ")


async def test_credentials_in_the_url_are_used(webhook: Webhook, there: Receiver) -> None:
    await post(webhook, there.url.replace("http://", "http://user:pass@"))
    assert there.hits[0].headers["authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()


async def test_a_receivers_wish_to_be_left_alone_is_heard(webhook: Webhook, there: Receiver) -> None:
    there.script.append(status(503, Retry_After="120"))
    assert (await post(webhook, there.url)).retry_after_s == 120


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("0", 0),
        (" 17 ", 17),
        ("Sun, 15 Jun 2025 15:07:40 GMT", 59.877),
        ("Sun, 15 Jun 2025 15:00:00 GMT", 0),
        ("9" * 400, 999_999_999),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("Sun, 99 Jun 2025 15:07:40 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, expected: float | None) -> None:
    assert retry_after_s(value, NOW) == (None if expected is None else pytest.approx(expected, abs=1e-3))
