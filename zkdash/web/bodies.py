"""What is sent to zkdash: forms of its own pages, and JSON. Both are bounded, and every mistake names its field."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
from aiohttp import web

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 50
READ_S = 10.0
SHOWN_CHARS = 60


class BadFields(web.HTTPBadRequest):
    """What was sent is not as it should be: `errors` says by field what is wrong and what is allowed."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(text=" ".join(errors.values()))
        self.errors = dict(errors)


def refused(error: LookupError) -> Exception:
    """409 for what was asked of something that is over or gone; a mistake of zkdash's own stays what it is."""
    if type(error) is not LookupError:
        return error
    text = f"{error}"
    return web.HTTPConflict(text=f"{text[:1].upper()}{text[1:]}.")


async def form_of(request: web.Request, allowed: Collection[str]) -> dict[str, str]:
    """The fields of a form without white space around them, each given once, "" for those that are not given.

    Several of one name (checkboxes) are joined by commas. Raises 400, 413 and 415.
    """
    body = await _read(request)
    if body and request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType(text="Send a form as application/x-www-form-urlencoded.")
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise web.HTTPBadRequest(text="The form isn't valid UTF-8.") from None
    except ValueError:
        raise web.HTTPBadRequest(text=f"The form has more than {MAX_FIELDS} fields.") from None
    _refuse_unknown(found, allowed)
    return {name: ",".join(text.strip() for text in found.get(name, [])) for name in allowed}


async def json_of(request: web.Request, allowed: Collection[str]) -> dict[str, Any]:
    """The object that a JSON body is; {} without a body. Raises 400, 413 and 415."""
    body = await _read(request)
    if not body and "Content-Type" not in request.headers:
        return {}
    if request.content_type != "application/json":
        # No page of another site can send this type without being asked first, so it also keeps their forms out.
        raise web.HTTPUnsupportedMediaType(text="Send JSON, and say so: Content-Type: application/json.")
    if not body:
        return {}
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest(text=f"The body is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest(text="The body is JSON, but no object: send {…}.")
    _refuse_unknown(found, allowed)
    return found


def text_in(body: Mapping[str, Any], field: str, longest: int, errors: dict[str, str]) -> str:
    """A text without white space around it, "" if it is not given; mistakes go into `errors`.

    It has one line: what is sent in several is joined by spaces.
    """
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        errors[field] = f"{field} must be a text."
        return ""
    text = " ".join(value.split())
    if len(text) > longest:
        errors[field] = f"{field} has {len(text)} characters: allowed are {longest}."
    elif not text.isprintable():
        errors[field] = f"{field} has characters that can't be shown."
    else:
        return text
    return ""


async def _read(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(READ_S):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="What was announced did not come.") from None


def _refuse_unknown(found: Collection[str], allowed: Collection[str]) -> None:
    for name in found:
        if name not in allowed:
            shown = name if len(name) <= SHOWN_CHARS else name[:SHOWN_CHARS] + "…"
            known = f"allowed are {', '.join(allowed)}" if allowed else "none is allowed"
            raise BadFields({shown: f"There is no field “{shown}” here: {known}."})
