"""The whole site on one screen."""

from __future__ import annotations

import re

from aiohttp import web

from zkdash.access import Need
from zkdash.web import (
    account,
    acts,
    alert_routes,
    alerts,
    api,
    api_alerts,
    api_crawls,
    audit,
    availability,
    charts,
    clients,
    cluster,
    compare,
    delivery,
    export,
    gallery,
    glossary,
    going,
    health,
    holders,
    incident,
    live,
    metrics,
    oidc,
    openapi,
    overview,
    search,
    servers,
    share_view,
    shares,
    sign_in,
    silences,
    static,
    status,
    story,
    timeline,
    usage,
    views,
    znodes,
)
from zkdash.web.urls import at

ROUTES = (
    ("/", overview.index, Need.VIEWER),
    ("/clusters/{name}", cluster.show, Need.VIEWER),
    ("/clusters/{name}/availability", availability.index, Need.VIEWER),
    ("/clusters/{name}/charts", charts.index, Need.VIEWER),
    ("/clusters/{name}/servers/{server}", servers.show, Need.VIEWER),
    ("/clusters/{name}/clients", clients.index, Need.VIEWER),
    ("/clusters/{name}/usage", usage.index, Need.VIEWER),
    ("/clusters/{name}/znodes", znodes.show, Need.VIEWER),
    ("/clusters/{name}/znodes/{path:.*}", znodes.show, Need.VIEWER),
    ("/clusters/{name}/count", usage.count, Need.VIEWER),
    ("/clusters/{name}/holder", holders.holder, Need.VIEWER),
    ("/clusters/{name}/watchers", holders.watchers, Need.VIEWER),
    ("/go", going.index, Need.VIEWER),
    ("/components", gallery.index, Need.VIEWER),
    ("/keys", going.keys, Need.VIEWER),
    ("/glossary", glossary.index, Need.VIEWER),
    ("/search", search.index, Need.VIEWER),
    ("/compare", compare.index, Need.VIEWER),
    ("/timeline", timeline.index, Need.VIEWER),
    ("/timeline/events/{id}", timeline.event, Need.VIEWER),
    ("/timeline/events/{id}/story", story.show, Need.VIEWER),
    ("/timeline/events/{id}/story.md", story.markdown, Need.VIEWER),
    ("/alerts", alerts.index, Need.VIEWER),
    ("/alerts/history", alerts.history, Need.VIEWER),
    ("/alerts/incidents/{id}", incident.show, Need.VIEWER),
    ("/alerts/deliveries", alerts.deliveries, Need.VIEWER),
    ("/alerts/deliveries/{id}", delivery.show, Need.VIEWER),
    ("/alerts/silences", silences.index, Need.VIEWER),
    ("/alerts/silences/new", silences.new, Need.VIEWER),
    ("/alerts/silences/{id}", silences.show, Need.VIEWER),
    ("/alerts/routes/{route}", alert_routes.show, Need.VIEWER),
    ("/views", views.index, Need.VIEWER),
    ("/shares", shares.index, Need.VIEWER),
    ("/shares/new", shares.new, Need.OPERATOR),
    ("/s/{token}", share_view.show, Need.NOTHING),
    ("/s/{token}/live", share_view.live, Need.NOTHING),
    ("/status/{page}", status.show, Need.NOTHING),
    ("/status/{page}/badge.svg", status.badge, Need.NOTHING),
    ("/status/{page}/feed.atom", status.feed, Need.NOTHING),
    ("/audit", audit.index, Need.ADMIN),
    ("/sign-in", sign_in.show, Need.NOTHING),
    ("/sign-in/start", oidc.start, Need.NOTHING),
    ("/sign-in/callback", oidc.callback, Need.NOTHING),
    ("/account", account.show, Need.VIEWER),
    ("/account/everybody", account.everybody, Need.ADMIN),
    ("/acts.css", acts.stylesheet, Need.VIEWER),
    ("/live", live.live, Need.VIEWER),
    ("/api/v1/clusters", api.clusters, Need.VIEWER),
    ("/api/v1/clusters/{name}", api.cluster, Need.VIEWER),
    ("/api/v1/clusters/{name}/availability", availability.api, Need.VIEWER),
    ("/api/v1/clusters/{name}/ensemble", servers.api_ensemble, Need.VIEWER),
    ("/api/v1/clusters/{name}/servers/{server}", servers.api_server, Need.VIEWER),
    ("/api/v1/clusters/{name}/series", charts.api_series, Need.VIEWER),
    ("/api/v1/clusters/{name}/znodes", api.znodes, Need.VIEWER),
    ("/api/v1/clusters/{name}/count", api.count, Need.VIEWER),
    ("/api/v1/clusters/{name}/export", export.download, Need.VIEWER),
    ("/api/v1/clusters/{name}/usage", api_crawls.usage, Need.VIEWER),
    ("/api/v1/clusters/{name}/clients", clients.api_clients, Need.VIEWER),
    ("/api/v1/clusters/{name}/holder", holders.api_holder, Need.VIEWER),
    ("/api/v1/clusters/{name}/watchers", holders.api_watchers, Need.VIEWER),
    ("/api/v1/search", api_crawls.search, Need.VIEWER),
    ("/api/v1/compare", api_crawls.compare, Need.VIEWER),
    ("/api/v1/events", api.events, Need.VIEWER),
    ("/api/v1/events/stream", api.stream, Need.VIEWER),
    ("/api/v1/events/{id}", api.event, Need.VIEWER),
    ("/api/v1/events/{id}/story", story.api_story, Need.VIEWER),
    ("/api/v1/incidents", api_alerts.incidents, Need.VIEWER),
    ("/api/v1/incidents/{id}", api_alerts.one_incident, Need.VIEWER),
    ("/api/v1/deliveries", api_alerts.deliveries, Need.VIEWER),
    ("/api/v1/deliveries/{id}", api_alerts.one_delivery, Need.VIEWER),
    ("/api/v1/silences", api_alerts.list_silences, Need.VIEWER),
    ("/api/v1/silences/{id}", api_alerts.one_silence, Need.VIEWER),
    ("/api/v1/alert-routes", api_alerts.routes, Need.VIEWER),
    ("/api/v1/alert-routes/{route}/replay", api_alerts.replay, Need.VIEWER),
    ("/api/v1/audit", audit.api, Need.ADMIN),
    ("/api/openapi.json", openapi.document, Need.VIEWER),
    ("/api/docs", openapi.docs, Need.VIEWER),
    ("/healthz", health.healthz, Need.NOTHING),
    ("/readyz", health.readyz, Need.NOTHING),
    ("/metrics", metrics.metrics, Need.VIEWER),
    ("/static/{version}/{path:.+}", static.serve, Need.NOTHING),
    ("/favicon.svg", overview.favicon, Need.NOTHING),
    ("/favicon.ico", overview.favicon, Need.NOTHING),
)

