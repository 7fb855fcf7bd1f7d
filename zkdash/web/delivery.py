"""The page of one delivery: what was said to whom, each try, and the next."""

from __future__ import annotations

import json

from aiohttp import web
from markupsafe import Markup

from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.web import by_whom, who
from zkdash.web.acts import acts_on
from zkdash.web.audited import note
from zkdash.web.gate import operates, person_of, who_asks
from zkdash.web.keys import ALERTING, ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import fragment, render
from zkdash.web.seen import Seen, seen
from zkdash.web.urls import url_for_delivery

LONGEST_ID = 80


async def show(request: web.Request) -> web.Response:
    """GET /alerts/deliveries/{id}"""
    Query(request, ())
    delivery = await find(request)
    mine = seen(request)
    return render(
        request,
        "alerts/delivery.html",
        alerts=await request.app[ALERTING].draw(f"alerts/deliveries/{delivery.id}", mine.level),
        delivery=delivery,
        can_resend=mine.alerts.route(delivery.route) is not None,
        may_resend=all([acts_on(who_asks(request), name) for name in await told_of(request, delivery)]),
        name=who.remembered(request),
    )


async def draw(seen: Seen, what: str) -> Markup | None:
    """What is known of the delivery whose id this is."""
    delivery = await seen.alerts.delivery(what)
    if delivery is None:
        return None
    return fragment(
        "alerts/_delivery.html",
        delivery=delivery,
        incidents=await seen.alerts.told_of(delivery.id),
        attempts=await seen.alerts.attempts(delivery.id),
        message=pretty(delivery.payload),
        owed=DeliveryState.OWED,
    )


async def resend(request: web.Request) -> web.Response:
    """POST /alerts/deliveries/{id}/resend (by)"""
    delivery = await find(request)
    await may_resend(request, delivery)

    async def do(by: str) -> str:
        made = await request.app[ZKDASH].alerts.resend(delivery.id, by)
        await noted(request, delivery, by)
        return url_for_delivery(made.id)

    return await by_whom.act(request, url_for_delivery(delivery.id), do, "resent")


async def noted(request: web.Request, delivery: Delivery, by: str) -> None:
    """Write down that it was sent again."""
    what = f"delivery {delivery.id} to {delivery.route}"
    await note(request, "delivery-resend", what, cluster=delivery.cluster or "", by=by)


async def may_resend(request: web.Request, delivery: Delivery) -> None:
    """Raises 403 for who is not an operator of all clusters that it tells of."""
    for name in await told_of(request, delivery):
        operates(person_of(request), name)


async def told_of(request: web.Request, delivery: Delivery) -> set[str]:
    """The names of the clusters that it tells of."""
    alerts = seen(request).alerts
    incidents = [await alerts.incident(each) for each in await alerts.told_of(delivery.id)]
    return {delivery.cluster or "", *(each.cluster for each in incidents if each is not None)} - {""}


async def find(request: web.Request) -> Delivery:
    """The delivery that the address names. Raises 404."""
    delivery_id = request.match_info["id"]
    found = await seen(request).alerts.delivery(delivery_id) if len(delivery_id) <= LONGEST_ID else None
    if found is None:
        raise web.HTTPNotFound(text="There is no such delivery: it never was, or it is older than they are kept.")
    return found


def pretty(payload: str) -> str:
    """The message of a delivery, indented for reading."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        return payload
