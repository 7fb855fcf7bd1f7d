"""The web server: the site's parts put together, and the ports they listen on."""

from __future__ import annotations

import errno
import os
import socket

from aiohttp import web

from zkdash.config import WebConfig
from zkdash.ensemble.rolls import Rolls
from zkdash.errors import StartError
from zkdash.log import NOTICE, get_logger
from zkdash.timeline.teller import StoryTeller
from zkdash.web import alert_routes, alerts, delivery, incident, silences
from zkdash.web.alerting import Alerting, Draw
from zkdash.web.assets import shipped
from zkdash.web.board import Board
from zkdash.web.bodies import MAX_BODY_BYTES
from zkdash.web.charts_live import ChartsLive
from zkdash.web.doors import Doors, remember_websockets
from zkdash.web.ensemble_live import EnsembleLive
from zkdash.web.feed import Feed
from zkdash.web.keys import (
    ALERTING,
    BOARD,
    DOORS,
    ENSEMBLE,
    FEED,
    HOLDERS,
    HUB,
    KEPT_PAGES,
    METRICS,
    NEEDS,
    READER,
    ROLLS,
    RUNS,
    SHARING,
    STATUSES,
    STREAMS,
    TELLER,
    UNMASKED,
    ZKDASH,
    Dashboard,
)
from zkdash.web.live import LiveHub
from zkdash.web.metrics import Metrics
from zkdash.web.middleware import MIDDLEWARES, add_security_headers
from zkdash.web.overview import KeptPages
from zkdash.web.render import compile_templates
from zkdash.web.routes import NEEDS as NEEDS_OF_ROUTES
from zkdash.web.routes import add_routes
from zkdash.web.sharing import Sharing
from zkdash.web.status_view import Kept
from zkdash.web.stream import EventStreams
from zkdash.web.trails import Trails
from zkdash.web.unmasking import Unmasked
from zkdash.web.urls import at, mount
from zkdash.web.watched_kinds import runs_of
from zkdash.web.znode_live import LISTER, ZnodeLive
from zkdash.znodes.holders import Holders
from zkdash.znodes.reading import Reader

L = get_logger(__name__)

STOP_S = 1.0
"""How long requests that are being answered may go on when zkdash stops."""

MAX_LINE_BYTES = 64 * 1024
"""How long an address may be: a znode's path, percent-encoded, takes up to three times its bytes."""

ALERT_PAGES: dict[str, Draw] = {
    "": alerts.draw,
    "incidents": incident.draw,
    "deliveries": delivery.draw,
    "silences": silences.draw,
    "routes": alert_routes.draw,
}


def make_site(dashboard: Dashboard) -> web.Application:
    """The whole site as an aiohttp application, which starts and stops its own parts."""
    mount(dashboard.config.web.base_path)
    site = web.Application(middlewares=MIDDLEWARES, client_max_size=MAX_BODY_BYTES)
    hub = LiveHub()
    trails = Trails(dashboard)
    ensemble, charts = EnsembleLive(dashboard, hub, trails), ChartsLive(dashboard, hub)
    board, feed, alerting = Board(dashboard, hub, trails), Feed(dashboard, hub), Alerting(dashboard, hub, ALERT_PAGES)
    streams = EventStreams(dashboard)
    metrics = Metrics(dashboard, hub, streams)
    hub.sources |= {"frame": board, "overview": board, "cluster": board, "timeline": feed, "alerts": alerting}
    hub.sources |= {"ensemble": ensemble, "server": ensemble, "charts": charts}
    runs = runs_of(dashboard, hub)
    hub.sources |= dict.fromkeys(runs.kinds, runs)
    reader = Reader()
    znodes = ZnodeLive(dashboard, hub, reader)
    hub.sources["znode"] = znodes
    site[ZKDASH], site[READER], site[HUB] = dashboard, reader, hub
    site[UNMASKED] = Unmasked()
    site[BOARD], site[FEED], site[ALERTING], site[ENSEMBLE] = board, feed, alerting, ensemble
    site[NEEDS] = NEEDS_OF_ROUTES
    site[KEPT_PAGES], site[HOLDERS] = KeptPages(), (holders := Holders())
    site[ROLLS] = rolls = Rolls()
    site[TELLER] = StoryTeller(dashboard, rolls)
    site[STREAMS], site[METRICS], site[RUNS], site[LISTER] = streams, metrics, runs, znodes.lister
    site[STATUSES] = Kept()
    site[SHARING] = sharing = Sharing(dashboard)
    site.on_response_prepare.append(add_security_headers)
    site.on_response_prepare.append(remember_websockets)
    site[DOORS] = doors = Doors(dashboard)
    parts = (
        doors, hub, trails, ensemble, charts, board, feed, alerting, streams, metrics, runs, holders, znodes, sharing,
    )  # fmt: skip

    async def start(_site: web.Application) -> None:
        for part in parts:
            await part.start()

    async def stop(_site: web.Application) -> None:
        for part in reversed(parts):
            await part.stop()

    site.on_startup.append(start)
    site.on_shutdown.append(stop)
    add_routes(site)
    return site


class WebServer:
    """zkdash's pages on the configured addresses. `urls` are those it really listens on."""

    def __init__(self, dashboard: Dashboard, config: WebConfig) -> None:
        self._dashboard = dashboard
        self._config = config
        self._runner: web.AppRunner | None = None
        self.urls: list[str] = []

    async def start(self) -> None:
        """Bind every address. Raises StartError if one can't be had, or if the browser's files are missing."""
        shipped()
        compile_templates()
        runner = web.AppRunner(
            make_site(self._dashboard),
            access_log=None,
            shutdown_timeout=STOP_S,
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_LINE_BYTES,
        )
        await runner.setup()
        self._runner = runner
        try:
            for host, port in self._config.listen:
                await self._bind(runner, host, port)
        except BaseException:
            await self.stop()
            raise
        self.urls = [url_of(*address[:2]) for address in runner.addresses]
        for url in self.urls:
            L.log(NOTICE, "Open in a browser.", struct_data={"url": url})

    async def stop(self) -> None:
        """Stop listening, close the websockets, let running requests end; takes at most about two seconds."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        self.urls = []

    async def _bind(self, runner: web.AppRunner, host: str, port: int) -> None:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            name = f"[{host}]" if ":" in host else host
            raise StartError(f"can't listen on {name}:{port}: {why(error)} ([web] listen)") from None


def url_of(host: str, port: int) -> str:
    """The address to open in a browser."""
    return f"http://[{host}]:{port}{at('/')}" if ":" in host else f"http://{host}:{port}{at('/')}"


def why(error: OSError) -> str:
    """Why an address can't be had, in plain words."""
    match error.errno:
        case errno.EADDRINUSE:
            return "another program listens there"
        case errno.EADDRNOTAVAIL:
            return "this machine doesn't have that address"
        case errno.EACCES:
            return "this user may not listen there"
    if isinstance(error, socket.gaierror):
        return "that name is not known"
    return os.strerror(error.errno).lower() if error.errno else str(error)
