"""The whole site on one screen."""

from __future__ import annotations

from aiohttp import web

from zkdash.web import (
    alerts,
    api,
    api_crawls,
    availability,
    charts,
    clients,
    cluster,
    compare,
    export,
    health,
    holders,
    live,
    metrics,
    openapi,
    overview,
    search,
    servers,
    static,
    timeline,
    usage,
    znodes,
)

ROUTES = (
    ("/", overview.index),
    ("/clusters/{name}", cluster.show),
    ("/clusters/{name}/availability", availability.index),
    ("/clusters/{name}/charts", charts.index),
    ("/clusters/{name}/servers/{server}", servers.show),
    ("/clusters/{name}/clients", clients.index),
    ("/clusters/{name}/usage", usage.index),
    ("/clusters/{name}/znodes", znodes.show),
    ("/clusters/{name}/znodes/{path:.*}", znodes.show),
    ("/clusters/{name}/holder", holders.holder),
    ("/clusters/{name}/watchers", holders.watchers),
    ("/search", search.index),
    ("/compare", compare.index),
    ("/timeline", timeline.index),
    ("/timeline/events/{id}", timeline.event),
    ("/alerts", alerts.index),
    ("/live", live.live),
    ("/api/v1/clusters", api.clusters),
    ("/api/v1/clusters/{name}", api.cluster),
    ("/api/v1/clusters/{name}/availability", availability.api),
    ("/api/v1/clusters/{name}/ensemble", servers.api_ensemble),
    ("/api/v1/clusters/{name}/servers/{server}", servers.api_server),
    ("/api/v1/clusters/{name}/series", charts.api_series),
    ("/api/v1/clusters/{name}/znodes", api.znodes),
    ("/api/v1/clusters/{name}/export", export.download),
    ("/api/v1/clusters/{name}/usage", api_crawls.usage),
    ("/api/v1/clusters/{name}/clients", clients.api_clients),
    ("/api/v1/clusters/{name}/holder", holders.api_holder),
    ("/api/v1/clusters/{name}/watchers", holders.api_watchers),
    ("/api/v1/search", api_crawls.search),
    ("/api/v1/compare", api_crawls.compare),
    ("/api/v1/events", api.events),
    ("/api/v1/events/stream", api.stream),
    ("/api/v1/events/{id}", api.event),
    ("/api/v1/incidents", api.incidents),
    ("/api/v1/deliveries", api.deliveries),
    ("/api/openapi.json", openapi.document),
    ("/api/docs", openapi.docs),
    ("/healthz", health.healthz),
    ("/readyz", health.readyz),
    ("/metrics", metrics.metrics),
    ("/static/{version}/{path:.+}", static.serve),
    ("/favicon.svg", overview.favicon),
    ("/favicon.ico", overview.favicon),
)


def add_routes(app: web.Application) -> None:
    """Everything is a GET (or HEAD): zkdash only shows."""
    for path, handler in ROUTES:
        app.router.add_get(path, handler)
