"""asab's own alert providers, Opsgenie and PagerDuty, as [asab:alert:…] configures them."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import logging
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
import asab
import asab.alert

from zkdash.alerts.notifiers import Answer, Message
from zkdash.alerts.notifiers.excerpt import Secrets, bounded
from zkdash.alerts.notifiers.http.answers import is_permanent, judged, unanswered
from zkdash.alerts.notifiers.words import incidents, text, title
from zkdash.config import values
from zkdash.config.kinds import Kind, option
from zkdash.config.reader import Reader

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig

PROVIDERS: dict[str, type[Any]] = {
    "opsgenie": asab.alert.OpsGenieAlertProvider,
    "pagerduty": asab.alert.PagerDutyAlertProvider,
}
PREFIX = "asab:alert:"
TIMEOUT_S = 20.0
_NEEDED = {"opsgenie": ("api_key",), "pagerduty": ("integration_key",)}
_SECRET_KEYS = ("api_key", "integration_key")

_refusals: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("refusals", default=None)


@dataclass(frozen=True, slots=True)
class AsabSettings:
    """`sections` are the providers' names with what their sections say, as (key, value)."""

    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    def __repr__(self) -> str:
        return f"AsabSettings({self.shown()})"

    def shown(self) -> str:
        return f"asab's {' and '.join(name for name, _ in self.sections)}"

    def secrets(self) -> Secrets:
        return Secrets(value for _, said in self.sections for key, value in said if key in _SECRET_KEYS)


def _read(reader: Reader) -> AsabSettings | None:
    document = reader.document
    before = len(document.mistakes)
    there = [name for name in PROVIDERS if f"{PREFIX}{name}" in document.values]
    if not there:
        such = " or ".join(f"[{PREFIX}{name}]" for name in PROVIDERS)
        reader.mistake("type", f"there is no {such} to send through")
        return None
    wanted = reader.read("providers", lambda chosen: _chosen(chosen, there))
    if wanted is None:
        return None
    sections = []
    for name in wanted:
        said = document.values[f"{PREFIX}{name}"]
        if said.get("url"):
            Reader(document, f"{PREFIX}{name}").read("url", values.http_url)
        for key in _NEEDED[name]:
            if said.get(key, "") == "":
                document.mistake(f"{PREFIX}{name}", key, "it is needed to send alerts", show=False)
        sections.append((name, tuple((key, value) for key, value in said.items() if value is not None)))
    return None if len(document.mistakes) > before else AsabSettings(tuple(sections))


def _chosen(text: str, there: list[str]) -> list[str]:
    wanted = [word.lower() for word in values.words(text)] or there
    for name in wanted:
        if name not in there:
            raise ValueError(f"there is no [{PREFIX}{name}]: write {' or '.join(there)}")
    return list(dict.fromkeys(wanted))