# What changes something: only zkdash's own pages and scripts get so far (origin.py).
ACTIONS = (
    ("POST", "/sign-in", sign_in.sign_in, Need.NOTHING),
    ("POST", "/sign-out", sign_in.sign_out, Need.NOTHING),
    ("POST", "/account/sessions/end", account.end_sessions, Need.VIEWER),
    ("POST", "/account/sessions/{id}/end", account.end_session, Need.VIEWER),
    ("POST", "/account/tokens", account.make_token, Need.VIEWER),
    ("POST", "/account/tokens/{id}/revoke", account.revoke_token, Need.VIEWER),
    ("POST", "/alerts/incidents/{id}/acknowledge", incident.acknowledge, Need.OPERATOR),
    ("POST", "/alerts/incidents/{id}/unacknowledge", incident.unacknowledge, Need.OPERATOR),
    ("POST", "/alerts/incidents/{id}/note", incident.publish, Need.OPERATOR),
    ("POST", "/alerts/deliveries/{id}/resend", delivery.resend, Need.OPERATOR),
    ("POST", "/alerts/silences", silences.create, Need.OPERATOR),
    ("POST", "/alerts/silences/{id}/end", silences.end, Need.OPERATOR),
    ("POST", "/alerts/routes/{route}/test", alert_routes.test, Need.OPERATOR),
    ("POST", "/views", views.save, Need.VIEWER),
    ("POST", "/views/{id}", views.change, Need.VIEWER),
    ("POST", "/views/{id}/remove", views.remove, Need.VIEWER),
    ("POST", "/shares", shares.create, Need.OPERATOR),
    ("POST", "/shares/{id}/revoke", shares.revoke, Need.OPERATOR),
    ("POST", "/s/{token}", share_view.unlock, Need.NOTHING),
    ("POST", "/api/v1/incidents/{id}/acknowledge", api_alerts.acknowledge, Need.OPERATOR),
    ("POST", "/api/v1/incidents/{id}/unacknowledge", api_alerts.unacknowledge, Need.OPERATOR),
    ("POST", "/api/v1/deliveries/{id}/resend", api_alerts.resend, Need.OPERATOR),
    ("POST", "/api/v1/silences", api_alerts.add_silence, Need.OPERATOR),
    ("DELETE", "/api/v1/silences/{id}", api_alerts.end_silence, Need.OPERATOR),
    ("POST", "/api/v1/alert-routes/{route}/test", api_alerts.send_test, Need.OPERATOR),
)

_ALL = (*(("GET", *route) for route in ROUTES), *ACTIONS)
NEEDS = {(method, re.sub(r":[^}]*", "", path)): need for method, path, _, need in _ALL}
"""What each route needs of who asks; gate.py sees to it before any handler runs."""


def add_routes(app: web.Application) -> None:
    """What is shown is a GET (or HEAD); nothing of it is written to a watched cluster, nor is any action."""
    for path, handler, _ in ROUTES:
        app.router.add_get(at(path), handler)
    for method, path, action, _ in ACTIONS:
        app.router.add_route(method, at(path), action)
    if at(""):  # what asks by address alone finds these, and a person finds the way
        app.router.add_get("/healthz", health.healthz)
        app.router.add_get("/readyz", health.readyz)
        app.router.add_get("/", overview.below)
        app.router.add_get(at(""), overview.below)
