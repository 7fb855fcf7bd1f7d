"""What goes wrong, as a person reads it: every exception that reaches the rim becomes one of these."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.log import get_logger
from zkdash.store.engine import StoreUnavailable
from zkdash.web import filters
from zkdash.web.bodies import BadFields
from zkdash.web.words import STATE_WORDS, Standing
from zkdash.znodes.paths import BadPath
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, ReplyTooLarge
from zkdash.zookeeper.states import State

L = get_logger(__name__)

KEPT_HEADERS = ("WWW-Authenticate", "HX-Redirect", "Retry-After")
"""Of an exception's headers these are answered."""
FORBIDDEN = "The znode's ACL doesn't let zkdash read it. The option auth of the cluster's section names who zkdash is."
BROKEN = "Ask once more; if it stays so, the log says what it was."


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is not what was asked for. `retry` says whether asking again may help."""

    status: int
    title: str
    detail: str
    retry: bool = False
    cluster: str | None = None
    state: State | None = None
    since: int | None = None
    reference: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """Of what was sent: (field, what is wrong with it)."""
    standing: Standing | None = None
    """How the cluster stands for people: a first try to connect is no loss yet."""


def failure_of(error: Exception, request: web.Request) -> Failure:
    """The failure that an exception means. What nobody expected is logged with a reference."""
    match error:
        case ClusterUnavailable():
            return cluster_unavailable(error)
        case NoNodeError():
            return Failure(404, "No such znode", "This znode is not there, or it was just deleted.")
        case NoAuthError():
            return Failure(403, "Not allowed to read", FORBIDDEN)
        case ReplyTooLarge():
            return Failure(502, "More than zkdash reads at once", f"{error}")
        case InvalidPath() | BadPath():
            return Failure(400, "Not a znode's path", f"{error}")
        case StoreUnavailable():
            return Failure(503, "The log can't be read", f"{error}", True)
        case BadFields():
            return replace(http_failure(error, request), errors=tuple(error.errors.items()))
        case web.HTTPException():
            return http_failure(error, request)
    return unexpected(request)


def cluster_unavailable(error: ClusterUnavailable) -> Failure:
    """A cluster that can't be asked now: which, in what state, since when and why."""
    word = Standing.CONNECTING if error.starting else Standing(STATE_WORDS[error.state])
    title = f"{error.cluster} does not answer" if error.state is State.CONNECTED else f"{error.cluster} is {word}"
    detail = error.reason[:1].upper() + error.reason[1:] or f"It is {word} since {filters.utc(error.since)}"
    return Failure(503, title, f"{detail.rstrip('.')}.", True, error.cluster, error.state, error.since, standing=word)


def http_failure(error: web.HTTPException, request: web.Request) -> Failure:
    """aiohttp's own: the text that the code gave, or what the status means."""
    status = HTTPStatus(error.status)
    given = (error.text or "").removeprefix(f"{error.status}: ")
    detail = "" if given == error.reason else given
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(error, web.HTTPMethodNotAllowed):
        only = ": zkdash only shows" if error.allowed_methods <= {"GET", "HEAD"} else ""
        detail = f"{request.method} is not possible here{only}."
        headers = (("Allow", ", ".join(sorted(error.allowed_methods))),)
    kept = (name for name in KEPT_HEADERS if name in error.headers)
    headers += tuple((name, error.headers[name]) for name in kept)
    if error.status == 404 and not detail:
        detail = "Nothing is at this address."
    return Failure(error.status, status.phrase.capitalize(), detail, error.status in (429, 503), headers=headers)


def unexpected(request: web.Request) -> Failure:
    """A mistake in zkdash: the log has it all, the reader gets the reference to find it there."""
    reference = secrets.token_hex(4)
    # Called while the exception is being handled, so that the log has its traceback.
    L.exception("Request failed.", struct_data={"reference": reference, "method": request.method, "path": request.path})
    return Failure(500, "Something went wrong in zkdash", BROKEN, True, reference=reference)