class Asab:
    """Hands each message to asab's providers, one after the other, and hears from each what became of it.

    asab's AlertService puts what it is told into queues in memory and says nothing of it any more. The providers are
    the same here, but each works off a queue of one and its warnings are taken as its answer. They know nothing of an
    end: a "resolved" comes under the id of its "firing", which both services count to the alert that is there.
    """

    KIND: ClassVar = Kind(
        "asab",
        "the alert providers of asab that are configured: [asab:alert:opsgenie], [asab:alert:pagerduty].",
        (option("providers", "", "Which: opsgenie, pagerduty. Empty: all that are configured."),),
        _read,
    )

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._listener = _Listener()

    async def start(self) -> None:
        asab.alert.L.addFilter(self._listener)

    async def stop(self) -> None:
        asab.alert.L.removeFilter(self._listener)

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Tell each provider once. Never raises for what a service or the way to it does."""
        settings = route.settings
        if not isinstance(settings, AsabSettings):
            return Answer(error="the route is not that of asab's providers", permanent=True)
        secrets = settings.secrets()
        told = _told(delivery, message)
        request = bounded(secrets.hide(f"{settings.shown()}: {told[1]}/{told[2]}\n\n{told[3]}\n\n{told[4]}"))
        for name, said in settings.sections:
            answer = await self._through(name, dict(said), told)
            if answer.error:
                return Answer(
                    answer.status,
                    secrets.hide(f"{name}: {answer.error}"),
                    permanent=answer.permanent,
                    request=request,
                    response=secrets.hide(answer.response),
                )
        return Answer(202, request=request)

    async def _through(self, name: str, said: dict[str, str], told: tuple[Any, ...]) -> Answer:
        provider = _provider(name, said)
        provider.Queue = _QueueOfOne(told)
        refusals: list[str] = []
        mark = _refusals.set(refusals)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await provider._main()
        except _Done:
            return _answer(refusals)
        except _Redirected as error:
            return judged(error.status, {}, self._now())
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return unanswered(error, TIMEOUT_S)
        finally:
            _refusals.reset(mark)
        return Answer(error="asab's provider ended before it had sent anything")


def _told(delivery: Delivery, message: Message) -> tuple[str, str, str, str, str, dict[str, str]]:
    """What asab's trigger() takes: source, class, id (of the first incident), title, detail and data."""
    of = incidents(message)
    first = of[0] if of else {}
    sources = sorted({str(one.get("cluster") or "zkdash") for one in of}) or ["zkdash"]
    link = first.get("url") or ""
    return (
        ",".join(sources)[:100],
        str(first.get("rule") or delivery.kind.value),
        str(first.get("id") or delivery.id),
        title(message)[:130],  # Opsgenie takes no longer one
        text(message)[:20_000],
        {"delivery": delivery.id, "severity": str(first.get("severity") or ""), "url": str(link)},
    )


def _provider(name: str, said: dict[str, str]) -> Any:
    """asab's class with this configuration: asab.Config, which it reads itself, knows that of the last start."""
    kind = PROVIDERS[name]
    of_its_own = {"ConfigDefaults": kind.ConfigDefaults | said, "_main": _without_redirects(kind._main)}
    made: Any = type(kind.__name__, (kind,), of_its_own)
    # No section has this name, so that what is said stands alone.
    return made(config_section_name=f"zkdash {name}")


def _answer(refusals: list[str]) -> Answer:
    """What asab's warning says, "Failed to create the alert (STATUS): …"; no warning means that it was taken."""
    if not refusals:
        return Answer(202)
    status = refusals[0].partition("(")[2].partition(")")[0]
    code = int(status) if status.isascii() and status.isdigit() else None
    return Answer(
        code,
        f"answered {code}" if code else "the alert was not taken",
        permanent=code is not None and is_permanent(code),
        response=bounded(refusals[0].partition("\n")[2]),
    )


def _without_redirects(main: Any) -> Any:
    """asab's function as it is, but that its sessions go nowhere else than where they are sent."""
    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_redirected)
    client = types.SimpleNamespace(ClientSession=functools.partial(aiohttp.ClientSession, trace_configs=[tracing]))
    return types.FunctionType(main.__code__, {**main.__globals__, "aiohttp": client}, main.__name__)


async def _redirected(session: object, context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
    raise _Redirected(params.response.status)


class _Redirected(Exception):
    """A service answers that its place is another one."""

    def __init__(self, status: int) -> None:
        self.status = status


class _Done(BaseException):
    """The provider asks for the next alert: it is done with the one that it had."""


class _QueueOfOne:
    """What a provider takes its alert from."""

    def __init__(self, told: tuple[Any, ...]) -> None:
        self._told: tuple[Any, ...] | None = told

    async def get(self) -> tuple[Any, ...]:
        told, self._told = self._told, None
        if told is None:
            raise _Done
        return told


class _Listener(logging.Filter):
    """Takes the warnings of the providers that work for zkdash, which are answers, and keeps them out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        refusals = _refusals.get()
        if refusals is None:
            return True
        refusals.append(record.getMessage())
        return False
