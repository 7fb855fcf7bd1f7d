"""`zkdash alerts`: a test to a receiver, and what a route would have been told, without a web server."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zkdash.errors import StartError

if TYPE_CHECKING:
    from zkdash.alerts.replay import Replay
    from zkdash.config import AlertConfig, Config

MOST_EVENTS = 100_000
LONGEST_S = 400 * 86_400
SHOWN_INCIDENTS = 5

MakeParser = Callable[..., argparse.ArgumentParser]


def parse(make: MakeParser, cluster: Callable[[str], str], arguments: Sequence[str]) -> argparse.Namespace:
    """What the words after `zkdash alerts` ask for; `make` makes parsers, `cluster` reads NAME=SERVERS."""
    what = arguments[0] if arguments else ""
    if what not in ("test", "replay"):
        _overview(make).parse_args(arguments if what in ("-h", "--help") else ["--help"])
        raise SystemExit(2)
    if what == "test":
        parser = make(
            prog="zkdash alerts test",
            usage="zkdash alerts test [-c FILE] NAME [NAME=SERVERS ...]",
            description="Send a test to the receiver of [alert:NAME], and say what came of it. It needs no running"
            " zkdash.",
            allow_abbrev=False,
        )
        parser.add_argument("route", metavar="NAME", help="the NAME of an [alert:NAME] of the configuration")
    else:
        parser = make(
            prog="zkdash alerts replay",
            usage="zkdash alerts replay [-c FILE] [--since 7d] [--route NAME] [NAME=SERVERS ...]",
            description="Say what would have been sent, from the log of events. Nothing is sent and nothing is written,"
            " and a running zkdash is not disturbed.",
            allow_abbrev=False,
        )
        parser.add_argument("--since", type=_span, default="7d", metavar="SPAN", help="look so far back: 12h, 7d (7d)")
        parser.add_argument("--route", metavar="NAME", help="only this [alert:NAME]; all unless told otherwise")
    parser.add_argument("clusters", nargs="*", type=cluster, metavar="NAME=SERVERS", help="as for zkdash itself")
    parser.add_argument("-c", "--config", action="append", metavar="FILE", help="read this configuration file")
    parser.add_argument("--store", metavar="URL", help="the log is here, as [store] url: sqlite:///zkdash.sqlite")
    parser.set_defaults(listen=None, what=what)
    return parser.parse_args(arguments[1:])


def run(config: Config, options: argparse.Namespace) -> int:
    """Do what the options say; gives the exit code. Raises StartError with one plain line for what goes wrong."""
    logging.getLogger().addHandler(logging.NullHandler())
    if options.what == "test":
        return asyncio.run(_test(_route(config, options.route), config.web.public_url))
    routes = (_route(config, options.route),) if options.route else config.alerts
    if not routes:
        raise StartError("no route is configured: write an [alert:NAME]")
    asyncio.run(_replay(config, routes, options.since))
    return 0


async def _test(route: AlertConfig, public_url: str) -> int:
    from zkdash.alerts.testing import send_now

    answer = await send_now(route, getpass.getuser(), public_url)
    if answer.error:
        again = "" if answer.permanent else "; zkdash would try again"
        _say(f"{route.name} has not taken the test: {answer.error}{again}")
        return 1
    status = "" if answer.status is None else f" ({answer.status})"
    _say(f"{route.name} has taken the test{status}{f': {answer.note}' if answer.note else ''}")
    return 0


async def _replay(config: Config, routes: Sequence[AlertConfig], span_ms: int) -> None:
    from zkdash.alerts import past
    from zkdash.alerts.replay import replay
    from zkdash.clock import now_ms
    from zkdash.store.engine import Store, StoreUnavailable

    store, now = Store(config.store.url), now_ms()
    await store.look()
    try:
        events, cut = await past.events_since(store, now - span_ms, MOST_EVENTS)
        silences = await past.silences(store)
    except StoreUnavailable as error:
        raise StartError(f"{error}") from None
    finally:
        await store.close()
    if cut:
        _say(f"There are more than {MOST_EVENTS:,} events in this time: these are the newest.")
    labels = {cluster.name: cluster.label for cluster in config.clusters if cluster.label}
    for route in routes:
        found = replay(
            route, events, silences, now, alerting=config.alerting, label=lambda name: labels.get(name, name)
        )
        _tell(route, found, len(events))


def _tell(route: AlertConfig, found: Replay, events: int) -> None:
    """What one route would have been told, a line a message."""
    from zkdash.timeline.times import iso

    for at, kind, incidents in found.messages:
        named = [" ".join(part for part in (one.cluster, one.rule, one.subject) if part) for one in incidents]
        more = f", and {len(named) - SHOWN_INCIDENTS} more" if len(named) > SHOWN_INCIDENTS else ""
        _say(f"{iso(at)}  {route.name}  {kind}: {', '.join(named[:SHOWN_INCIDENTS])}{more}")
    number = len(found.messages)
    _say(f"{route.name}: {number} message{'' if number == 1 else 's'}, from {events} event{'' if events == 1 else 's'}")


def _route(config: Config, name: str) -> AlertConfig:
    found = next((one for one in config.alerts if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in config.alerts) or "none is configured"
        raise StartError(f"no alert is called {name} (there are: {known})")
    return found


def _span(text: str) -> int:
    """A span of time, milliseconds."""
    from zkdash.config.values import seconds

    try:
        return round(seconds(text, 1, LONGEST_S) * 1000)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


def _overview(make: MakeParser) -> argparse.ArgumentParser:
    return make(
        prog="zkdash alerts",
        usage="zkdash alerts test NAME | zkdash alerts replay [--since 7d] [--route NAME]",
        description="Send a test to the receiver of an alert, or say what would have been sent.",
        allow_abbrev=False,
    )


def _say(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
