"""The servers of each cluster, live: their rows and pages are drawn anew when a sample changes what they show."""

from __future__ import annotations

from collections.abc import Callable, Collection

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.ensemble.sample import Sample, Server
from zkdash.ensemble.verdict import Health
from zkdash.ensemble.view import View
from zkdash.web import server_rows
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.metric_rows import grouped, rows
from zkdash.web.render import fragment
from zkdash.web.server_rows import element_id
from zkdash.web.trails import Trails
from zkdash.web.wire import partial

SAME_START_MS = 5_000
"""A server's uptime is whole seconds on some versions: a start that moves by less is the same."""


class EnsembleLive:
    """Source of the topics "ensemble/CLUSTER" and "server/CLUSTER/SERVER"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, trails: Trails) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._trails = trails
        self._drawn: dict[tuple[str, str], Markup] = {}
        self._order: dict[str, tuple[str, ...]] = {}
        self._started: dict[tuple[str, str], int] = {}

    async def start(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.subscribe(message, method)

    async def stop(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.unsubscribe(message, method)

    def _heard(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        return (
            ("Ensemble.sampled!", self._on_sampled),
            ("Ensemble.verdict!", self._on_verdict),
            ("Clusters.changed!", self._on_clusters),
        )

    # What pages join

    def view(self, cluster: str) -> View:
        """What is known of a cluster's servers now."""
        return self._dashboard.ensemble.latest(cluster) or View(cluster)

    def ensemble(self, cluster: str) -> Markup:
        """The section of a cluster's page."""
        view = self.view(cluster)
        return fragment(
            "ensemble/_ensemble.html",
            name=cluster,
            glance=self._glance(view),
            rows=self._rows(view),
            refusals=self._refusals(view),
        )

    def started(self, view: View, name: str) -> int | None:
        """When a server began to serve, UTC ms, the same as long as it is the same start."""
        told = [one for one in (view.samples.get(name), view.full.get(name)) if one is not None]
        sample = next((one for one in told if one.uptime_ms is not None), None)
        if sample is None or sample.uptime_ms is None:
            return None
        began, key = sample.at - sample.uptime_ms, (view.cluster, name)
        if abs(self._started.get(key, 0) - began) > SAME_START_MS:
            self._started[key] = began
        return self._started[key]

    def server(self, view: View, server: Server) -> Markup:
        """The facts of a server's own page."""
        name = server.name
        return fragment(
            "ensemble/_facts.html",
            cluster=view.cluster,
            server=server,
            row=self._row(view, server),
            sample=view.samples.get(name),
            full=view.full.get(name),
            refusals=view.refusals.get(name, ()),
            restarted=view.restarts.get(name),
        )

    def metrics(self, view: View, name: str, wanted: str = "") -> Markup:
        """All metrics of a server, or those that a text is about."""
        full = view.full.get(name)  # what it told last, though it may be silent now: the page says when that was
        found = rows(server_rows.metrics_of(view, name) or (full.metrics if full is not None else {}))
        chosen = [row for row in found if row.has(wanted)]
        return fragment("ensemble/_metrics.html", groups=grouped(chosen), total=len(found), wanted=wanted)

    # The bus

    def _on_sampled(self, _message: str, cluster: str, samples: Collection[Sample]) -> None:
        topic = f"ensemble/{cluster}"
        if self._hub.listens(topic):
            view = self.view(cluster)
            if self._order.get(cluster) != tuple(server.name for server in view.servers):
                self._hub.offer(topic, "servers", partial("servers", self._rows(view), "innerMorph"))
            else:
                told = {sample.server for sample in samples}
                for server in view.servers:
                    if server.name in told:
                        self._offer_row(topic, view, server)
            self._hub.offer(topic, "sampled", partial("sampled", self._sampled(view), "innerMorph"))
        for sample in samples:
            topic = f"server/{cluster}/{sample.server}"
            if self._hub.listens(topic):
                self._hub.offer(topic, "", lambda topic=topic: self._state(topic))  # type: ignore[misc]  # bound now

    def _offer_row(self, topic: str, view: View, server: Server) -> None:
        key = view.cluster, server.name
        before = self._drawn.get(key)
        drawn = self._drawn[key] = self._row_markup(view, server)
        if drawn != before:
            self._hub.offer(topic, server.name, partial(element_id(server.name), drawn))

    def _on_verdict(self, _message: str, cluster: str, view: View) -> None:
        topic = f"ensemble/{cluster}"
        if self._hub.listens(topic):
            self._hub.offer(topic, "glance", lambda: self._head(self.view(cluster)))

    def _on_clusters(self, _message: str) -> None:
        watched = set(self._dashboard.clusters.names())
        self._drawn = {key: drawn for key, drawn in self._drawn.items() if key[0] in watched}
        self._started = {key: at for key, at in self._started.items() if key[0] in watched}
        self._order = {name: order for name, order in self._order.items() if name in watched}

    # Drawing

    def _glance(self, view: View) -> Markup:
        return fragment("ensemble/_glance.html", glance=server_rows.glance(view), sampled=self._sampled(view))

    def _sampled(self, view: View) -> Markup:
        at = max((sample.at for sample in view.samples.values()), default=None)
        return fragment("ensemble/_sampled.html", at=at, on=view.verdict.health is not Health.NOT_PROBED)

    def _refusals(self, view: View) -> Markup:
        return fragment("ensemble/_refusals.html", refusals=server_rows.refusals(view))

    def _row(self, view: View, server: Server) -> server_rows.ServerRow:
        spark = self._trails.of_server(view.cluster, server.name, now_ms())
        return server_rows.row(view, server, spark, self.started(view, server.name))

    def _row_markup(self, view: View, server: Server) -> Markup:
        return fragment("ensemble/_server.html", row=self._row(view, server))

    def _rows(self, view: View) -> Markup:
        self._order[view.cluster] = tuple(server.name for server in view.servers)
        for server in view.servers:
            self._drawn[view.cluster, server.name] = self._row_markup(view, server)
        return Markup("").join(self._drawn[view.cluster, server.name] for server in view.servers)

    def _head(self, view: View) -> str:
        return partial("glance-box", self._glance(view), "innerMorph") + partial(
            "refusals", self._refusals(view), "innerMorph"
        )

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        kind, _, rest = topic.partition("/")
        cluster, _, server = rest.partition("/")
        if self._dashboard.clusters.get(cluster) is None or not level.sees_cluster(cluster):
            return False
        return kind == "ensemble" or any(one.name == server for one in self.view(cluster).servers)

    async def open(self, topic: str, level: Reach) -> None:
        """Everything is in memory."""

    def close(self, topic: str, level: Reach) -> None:
        """Nothing to let go."""

    def snapshot(self, topic: str, level: Reach) -> str:
        return self._state(topic)

    def _state(self, topic: str) -> str:
        kind, _, rest = topic.partition("/")
        cluster, _, name = rest.partition("/")
        view = self.view(cluster)
        if kind == "ensemble":
            return self._head(view) + partial("servers", self._rows(view), "innerMorph")
        server = next((one for one in view.servers if one.name == name), None)
        if server is None:
            return ""
        return partial("server", self.server(view, server)) + partial("metrics", self.metrics(view, name), "innerMorph")
