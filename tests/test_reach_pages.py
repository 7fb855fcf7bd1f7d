"""What somebody may not see does not exist for them: on no page, in no answer, in no push and in no error.

The matrix is made from the route table: every route, asked by every kind of person, answers as `decide` says; and what
is planted in the cluster that is out of reach is in none of the answers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from tests.support.house import route
from tests.support.receiver import Receiver, receiver
from tests.support.site import Site, config_of, running_site
from tests.support.until import until
from zkdash.access import Answer, Need, Person, Reach, Role, decide
from zkdash.access.grant import Grant
from zkdash.access.service import AccessService
from zkdash.access.silencing import may_silence
from zkdash.alerts.silence import Matchers, SilenceDraft
from zkdash.clock import now_ms
from zkdash.web import seen
from zkdash.web.routes import NEEDS
from zkdash.zookeeper.states import Cause, Kind, Observation, Severity

SEEN, HIDDEN = "shop", "zqhidden"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
READS_ZNODES = (
    "/clients", "/usage", "/znodes", "/znodes/{path}", "/count", "/holder", "/watchers", "/export",
)  # fmt: skip
OF_CLUSTERS = ("/events/", "/incidents/", "/deliveries/", "/silences/", "routes/{route}")
PLANTED = (HIDDEN, "zqlabel", "zqserver", "zqreason")


class Door:
    """The AccessService, but that whoever the test says asks."""

    def __init__(self, real: AccessService) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    person: Person | None = None

    async def identify(self, _request: Any) -> Person | None:
        return self.person

    def holds(self, _person: Person) -> bool:
        return True


def person(role: Role | None, clusters: tuple[str, ...] = ("*",), paths: tuple[str, ...] = ("/",)) -> Person:
    return Person(Reach(frozenset({Grant("one", role, users=("*",), clusters=clusters, paths=paths)})), "ada")


EVERYBODY: dict[str, Person | None] = {
    "unknown": None,
    "nobody": Person(Reach(), "eve"),
    "viewer": person(Role.VIEWER, (SEEN,)),
    "viewer of a path": person(Role.VIEWER, (SEEN,), ("/apps",)),
    "operator": person(Role.OPERATOR, (SEEN,)),
    "denied": Person(
        Reach(frozenset({Grant("all", Role.ADMIN, users=("*",)), Grant("no", None, users=("*",), clusters=("zq*",))})),
        "d",
    ),
    "admin": person(Role.ADMIN),
}


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def site(tmp_path: Path, there: Receiver) -> AsyncIterator[Site]:
    """Two clusters, one out of reach, with incidents, deliveries and silences of both."""
    ops = route(there, "ops", group_wait_s=0.0, on=frozenset({"*"}), clusters=(SEEN, HIDDEN))
    shops = route(there, "shops", group_wait_s=0.0, on=frozenset({"*"}), clusters=(SEEN,))
    own = route(there, "zqlabel-route", group_wait_s=0.0, on=frozenset({"*"}), clusters=(HIDDEN,))
    async with running_site(tmp_path, SEEN, routes=(ops, shops, own)) as running:
        running.add(config_of(HIDDEN, label="zqlabel"))
        running[HIDDEN].connect()
        for name in (HIDDEN, SEEN):
            at = running[name].status.since + 1
            running.bus.events.record(
                Observation(
                    name,
                    at,
                    Kind.RULE,
                    Cause.FIRING,
                    rule="server-down",
                    subject="zk1" if name == SEEN else "zqserver",
                    severity=Severity.CRITICAL,
                    reason="it is down" if name == SEEN else "zqreason",
                )
            )
        await until(lambda: running.bus.alerts.counts()["sent"] >= 3, what="what is sent")
        for name in (SEEN, HIDDEN):
            matchers = Matchers(clusters=(name,))
            await running.bus.alerts.add_silence(
                SilenceDraft(matchers, f"because {name}", "bob", None, now_ms() + 3_600_000)
            )
        await running.bus.alerts.add_silence(
            SilenceDraft(Matchers(clusters=(SEEN, HIDDEN)), "both", "bob", None, now_ms() + 3_600_000)
        )
        running.bus.access = Door(running.bus.access)
        yield running


def address(path: str, ids: dict[str, Any]) -> str:
    """A route's path with what is in its braces filled in."""
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", f"{value}")
    return path


def ids_of(path: str, incident: int, delivery: str, event: int, silence: int) -> dict[str, Any]:
    one = incident
    for word, value in (("deliveries", delivery), ("events", event), ("silences", silence)):
        one = value if word in path else one  # type: ignore[assignment]  # a delivery's is a text
    return {"name": SEEN, "id": one, "server": "zk1:2181", "route": "ops", "path": "apps", "version": "x"}


async def known_ids(site: Site, cluster: str) -> tuple[int, str, int, int]:
    """Ids of what is about a cluster: incident, delivery, event and silence."""
    (incident,) = [each for each in await site.bus.alerts.incidents() if each.cluster == cluster]
    delivery = next(each for each in await site.bus.alerts.deliveries() if each.cluster == cluster)
    (event, *_) = await site.bus.events.find(clusters=[cluster])
    silence = next(each for each in await site.bus.alerts.silences() if each.matchers.clusters == (cluster,))
    return incident.id, delivery.id, event.id, silence.id


