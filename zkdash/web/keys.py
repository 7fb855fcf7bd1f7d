"""What every request can reach: the running zkdash, and what the web room keeps for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zkdash.access import Need
    from zkdash.access.audit import AuditLog
    from zkdash.access.service import AccessService
    from zkdash.alerts.service import AlertService
    from zkdash.config import Config
    from zkdash.ensemble.changelog import ChangeLog
    from zkdash.ensemble.history import HistoryService
    from zkdash.ensemble.rolls import Rolls
    from zkdash.ensemble.service import EnsembleService
    from zkdash.store.engine import Store
    from zkdash.timeline.service import EventService
    from zkdash.timeline.teller import StoryTeller
    from zkdash.web.alerting import Alerting
    from zkdash.web.board import Board
    from zkdash.web.doors import Doors
    from zkdash.web.ensemble_live import EnsembleLive
    from zkdash.web.feed import Feed
    from zkdash.web.live import LiveHub
    from zkdash.web.metrics import Metrics
    from zkdash.web.overview import KeptPages
    from zkdash.web.runs import Runs
    from zkdash.web.sharing import Sharing
    from zkdash.web.status_view import Kept, Status
    from zkdash.web.stream import EventStreams
    from zkdash.web.unmasking import Unmasked
    from zkdash.znodes.holders import Holders
    from zkdash.znodes.reading import Reader
    from zkdash.zookeeper.service import ClusterService


class Dashboard(Protocol):
    """What the web room needs of `ZkDashApplication`, which stands above it."""

    config: Config
    PubSub: Any  # asab is not typed
    store: Store
    access: AccessService
    audit: AuditLog
    clusters: ClusterService
    changes: ChangeLog
    history: HistoryService
    events: EventService
    alerts: AlertService
    ensemble: EnsembleService
    reload_trouble: str


ALERTING: web.AppKey[Alerting] = web.AppKey("alerting")
ZKDASH: web.AppKey[Dashboard] = web.AppKey("zkdash")
BOARD: web.AppKey[Board] = web.AppKey("board")
ENSEMBLE: web.AppKey[EnsembleLive] = web.AppKey("ensemble")
FEED: web.AppKey[Feed] = web.AppKey("feed")
KEPT_PAGES: web.AppKey[KeptPages] = web.AppKey("kept pages")
HUB: web.AppKey[LiveHub] = web.AppKey("hub")
HOLDERS: web.AppKey[Holders] = web.AppKey("holders")
NEEDS: web.AppKey[Mapping[tuple[str, str], Need]] = web.AppKey("needs")
DOORS: web.AppKey[Doors] = web.AppKey("doors")
READER: web.AppKey[Reader] = web.AppKey("reader")
SHARING: web.AppKey[Sharing] = web.AppKey("sharing")
STATUSES: web.AppKey[Kept[Status]] = web.AppKey("statuses")
STREAMS: web.AppKey[EventStreams] = web.AppKey("streams")
UNMASKED: web.AppKey[Unmasked] = web.AppKey("unmasked")
METRICS: web.AppKey[Metrics] = web.AppKey("metrics")
ROLLS: web.AppKey[Rolls] = web.AppKey("rolls")
RUNS: web.AppKey[Runs] = web.AppKey("runs")
TELLER: web.AppKey[StoryTeller] = web.AppKey("teller")
