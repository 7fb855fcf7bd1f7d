"""Which pages screenshots.py takes, of which zkdash, as whom and in which state.

In addresses LOST_EVENT, SERVER, SHARE, LOCKED, DELIVERY and SILENCE stand for what is found or made before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page, expect

from docs.pictures.scene import LOST, PASSWORD

KAFKA = "/clusters/orders-kafka"


@dataclass(frozen=True, slots=True)
class Shot:
    """A page of one of the scene's zkdashes; `who` signs in before, and `do` brings it into the state to be seen."""

    path: str
    site: Literal["main", "empty", "guarded"] = "main"
    who: str = ""
    script: bool = True
    printed: bool = False
    do: Callable[[Page], None] | None = None
    cut_off: Literal["", "websocket", "all"] = ""
    """What of the live connection doesn't come through."""


def open_go(page: Page) -> None:
    """The box that goes anywhere, with something typed."""
    page.keyboard.press("Control+k")
    page.keyboard.type("kafka")
    expect(page.locator("#go-hits")).to_contain_text("Kafka, orders: State")


def open_keys(page: Page) -> None:
    """The list of keys."""
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()


def open_pick(page: Page) -> None:
    """The list of clusters of a filter."""
    page.locator(".pick__summary").first.click()


def wait_for_polling(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "polling", timeout=30_000)


def wait_for_gone(page: Page) -> None:
    expect(page.locator("#live")).to_have_attribute("data-state", "gone", timeout=30_000)