def alike(text: str, name: str) -> str:
    """A page without what is different each time, and without the name that was asked for."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d\d:\d\d:\d\d", "TIME", text).replace(name, "NAME")


EXPECTED = {Answer.SIGN_IN: {303, 401}, Answer.NOT_THERE: {404}, Answer.FORBIDDEN: {403}}


@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_route_answers_as_is_decided_and_tells_nothing_of_what_is_out_of_reach(
    site: Site, who: str
) -> None:
    someone, mine = EVERYBODY[who], await known_ids(site, SEEN)
    site.bus.access.person = someone
    for (method, path), need in NEEDS.items():
        decided = decide(someone, need, SEEN if "{name}" in path else None)
        if method != "GET" and decided is Answer.YES:
            continue  # what it does is tested where it is
        url = address(path, ids_of(path, *mine))
        body = {} if method != "GET" else None
        async with site.client.request(method, url, json=body, headers=SAME_ORIGIN, allow_redirects=False) as answer:
            text = await answer.text()
            told = text + repr(dict(answer.headers))
        if decided is Answer.YES:
            if not path.endswith(
                READS_ZNODES
            ):  # they are asked of real servers: tests/integration/test_reach_znodes.py
                assert answer.status not in (401, 403, 500), (who, url, text)
        else:
            assert answer.status in EXPECTED[decided], (who, url, text)
        if who != "admin" and need is not Need.NOTHING:
            assert not [word for word in PLANTED if word in told], (who, url)


@pytest.mark.parametrize("who", ["viewer", "viewer of a path", "operator", "denied"])
async def test_what_is_about_a_hidden_cluster_is_missing_like_what_never_was(site: Site, who: str) -> None:
    hidden, never = await known_ids(site, HIDDEN), (999, "msg_none", 999, 999)
    site.bus.access.person = EVERYBODY[who]
    for (method, path), need in NEEDS.items():
        if "{" not in path or not any(kind in path for kind in OF_CLUSTERS):
            continue
        if decide(EVERYBODY[who], need) is not Answer.YES:
            continue
        answers = []
        for ids in (hidden, never):
            fields = ids_of(path, *ids) | {"route": "zqlabel-route" if ids is hidden else "zqnever-route"}
            url, body = address(path, fields), {"by": "ada"} if method == "POST" else None
            async with site.client.request(method, url, json=body, headers=SAME_ORIGIN) as answer:
                answers.append((answer.status, HIDDEN in await answer.text()))
        assert answers[0] == answers[1] == (404, False), (method, path, answers)


@pytest.mark.parametrize(
    "path", ["/clusters/{}", "/api/v1/clusters/{}/znodes", "/clusters/{}/znodes/a?raw=1", "/api/v1/clusters/{}"]
)
async def test_a_hidden_cluster_is_missing_in_the_words_of_one_that_never_was(site: Site, path: str) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    found = [alike(await site.text(path.format(name), 404), name) for name in (HIDDEN, "zqnever")]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "query",
    [
        "/search?name=a&cluster={}",
        "/api/v1/search?name=a&cluster={}",
        "/compare?left={}:/&right=shop:/",
        "/api/v1/compare?left={}:/&right=shop:/",
        "/api/v1/events?cluster={}",
        "/api/v1/incidents?cluster={}",
        "/alerts/history?cluster={}",
        "/timeline?cluster={}&range=7d",
    ],
)
async def test_asking_for_a_hidden_cluster_by_name_tells_as_much_as_asking_for_none(site: Site, query: str) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    found = []
    for name in (HIDDEN, "zqnevers"):
        async with site.client.get(query.format(name)) as answer:
            text = (await answer.text()).replace(name, "NAME")
            found.append(
                (answer.status, sorted(word for word in ("FIRING", "CONNECTED", "zqlabel", "zqreason") if word in text))
            )
    assert found[0] == found[1]


async def test_lists_pages_and_limits_are_of_what_is_seen(site: Site) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    events = (await (await site.client.get("/api/v1/events?limit=3")).json())["events"]
    assert [event["cluster"] for event in events] == [SEEN] * 3
    incidents = (await (await site.client.get("/api/v1/incidents")).json())["incidents"]
    assert [incident["cluster"] for incident in incidents] == [SEEN]
    silences = (await (await site.client.get("/api/v1/silences")).json())["silences"]
    assert [silence["matchers"]["clusters"] for silence in silences] == [[SEEN]]
    routes = (await (await site.client.get("/api/v1/alert-routes")).json())["routes"]
    assert [(route["name"], route["clusters"]) for route in routes] == [("ops", [SEEN]), ("shops", [SEEN])]
    deliveries = (await (await site.client.get("/api/v1/deliveries")).json())["deliveries"]
    assert {delivery["route"] for delivery in deliveries} == {"shops"}  # that to ops tells of both
    assert "1 connected" in await site.text("/")


async def listened(site: Site, who: str, *topics: str) -> Any:
    site.bus.access.person = EVERYBODY[who]
    return await site.listen(*topics)


async def test_pushes_are_of_what_is_seen(site: Site) -> None:
    topics = ("frame", "overview", "timeline?range=1h", "alerts", "alerts/silences")
    async with await listened(site, "viewer", *topics) as mine, await listened(site, "admin", *topics) as all_of_it:
        site[HIDDEN].drop()
        site[HIDDEN].time_out()
        site[SEEN].drop("zz-dropped")
        heard: dict[str, str] = {"mine": "", "all": ""}
        for name, viewer in (("mine", mine), ("all", all_of_it)):
            async with asyncio.timeout(10):
                while not (
                    f'id="lane-{SEEN}"' in heard[name] and "1 suspended" in heard[name] and "zz-dropped" in heard[name]
                ):
                    heard[name] += await viewer.receive_str()
        assert not [word for word in PLANTED if word in heard["mine"]]
        assert "1 lost" not in heard["mine"]
        assert [word for word in PLANTED[:2] if word in heard["all"]] == list(PLANTED[:2])


@pytest.mark.parametrize(
    "topic", ["cluster/{}", "ensemble/{}", "charts/{}?range=1h", "znode?cluster={}&path=%2F", "usage?cluster={}"]
)
async def test_a_topic_out_of_reach_is_refused_in_the_words_for_one_that_is_not_there(site: Site, topic: str) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    found = []
    for name in (HIDDEN, "zqnevers"):
        refused = await site.client.get("/live", params={"topic": topic.format(name)})
        found.append((refused.status, alike(await refused.text(), name)))
        with pytest.raises(WSServerHandshakeError):
            await site.listen(topic.format(name))
    assert found[0] == found[1]
    assert found[0][0] == 400


async def test_the_stream_has_the_events_of_what_is_seen(site: Site) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    async with site.client.ws_connect("/api/v1/events/stream?after=0") as stream:
        site[HIDDEN].drop()
        site[SEEN].drop()
        clusters = [(await stream.receive_json(timeout=5))["cluster"] for _ in range(4)]
    assert clusters == [SEEN] * 4


async def test_who_operates_one_cluster_does_nothing_to_others(site: Site) -> None:
    site.bus.access.person = EVERYBODY["operator"]
    post, headers = site.client.post, SAME_ORIGIN
    body = {"reason": "x", "lasts": "1h", "matchers": {"clusters": ["*"]}}
    async with post("/api/v1/silences", json=body, headers=headers) as refused:
        assert refused.status == 400
        assert "you are not an operator of" in await refused.text()
    async with post("/api/v1/silences", json=body | {"matchers": {"clusters": [SEEN]}}, headers=headers) as made:
        assert made.status == 201


OF_SHOPS = Reach(frozenset({Grant("x", Role.OPERATOR, users=("*",), clusters=("shop-*",))}))


@pytest.mark.parametrize(
    ("reach", "patterns", "allowed"),
    [
        (OF_SHOPS, ("shop-eu",), True),
        (OF_SHOPS, ("shop-*",), True),
        (OF_SHOPS, ("shop-eu-?",), True),
        (OF_SHOPS, ("shop-eu", "other"), False),
        (OF_SHOPS, ("shop*",), False),
        (OF_SHOPS, ("s[h]op-*",), False),
        (OF_SHOPS, (), False),
        (OF_SHOPS.under(Role.VIEWER), ("shop-eu",), False),
        (Reach(OF_SHOPS.grants | {Grant("no", None, users=("*",), clusters=("shop-us",))}), ("shop-*",), False),
        (Reach(OF_SHOPS.grants | {Grant("no", None, users=("*",), clusters=("shop-us",))}), ("shop-eu",), True),
        (person(Role.OPERATOR).reach, (), True),
        (person(Role.VIEWER).reach, ("shop",), False),
    ],
)
def test_one_may_silence_only_what_one_operates(reach: Reach, patterns: tuple[str, ...], allowed: bool) -> None:
    assert (may_silence(reach, patterns) == "") is allowed


async def test_metrics_are_of_what_is_seen(site: Site) -> None:
    site.bus.access.person = EVERYBODY["viewer"]
    assert f'zkdash_cluster_state{{cluster="{SEEN}",state="CONNECTED"}} 1.0' in await site.text("/metrics")
    site.bus.access.person = EVERYBODY["admin"]
    assert f'cluster="{HIDDEN}"' in await site.text("/metrics")


def test_no_page_asks_for_clusters_or_events_past_what_is_seen() -> None:
    folder = Path(seen.__file__).parent
    past = re.compile(r"app\[ZKDASH\]\.(clusters|events)\b")
    # shares.py names the clusters of a page to whoever makes a link to it, by their own reach
    assert {file.name for file in folder.glob("*.py") if past.search(file.read_text())} <= {"shares.py"}
