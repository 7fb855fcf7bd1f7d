"""One try to deliver, against a real receiver: what is sent, and what is made of any answer."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.certificates import self_signed, server_context
from tests.support.messages import NOW, URL, delivery, message
from tests.support.receiver import Receiver, dripping, endless, hang_up, receiver, slow, status
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers.http.answers import retry_after_s
from zkdash.alerts.notifiers.http.cloudevents import Mode
from zkdash.alerts.notifiers.http.options import Connection
from zkdash.alerts.notifiers.webhook import Webhook, WebhookSettings
from zkdash.config import AlertConfig, TlsConfig
from zkdash.demo.loopback import free_port

PAYLOAD = '{"type": "cluster.lost", "data": {"label": "Bestellungen \\u00fc"}}'
KEY = b"0123456789abcdef01234567"


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    one = Webhook(now=lambda: NOW)
    await one.start()
    yield one
    await one.stop()


async def post(
    webhook: Webhook, url: str, secret: bytes | None = None, timeout_s: float = 5.0, payload: str = PAYLOAD
) -> Answer:
    """The answer without its excerpts, which have tests of their own."""
    settings = WebhookSettings(url, secret, connection=Connection(timeout_s=timeout_s))
    return bare(await send(webhook, settings, payload))


async def send(webhook: Webhook, settings: WebhookSettings, payload: str = PAYLOAD) -> Answer:
    route = AlertConfig("ops", "webhook", settings=settings)
    return await webhook.send(delivery(payload), json.loads(payload), route)


def bare(answer: Answer) -> Answer:
    return replace(answer, request="", response="")


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
    await post(webhook, there.url, b"key", payload="{}")
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
    answer = await post(webhook, there.url)
    assert (answer.status, answer.error) == (code, words)
    assert len(there.hits) == 1


async def test_a_slow_receiver_is_given_up_at_the_deadline(webhook: Webhook, there: Receiver) -> None:
    never = asyncio.Event()
    there.script.append(slow(never))
    assert await post(webhook, there.url, timeout_s=0.05) == Answer(None, "no answer within 0.05 s")
    never.set()


async def test_a_body_without_end_is_not_read_to_its_end(webhook: Webhook, there: Receiver) -> None:
    there.script.append(endless)
    assert await post(webhook, there.url) == Answer(200)


async def test_a_body_that_never_comes_takes_nothing_back(webhook: Webhook, there: Receiver) -> None:
    there.script.append(dripping)
    assert await post(webhook, there.url, timeout_s=0.2) == Answer(200)


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


# ---------------------------------------------------------------- what people see of a try


async def test_excerpts_show_what_was_said_without_the_secrets_in_it(webhook: Webhook, there: Receiver) -> None:
    there.script.append(status(503, body='{"you sent": "sesame-token"}', Retry_After="7"))
    settings = WebhookSettings(
        there.url.replace("/hook", "/services/sesame-path?token=sesame-query"),
        b"sesame-secret",
        connection=Connection(headers=(("Authorization", "Bearer sesame-token"),)),
    )
    answer = await send(webhook, settings, '{"token": "sesame-token"}')
    assert "sesame" not in repr(answer) + repr(settings)
    assert "authorization: (hidden)" in answer.request
    assert '{"token": "(hidden)"}' in answer.request
    assert answer.response.startswith(
        "503 Service Unavailable\ncontent-type: text/plain; charset=utf-8\nretry-after: 7"
    )
    assert '{"you sent": "(hidden)"}' in answer.response


async def test_excerpts_are_short_whatever_was_sent_and_answered(webhook: Webhook, there: Receiver) -> None:
    there.script.append(status(500, body="ü\x00" * 50_000))
    answer = await send(webhook, WebhookSettings(there.url), json.dumps({"text": "ä" * 50_000}, ensure_ascii=False))
    assert len(answer.request.encode()) <= 2048
    assert len(answer.response.encode()) <= 2048
    assert "\\x00" in answer.response


async def test_a_redirect_to_a_private_address_is_not_followed(webhook: Webhook, there: Receiver) -> None:
    async with receiver() as private:
        there.script.append(status(307, Location=private.url))
        answer = await post(webhook, there.url)
    assert (answer.status, answer.permanent, private.hits) == (307, True, [])


async def test_an_answer_of_100_mb_is_bounded(webhook: Webhook, there: Receiver) -> None:
    there.script.append(status(200, body="x" * 100_000_000))
    answer = await send(webhook, WebhookSettings(there.url))
    assert (answer.status, answer.error) == (200, "")
    assert len(answer.response) <= 2048


@pytest.mark.parametrize(
    ("code", "permanent"),
    [(400, True), (401, True), (403, True), (404, True), (410, True), (413, True), (301, True), (501, True),
     (408, False), (425, False), (429, False), (500, False), (502, False), (503, False)],
)  # fmt: skip
async def test_whether_trying_again_may_help(webhook: Webhook, there: Receiver, code: int, permanent: bool) -> None:
    there.script.append(status(code))
    assert (await post(webhook, there.url)).permanent is permanent


# ---------------------------------------------------------------- forms of the message


async def test_further_headers_and_another_method(webhook: Webhook, there: Receiver) -> None:
    connection = Connection(headers=(("X-Team", "ops"), ("content-type", "application/vnd.x+json")))
    await send(webhook, WebhookSettings(there.url, method="PUT", connection=connection))
    (hit,) = there.hits
    assert (hit.method, hit.headers["x-team"], hit.headers["content-type"]) == ("PUT", "ops", "application/vnd.x+json")


async def test_a_structured_cloudevent_is_one_json_document(webhook: Webhook, there: Receiver) -> None:
    await send(webhook, WebhookSettings(there.url, b"key", cloudevents=Mode.STRUCTURED), json.dumps(message()))
    (hit,) = there.hits
    event = hit.json()
    assert hit.headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", "msg_1", "zkdash.incidents.firing")
    assert (event["source"], event["subject"]) == ("https://zkdash.example.com", "prod")
    assert event["time"] == message()["timestamp"]
    assert event["data"] == message()["data"]
    assert hit.is_signed_with(b"key")


async def test_a_binary_cloudevent_has_its_attributes_in_headers(webhook: Webhook, there: Receiver) -> None:
    told = message() | {"data": {"incidents": [message()["data"]["incidents"][0] | {"cluster": "ö %"}]}}
    await send(webhook, WebhookSettings(there.url, cloudevents=Mode.BINARY), json.dumps(told))
    (hit,) = there.hits
    assert (hit.headers["ce-specversion"], hit.headers["ce-subject"]) == ("1.0", "%C3%B6%20%25")
    assert hit.headers["content-type"] == "application/json"
    assert hit.json() == told["data"]


async def test_a_template_makes_the_body_which_is_then_signed(webhook: Webhook, there: Receiver) -> None:
    template = '{"text": {{ (title ~ " " ~ data.incidents[0].url) | tojson }}}'
    answer = await send(webhook, WebhookSettings(there.url, b"key", template=template), json.dumps(message()))
    assert (answer.note, answer.error) == ("", "")
    assert there.hits[0].json() == {"text": f"FIRING: Bestellungen ü (prod): lost {URL}"}
    assert there.hits[0].is_signed_with(b"key")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ nobody.knows }}", "'nobody' is undefined"),
        ('{"text": "{{ data.label }}}', "what it makes is not JSON"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}", "it makes more than 262144 characters"),
        ("{{ 'x' * 10 ** 10 }}", "it takes too much memory"),
    ],
)
async def test_a_template_with_an_error_leaves_the_plain_message_and_a_note(
    webhook: Webhook, there: Receiver, template: str, said: str
) -> None:
    answer = await send(webhook, WebhookSettings(there.url, template=template))
    assert there.hits[0].body.decode() == PAYLOAD
    assert answer.error == ""
    assert answer.note.startswith("the template was not used, the plain message was sent: ")
    assert said in answer.note


# ---------------------------------------------------------------- TLS


async def test_a_receiver_is_trusted_by_its_authority_alone_or_not_checked_at_all(
    webhook: Webhook, tmp_path: Path
) -> None:
    certificate, key = self_signed(tmp_path)
    async with receiver(tls=server_context(certificate, key)) as there:
        connection = {
            tls: Connection(tls=tls) for tls in (TlsConfig(), TlsConfig(ca=certificate), TlsConfig(verify=False))
        }
        answers = [bare(await send(webhook, WebhookSettings(there.url, connection=one))) for one in connection.values()]
    assert answers[0].error.startswith("its certificate is refused: ")
    assert answers[1:] == [Answer(200), Answer(200)]


async def test_a_file_that_is_gone_is_said_without_its_name(webhook: Webhook, tmp_path: Path) -> None:
    connection = Connection(tls=TlsConfig(ca=tmp_path / "gone.pem"))
    answer = await send(webhook, WebhookSettings("https://127.0.0.1:1/", connection=connection))
    assert answer.error == "the files of ca, cert or key can't be used any more"
