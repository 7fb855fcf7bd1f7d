"""Telling people by Apprise, https://github.com/caronc/apprise: mail, chat, pagers and some 130 services more.

The library blocks, so it works on threads of its own, and is loaded when it is first needed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from zkdash.alerts.notifiers import Answer, Message
from zkdash.alerts.notifiers.excerpt import Secrets, bounded, secrets_of_url
from zkdash.alerts.notifiers.words import incidents, text, title
from zkdash.config import values
from zkdash.config.kinds import Kind, option

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig
    from zkdash.config.reader import Reader

LONGEST_TIMEOUT_S = 300.0
MOST_THREADS = 16
"""How many tries may be under way; one whose time is over keeps its thread until the library comes back."""

# They log whole URLs, which hold tokens.
_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "markdown", "slixmpp", "paho")
_TYPES = {"resolved": "success", "test": "info", "critical": "failure", "warning": "warning", "info": "info"}


@dataclass(frozen=True, slots=True)
class AppriseSettings:
    """`url` is Apprise's, as its documentation has it for each service."""

    url: str = field(repr=False)
    timeout_s: float = 30.0

    def shown(self) -> str:
        return f"{self.url.partition(':')[0]}://(hidden)"

    def secrets(self) -> Secrets:
        """Any part of the URL: Apprise's have tokens where others have a host."""
        parts = re.split(r"[:/?&=@,;]+", self.url.partition(":")[2])
        return Secrets([self.url, self.url.partition("://")[2], *secrets_of_url(_safe(self.url)), *parts])


def _read(reader: Reader) -> AppriseSettings | None:
    before = len(reader.document.mistakes)
    url = reader.secret("url", _url)
    if url is None and not reader.has("url") and not reader.has("url_file"):
        reader.mistake("url", "say where to: url = mailto://user:password@example.com?to=ops@example.com", show=False)
    timeout_s = reader.read("timeout", lambda value: values.seconds(value, 0.1, LONGEST_TIMEOUT_S))
    if url is None or timeout_s is None or len(reader.document.mistakes) > before:
        return None
    return AppriseSettings(url, timeout_s)


def _url(given: str) -> str:
    """Raises without showing any of it."""
    scheme, separator, _ = given.partition("://")
    if not separator or not given.isprintable() or " " in given:
        raise ValueError("write one URL of Apprise, such as slack://… or mailto://…, without spaces")
    if _service(given) is None:
        known = _schemes()
        if scheme.lower() not in known:
            raise ValueError("Apprise knows no service of this scheme: see https://appriseit.com/services/")
        raise ValueError(f"Apprise can't make use of this URL: see how those of {scheme.lower()}:// are written")
    return given


def _safe(url: str) -> str:
    """The URL as urlsplit takes it, whatever is in it."""
    return re.sub(r"[\[\]]", "", url)


def _library() -> Any:
    """The library, silenced: its loggers, and those of what it uses, reach no handler of zkdash's."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    logger.addHandler(_HEARD)
    import apprise

    return apprise


def _schemes() -> frozenset[str]:
    from apprise import manager_plugins

    manager: Any = manager_plugins.NotificationManager
    return frozenset(manager().schemas())


def _service(url: str) -> Any:
    """What Apprise makes of a URL; None if nothing."""
    apprise = _library()
    asset = apprise.AppriseAsset(
        app_id="zkdash", app_desc="zkdash", app_url="", http_redirects=False, storage_mode="memory", async_mode=False
    )
    try:
        service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    except Exception:  # plugins are many, and of many hands
        return None
    if service is not None:
        service.redirects = False
    return service


class Apprise:
    """Sends title and text of each message to one URL. What the library says when it fails is the answer."""

    KIND: ClassVar = Kind(
        "apprise",
        "mail, Slack, Teams, PagerDuty, Opsgenie, ntfy and over a hundred more by Apprise. One URL for each alert.",
        (
            option(
                "url", "",
                "Where to, as https://appriseit.com/services/ says for each service, such as"
                " mailtos://user:password@mail.example.com?to=ops@example.com. Needed.",
                secret=True,
            ),
            option("url_file", "", "A file with what else would stand in url."),
            option("timeout", "30s", "How long a try may take, 100ms to 5m."),
        ),
        _read,
    )  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        self._threads = threading.Semaphore(MOST_THREADS)

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        """Threads that are under way end by themselves, and hold up nobody."""

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Send once. Never raises for what a service or the way to it does."""
        settings = route.settings
        if not isinstance(settings, AppriseSettings):
            return Answer(error="the route is not that of Apprise", permanent=True)
        head, body, kind = title(message), text(message), _type(delivery, message)
        secrets = settings.secrets()
        request = bounded(secrets.hide(f"{settings.shown()}: {head}\n\n{body}"))
        try:
            async with asyncio.timeout(settings.timeout_s):
                taken, said = await self._in_thread(lambda: _notify(settings.url, head, body, kind))
        except TimeoutError:
            return Answer(error=f"no answer within {settings.timeout_s:g} s", request=request)
        response = bounded(secrets.hide("\n".join(said)))
        if taken:
            return Answer(request=request, response=response)
        return Answer(error=response.split("\n")[0] or "Apprise could not send it", request=request, response=response)

    async def _in_thread(self, work: Callable[[], tuple[bool, list[str]]]) -> tuple[bool, list[str]]:
        """What `work` gives, on a thread that the process doesn't wait for at its end."""
        if not self._threads.acquire(blocking=False):
            return False, [f"{MOST_THREADS} earlier tries have not come to an end yet"]
        loop = asyncio.get_running_loop()
        done: asyncio.Future[tuple[bool, list[str]]] = loop.create_future()

        def settle(result: tuple[bool, list[str]]) -> None:
            if not done.done():
                done.set_result(result)

        def run() -> None:
            try:
                result = work()
            except Exception as error:
                result = False, [f"Apprise failed: {type(error).__name__}"]
            finally:
                self._threads.release()
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, result)

        threading.Thread(target=run, name="zkdash: apprise", daemon=True).start()
        return await done


def _notify(url: str, head: str, body: str, kind: str) -> tuple[bool, list[str]]:
    """Whether it was taken, and what the library said on the way."""
    service = _service(url)
    if service is None:
        return False, ["Apprise can't make use of the url"]
    said = _HEARD.begin()
    return bool(service.notify(body=body, title=head, notify_type=kind)), said


class _Heard(logging.Handler):
    """What is logged on each thread, as far as it is a warning.

    One for all tries: a logger that loses a handler while it calls them in turn passes over the next.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._of_thread = threading.local()

    def begin(self) -> list[str]:
        """The lines that this thread's library says from now on, 20 at most."""
        said: list[str] = []
        self._of_thread.said = said
        return said

    def emit(self, record: logging.LogRecord) -> None:
        said: list[str] | None = getattr(self._of_thread, "said", None)
        if said is not None and len(said) < 20:
            said.append(record.getMessage()[:500])


_HEARD = _Heard()


def _type(delivery: Delivery, message: Message) -> str:
    """Apprise's word for how bad it is, which many services show as a colour."""
    if delivery.kind.value in _TYPES:
        return _TYPES[delivery.kind.value]
    worst = {str(one.get("severity")) for one in incidents(message)}
    return next((_TYPES[severity] for severity in ("critical", "warning", "info") if severity in worst), "warning")
