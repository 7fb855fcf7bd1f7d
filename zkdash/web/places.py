"""The pages that one goes to, each with its address and its keys: what the bar, the tabs, /go and /keys show."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.access.person import Person
from zkdash.access.role import Role
from zkdash.web.urls import url_for_cluster, url_for_timeline, url_for_znode


@dataclass(frozen=True, slots=True)
class Place:
    """A page; one that is no cluster's has its address without base_path.

    `keys` are typed one after the other, "" for none; `also` are other words that find it.
    """

    key: str
    text: str
    href: str
    keys: str = ""
    also: str = ""


MAIN = (
    Place("overview", "Overview", "/", "g o", "home clusters"),
    Place("search", "Search", "/search", "g s", "find in names and data of znodes"),
    Place("compare", "Compare", "/compare", "g c", "diff two clusters"),
    Place("timeline", "Timeline", "/timeline", "g t", "events transitions"),
    Place("alerts", "Alerts", "/alerts", "g a", "incidents now"),
)
"""What stands in the bar of every page."""
OTHERS = (
    Place("history", "History of alerts", "/alerts/history", "g h", "incidents that are over"),
    Place("silences", "Silences", "/alerts/silences", "g i", "maintenance"),
    Place("silence-new", "New silence", "/alerts/silences/new", "g n", "maintenance mute"),
    Place("deliveries", "Deliveries", "/alerts/deliveries", "g d", "notifications messages"),
    Place("wall", "Wall screen", "/?view=wall", "g b", "big board kiosk tv"),
    Place("views", "Saved views", "/views", "g v", "filters named pinned"),
    Place("shares", "Shared", "/shares", "g l", "links read-only"),
    Place("glossary", "Glossary", "/glossary", "g w", "words help"),
    Place("locale", "Numbers and dates", "/locale", "g f", "locale language format time"),
    Place("keys", "Keys", "/keys", "?", "keyboard shortcuts help"),
    Place("api", "API", "/api/docs", "", "json openapi"),
)
"""What stands at the foot, or is one page further."""
OF_WHO_SIGNS_IN = (Place("account", "Your account", "/account", "g y", "who am i role sign out sessions tokens"),)
OF_ADMINS = (
    Place("audit", "Audit log", "/audit", "g u", "who did what"),
    Place("everybody", "Sessions and tokens of everybody", "/account/everybody", "", "users people"),
)
EVERYWHERE = (
    ("/", "Go to a cluster, a server, a znode, a client, an incident or a page"),
    ("Ctrl K", "The same, even while typing"),
    ("?", "This list"),
    ("j", "The next row of a list"),
    ("k", "The row before"),
    ("Enter", "Open the row"),
    ("n", "The next page of a list"),
    ("p", "The page before"),
    ("u", "Up: the page before this one in the path at the top"),
    ("]", "The next cluster"),
    ("[", "The cluster before"),
    ("Esc", "Close what has opened"),
)
"""Keys that are no page's own, and what they do."""


def others(person: Person | None) -> tuple[Place, ...]:
    """Those beside `MAIN` that this person may open."""
    if person is None or person.via in ("none", "token", "share"):
        return OTHERS
    return (*OTHERS, *OF_WHO_SIGNS_IN, *(OF_ADMINS if person.role >= Role.ADMIN else ()))


def of_cluster(name: str) -> tuple[Place, ...]:
    """The pages of one cluster."""
    base = url_for_cluster(name)
    return (
        Place("state", "State", base, "c s", "servers ensemble"),
        Place("znodes", "Znodes", url_for_znode(name), "c z", "tree"),
        Place("usage", "Usage", f"{base}/usage", "c u", "size count"),
        Place("charts", "Charts", f"{base}/charts", "c c", "metrics latency"),
        Place("clients", "Clients", f"{base}/clients", "c k", "connections sessions"),
        Place("availability", "Availability", f"{base}/availability", "c a", "outages"),
        Place("timeline", "Timeline", url_for_timeline(cluster=name), "c t", "events"),
    )
