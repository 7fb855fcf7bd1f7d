"""What is sent to zkdash: bounded, and every mistake names its field."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from zkdash.web.bodies import MAX_BODY_BYTES, BadFields, form_of, json_of, text_in

FIELDS = ("by", "note")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client() -> AsyncIterator[TestClient[Any, Any]]:
    """Says what it read."""

    async def form(request: web.Request) -> web.Response:
        return web.json_response(await form_of(request, FIELDS))

    async def body(request: web.Request) -> web.Response:
        return web.json_response(await json_of(request, FIELDS))

    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app.router.add_post("/form", form)
    app.router.add_post("/json", body)
    async with TestClient(TestServer(app)) as client:
        yield client


async def sent(client: TestClient[Any, Any], path: str, data: bytes, headers: dict[str, str]) -> tuple[int, str]:
    async with client.post(path, data=data, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_a_form_gives_every_field(client: TestClient[Any, Any]) -> None:
    status, text = await sent(client, "/form", b"by=+Ada+&note=Gr%C3%BC%C3%9Fe", FORM)
    assert (status, json.loads(text)) == (200, {"by": "Ada", "note": "Grüße"})
    status, text = await sent(client, "/form", b"by=a&by=b", FORM)
    assert (status, json.loads(text)) == (200, {"by": "a,b", "note": ""})


async def test_a_body_gives_its_object_and_none_is_empty(client: TestClient[Any, Any]) -> None:
    assert await sent(client, "/json", b'{"by": "Ada"}', JSON) == (200, '{"by": "Ada"}')
    assert await sent(client, "/json", b"", JSON) == (200, "{}")
    async with client.post("/json", skip_auto_headers=("Content-Type",)) as answer:
        assert await answer.json() == {}


@pytest.mark.parametrize(
    ("path", "data", "headers", "status", "said"),
    [
        ("/form", b"role=admin", FORM, 400, "There is no field “role” here: allowed are by, note."),
        ("/form", b"by=%FF", FORM, 400, "The form isn't valid UTF-8."),
        ("/form", b"by=\xff", FORM, 400, "The form isn't valid UTF-8."),
        ("/form", b"&".join(b"by=a" for _ in range(51)), FORM, 400, "The form has more than 50 fields."),
        ("/form", b'{"by": "a"}', JSON, 415, "Send a form as application/x-www-form-urlencoded."),
        ("/json", b"[1]", JSON, 400, "The body is JSON, but no object: send {…}."),
        ("/json", b'{"by": ', JSON, 400, "The body is not JSON: unexpected end of data: line 1 column 8 (char 7)."),
        ("/json", b'{"by": "\\ud800"}', JSON, 400, "The body is not JSON"),
        ("/json", b'{"role": 1}', JSON, 400, "There is no field “role” here: allowed are by, note."),
        ("/json", b"by=a", FORM, 415, "Send JSON, and say so: Content-Type: application/json."),
        ("/json", b'{"by": "a"}', {"Content-Type": "text/plain"}, 415, "Send JSON"),
        ("/form", b"by=" + b"a" * MAX_BODY_BYTES, FORM, 413, "Maximum request body size"),
        ("/json", b'{"by": "' + b"a" * MAX_BODY_BYTES + b'"}', JSON, 413, "Maximum request body size"),
    ],
)
async def test_what_is_wrong_is_said(
    client: TestClient[Any, Any], path: str, data: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answered, text = await sent(client, path, data, headers)
    assert answered == status
    assert said in text


@pytest.mark.parametrize(
    ("value", "text", "wrong"),
    [
        (None, "", ""),
        ("  two\r\nlines ", "two lines", ""),
        (7, "", "note must be a text."),
        ("x" * 11, "", "note has 11 characters: allowed are 10."),
        ("a\0b", "", "note has characters that can't be shown."),
        ("a\u202eb", "", "note has characters that can't be shown."),
    ],
)
def test_a_text_is_one_line_that_can_be_shown(value: object, text: str, wrong: str) -> None:
    errors: dict[str, str] = {}
    assert text_in({"note": value}, "note", 10, errors) == text
    assert errors.get("note", "") == wrong


def test_bad_fields_say_all_at_once() -> None:
    error = BadFields({"by": "Say who.", "note": "Too long."})
    assert error.text == "Say who. Too long."
    assert error.errors == {"by": "Say who.", "note": "Too long."}