def sign_in_wrongly(page: Page) -> None:
    """The form after a wrong password."""
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("not " + PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#problem")).to_be_visible()


def send_a_test(page: Page) -> None:
    """What says that something was done."""
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#done")).to_be_visible()


LIMITED = {
    "overview": "/",
    "cluster": KAFKA,
    "znodes": f"{KAFKA}/znodes/",
    "znode-on-the-way": f"{KAFKA}/znodes/brokers",
    "znode-hidden": f"{KAFKA}/znodes/apps",
    "clients": f"{KAFKA}/clients",
    "usage": f"{KAFKA}/usage",
    "count": f"{KAFKA}/count",
    "charts": f"{KAFKA}/charts",
    "search": "/search?name=orders",
    "compare": "/compare",
    "timeline": "/timeline",
    "alerts": "/alerts",
    "silences": "/alerts/silences",
    "silence-new": "/alerts/silences/new",
    "shares": "/shares",
    "views": "/views",
    "go": "/go?q=h",
    "cluster-hidden": f"/clusters/{LOST}",
    "audit": "/audit",
    "account": "/account",
}
"""What somebody walks who may see a part of one cluster."""

SHOTS = {
    "overview": Shot("/"),
    "overview-groups": Shot(f"/?group=label&pin={LOST}"),
    "overview-empty": Shot("/", "empty"),
    "overview-polling": Shot("/", do=wait_for_polling, cut_off="websocket"),
    "overview-gone": Shot("/", do=wait_for_gone, cut_off="all"),
    "overview-plain": Shot("/", script=False),
    "wall": Shot("/?view=wall"),
    "cluster": Shot(KAFKA),
    "cluster-lost": Shot(f"/clusters/{LOST}"),
    "cluster-plain": Shot(KAFKA, script=False),
    "server": Shot(f"{KAFKA}/servers/SERVER"),
    "availability": Shot("/clusters/staging/availability"),
    "charts": Shot(f"{KAFKA}/charts?range=15m"),
    "charts-tables": Shot(f"{KAFKA}/charts?range=15m&as=tables&metric=avg_latency"),
    "charts-plain": Shot(f"{KAFKA}/charts?range=15m", script=False),
    "clients": Shot(f"{KAFKA}/clients"),
    "client": Shot(f"{KAFKA}/clients?address=127.0.0.1&watches=1"),
    "usage": Shot(f"{KAFKA}/usage"),
    "znodes": Shot(f"{KAFKA}/znodes/"),
    "znodes-plain": Shot(f"{KAFKA}/znodes/apps/shop", script=False),
    "znode-json": Shot(f"{KAFKA}/znodes/apps/shop/config"),
    "znode-hex": Shot(f"{KAFKA}/znodes/apps/shop/logo.png"),
    "znode-large": Shot(f"{KAFKA}/znodes/large"),
    "znode-children": Shot(f"{KAFKA}/znodes/brokers/topics?tab=children"),
    "znode-stat": Shot(f"{KAFKA}/znodes/apps?tab=stat"),
    "znode-acl": Shot(f"{KAFKA}/znodes/apps?tab=acl"),
    "znode-holder": Shot(f"{KAFKA}/znodes/apps?tab=holder"),
    "znode-missing": Shot(f"{KAFKA}/znodes/nowhere"),
    "znode-forbidden": Shot(f"{KAFKA}/znodes/secret"),
    "znodes-lost": Shot(f"/clusters/{LOST}/znodes/"),
    "search": Shot("/search?name=orders&cluster=orders-kafka"),
    "search-all": Shot("/search?name=orders"),
    "search-empty": Shot("/search", "empty"),
    "compare": Shot("/compare"),
    "compared": Shot("/compare?left=orders-kafka:/brokers/topics/orders&right=orders-kafka:/brokers/topics/payments"),
    "timeline": Shot("/timeline?range=6h"),
    "timeline-picked": Shot("/timeline?range=6h", do=open_pick),
    "timeline-bad": Shot("/timeline?range=own&from=yesterday"),
    "timeline-empty": Shot("/timeline?range=15m&state=SUSPENDED&cluster=flink"),
    "event": Shot("/timeline/events/LOST_EVENT"),
    "story": Shot("/timeline/events/LOST_EVENT/story"),
    "alerts": Shot("/alerts"),
    "alerts-empty": Shot("/alerts", "empty"),
    "incident": Shot("/alerts/incidents/1"),
    "incident-open": Shot("/alerts/incidents/3"),
    "incident-printed": Shot("/alerts/incidents/3", printed=True),
    "history": Shot("/alerts/history"),
    "deliveries": Shot("/alerts/deliveries"),
    "delivery": Shot("/alerts/deliveries/DELIVERY"),
    "silences": Shot("/alerts/silences"),
    "silence": Shot("/alerts/silences/SILENCE"),
    "silence-new": Shot(f"/alerts/silences/new?clusters={LOST}"),
    "route": Shot("/alerts/routes/on-call"),
    "route-tested": Shot("/alerts/routes/on-call", do=send_a_test),
    "views": Shot("/views?of=/alerts"),
    "shares": Shot("/shares"),
    "share-new": Shot("/shares/new?of=/timeline"),
    "share": Shot("/s/SHARE"),
    "share-password": Shot("/s/LOCKED"),
    "share-over": Shot(f"/s/{'x' * 43}"),
    "status": Shot("/status/house"),
    "go": Shot("/go?q=orders"),
    "go-open": Shot("/", do=open_go),
    "keys": Shot("/keys"),
    "keys-open": Shot("/", do=open_keys),
    "glossary": Shot("/glossary"),
    "api": Shot("/api/docs"),
    "components": Shot("/components"),
    "nothing": Shot("/nothing/here"),
    "sign-in": Shot("/sign-in", "guarded"),
    "sign-in-wrong": Shot("/sign-in", "guarded", do=sign_in_wrongly),
    "account": Shot("/account", "guarded", "ada"),
    "everybody": Shot("/account/everybody", "guarded", "ada"),
    "audit": Shot("/audit", "guarded", "ada"),
    "mixed-alerts": Shot("/alerts", "guarded", "joe"),
    "mixed-incident": Shot("/alerts/incidents/3", "guarded", "joe"),
    **{f"limited-{name}": Shot(path, "guarded", "mia") for name, path in LIMITED.items()},
}
