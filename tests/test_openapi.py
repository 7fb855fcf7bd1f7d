"""The API's document is valid, whole and true: every route's real answers, failures too, are held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator
from kazoo.client import KazooClient
from kazoo.security import make_digest_acl
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.http import Answer, request
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server
from zkdash.web.openapi import SCHEMAS, build
from zkdash.web.routes import ACTIONS, ROUTES

ROOT = "/openapi"
TREE = {
    "/text": "grüße".encode(),
    "/binary": b"\xff\x00",
    "/empty": b"",
    "/many/a": b"",
    "/many/b": b"",
    "/many/c": b"",
}

# Path of the document, address asked for, status expected.
ASKED = [
    ("/api/v1/audit", "/api/v1/audit", 403),
    ("/api/v1/clusters", "/api/v1/clusters", 200),
    ("/api/v1/clusters", "/api/v1/clusters?x=1", 400),
    ("/api/v1/clusters/{name}", "/api/v1/clusters/up", 200),
    ("/api/v1/clusters/{name}", "/api/v1/clusters/gone", 200),
    ("/api/v1/clusters/{name}", "/api/v1/clusters/up?x=1", 400),
    ("/api/v1/clusters/{name}", "/api/v1/clusters/nope", 404),
    ("/api/v1/clusters/{name}/availability", "/api/v1/clusters/up/availability", 200),
    ("/api/v1/clusters/{name}/availability", "/api/v1/clusters/gone/availability", 200),
    ("/api/v1/clusters/{name}/availability", "/api/v1/clusters/up/availability?x=1", 400),
    ("/api/v1/clusters/{name}/availability", "/api/v1/clusters/nope/availability", 404),
    ("/api/v1/clusters/{name}/ensemble", "/api/v1/clusters/up/ensemble", 200),
    ("/api/v1/clusters/{name}/ensemble", "/api/v1/clusters/up/ensemble?x=1", 400),
    ("/api/v1/clusters/{name}/ensemble", "/api/v1/clusters/nope/ensemble", 404),
    ("/api/v1/clusters/{name}/servers/{server}", "/api/v1/clusters/up/servers/{zookeeper}", 200),
    ("/api/v1/clusters/{name}/servers/{server}", "/api/v1/clusters/up/servers/{zookeeper}?x=1", 400),
    ("/api/v1/clusters/{name}/servers/{server}", "/api/v1/clusters/up/servers/nobody:1", 404),
    ("/api/v1/clusters/{name}/series", "/api/v1/clusters/up/series", 200),
    ("/api/v1/clusters/{name}/series", "/api/v1/clusters/up/series?metric=fsynctime,avg_latency&points=10", 200),
    ("/api/v1/clusters/{name}/series", "/api/v1/clusters/up/series?metric=x", 400),
    ("/api/v1/clusters/{name}/series", "/api/v1/clusters/nope/series", 404),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/text", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/binary", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/empty", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/null", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/ephemeral", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/many&after=a&limit=1", 200),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/a/../b", 400),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/%01", 400),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?limit=1001", 400),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/forbidden", 403),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/nope", 404),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/nope/znodes", 404),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/gone/znodes", 503),
    ("/api/v1/clusters/{name}/znodes", "/api/v1/clusters/up/znodes?path=/many&sort=-size&limit=2&skip=1", 200),
    ("/api/v1/clusters/{name}/count", "/api/v1/clusters/up/count?path=/many", 200),
    ("/api/v1/clusters/{name}/count", "/api/v1/clusters/up/count?x=1", 400),
    ("/api/v1/clusters/{name}/count", "/api/v1/clusters/up/count?path=/nope", 404),
    ("/api/v1/clusters/{name}/count", "/api/v1/clusters/gone/count", 503),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export", 200),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?path=/text&stat=0&acl=0", 200),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?format=yaml", 200),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?format=zip", 200),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?format=xml", 400),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?path=/forbidden", 403),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/up/export?path=/nope", 404),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/nope/export", 404),
    ("/api/v1/clusters/{name}/export", "/api/v1/clusters/gone/export", 503),
    ("/api/v1/clusters/{name}/usage", "/api/v1/clusters/up/usage", 200),
    ("/api/v1/clusters/{name}/usage", "/api/v1/clusters/up/usage?path=/nope", 200),
    ("/api/v1/clusters/{name}/usage", "/api/v1/clusters/up/usage?x=1", 400),
    ("/api/v1/clusters/{name}/usage", "/api/v1/clusters/nope/usage", 404),
    ("/api/v1/clusters/{name}/usage", "/api/v1/clusters/gone/usage", 503),
    ("/api/v1/clusters/{name}/clients", "/api/v1/clusters/up/clients?watches=1&sort=oldest", 200),
    ("/api/v1/clusters/{name}/clients", "/api/v1/clusters/gone/clients", 200),
    ("/api/v1/clusters/{name}/clients", "/api/v1/clusters/up/clients?sort=size", 400),
    ("/api/v1/clusters/{name}/clients", "/api/v1/clusters/nope/clients", 404),
    ("/api/v1/clusters/{name}/holder", "/api/v1/clusters/up/holder?path=/ephemeral", 200),
    ("/api/v1/clusters/{name}/holder", "/api/v1/clusters/up/holder?path=/text", 200),
    ("/api/v1/clusters/{name}/holder", "/api/v1/clusters/up/holder?path=/a/../b", 400),
    ("/api/v1/clusters/{name}/holder", "/api/v1/clusters/up/holder?path=/nope", 404),
    ("/api/v1/clusters/{name}/holder", "/api/v1/clusters/gone/holder", 503),
    ("/api/v1/clusters/{name}/watchers", "/api/v1/clusters/up/watchers?path=/text", 200),
    ("/api/v1/clusters/{name}/watchers", "/api/v1/clusters/up/watchers?x=1", 400),
    ("/api/v1/clusters/{name}/watchers", "/api/v1/clusters/nope/watchers", 404),
    ("/api/v1/clusters/{name}/watchers", "/api/v1/clusters/gone/watchers", 503),
    ("/api/v1/compare", "/api/v1/compare?left=up:/many&right=up:/", 200),
    ("/api/v1/compare", "/api/v1/compare?left=up:/text&right=up:/binary&acl=0&ignore=/x&fields=a", 200),
    ("/api/v1/compare", "/api/v1/compare?left=up:/nope&right=up:/", 200),
    ("/api/v1/compare", "/api/v1/compare", 400),
    ("/api/v1/compare", "/api/v1/compare?left=nope:/&right=up:/", 400),
    ("/api/v1/search", "/api/v1/search?name=m", 200),
    ("/api/v1/search", "/api/v1/search?data=%C3%BC&newer=1d&cluster=up&root=/text", 200),
    ("/api/v1/search", "/api/v1/search", 400),
    ("/api/v1/search", "/api/v1/search?name=(&name_as=regex", 400),
    ("/api/v1/search", "/api/v1/search?name=a&x=1", 400),
    ("/api/v1/events", "/api/v1/events", 200),
    ("/api/v1/events", "/api/v1/events?cluster=up&state=CONNECTED&after=0&before=100&limit=1", 200),
    ("/api/v1/events", "/api/v1/events?state=UP", 400),
    ("/api/v1/events/{id}", "/api/v1/events/1", 200),
    ("/api/v1/events/{id}", "/api/v1/events/2", 200),
    ("/api/v1/events/{id}/story", "/api/v1/events/2/story", 404),
    ("/api/v1/events/{id}/story", "/api/v1/events/1/story", 200),
    ("/api/v1/events/{id}/story", "/api/v1/events/1/story?x=1", 400),
    ("/api/v1/events/{id}", "/api/v1/events/1?x=1", 400),
    ("/api/v1/events/{id}", "/api/v1/events/999", 404),
    ("/api/v1/events/stream", "/api/v1/events/stream", 426),
    ("/api/v1/events/stream", "/api/v1/events/stream?after=x", 400),
    ("/api/v1/incidents", "/api/v1/incidents", 200),
    ("/api/v1/incidents", "/api/v1/incidents?open=1&limit=1", 200),
    ("/api/v1/incidents", "/api/v1/incidents?open=2", 400),
    ("/api/v1/deliveries", "/api/v1/deliveries", 200),
    ("/api/v1/deliveries", "/api/v1/deliveries?incident=1&event=1", 200),
    ("/api/v1/incidents", "/api/v1/incidents?cluster=gone&rule=never-connected&severity=critical&before=9", 200),
    ("/api/v1/incidents/{id}", "/api/v1/incidents/1", 200),
    ("/api/v1/incidents/{id}", "/api/v1/incidents/1?x=1", 400),
    ("/api/v1/incidents/{id}", "/api/v1/incidents/99", 404),
    ("/api/v1/deliveries", "/api/v1/deliveries?route=hook&state=owed", 200),
    ("/api/v1/deliveries", "/api/v1/deliveries?state=lost", 400),
    ("/api/v1/deliveries/{id}", "/api/v1/deliveries/DELIVERY", 200),
    ("/api/v1/deliveries/{id}", "/api/v1/deliveries/DELIVERY?x=1", 400),
    ("/api/v1/deliveries/{id}", "/api/v1/deliveries/none", 404),
    ("/api/v1/silences", "/api/v1/silences", 200),
    ("/api/v1/silences", "/api/v1/silences?x=1", 400),
    ("/api/v1/silences/{id}", "/api/v1/silences/1", 200),
    ("/api/v1/silences/{id}", "/api/v1/silences/1?x=1", 400),
    ("/api/v1/silences/{id}", "/api/v1/silences/99", 404),
    ("/api/v1/alert-routes", "/api/v1/alert-routes", 200),
    ("/api/v1/alert-routes", "/api/v1/alert-routes?x=1", 400),
    ("/api/v1/alert-routes/{route}/replay", "/api/v1/alert-routes/hook/replay?since=1d&for=5s", 200),
    ("/api/v1/alert-routes/{route}/replay", "/api/v1/alert-routes/hook/replay?group_wait=soon", 400),
    ("/api/v1/alert-routes/{route}/replay", "/api/v1/alert-routes/none/replay", 404),
    ("/api/openapi.json", "/api/openapi.json", 200),
    ("/api/docs", "/api/docs", 200),
]


# What changes something: method, path of the document, address, body, status expected; in this order.
SILENCE = {"matchers": {"clusters": ["up"]}, "lasts": "1h", "reason": "a new kernel", "by": "Ann"}
ACTED: list[tuple[str, str, str, Any, int]] = [
    (
        "POST",
        "/api/v1/incidents/{id}/acknowledge",
        "/api/v1/incidents/1/acknowledge",
        {"by": "Ann", "note": "on it"},
        200,
    ),
    ("POST", "/api/v1/incidents/{id}/acknowledge", "/api/v1/incidents/1/acknowledge", {}, 400),
    ("POST", "/api/v1/incidents/{id}/acknowledge", "/api/v1/incidents/99/acknowledge", {"by": "Ann"}, 404),
    ("POST", "/api/v1/incidents/{id}/unacknowledge", "/api/v1/incidents/1/unacknowledge", {"by": "Ann"}, 200),
    ("POST", "/api/v1/incidents/{id}/unacknowledge", "/api/v1/incidents/1/unacknowledge", {"by": 7}, 400),
    ("POST", "/api/v1/incidents/{id}/unacknowledge", "/api/v1/incidents/99/unacknowledge", {}, 404),
    ("POST", "/api/v1/deliveries/{id}/resend", "/api/v1/deliveries/DELIVERY/resend", {"by": "Ann"}, 202),
    ("POST", "/api/v1/deliveries/{id}/resend", "/api/v1/deliveries/DELIVERY/resend", {"to": "me"}, 400),
    ("POST", "/api/v1/deliveries/{id}/resend", "/api/v1/deliveries/none/resend", {}, 404),
    ("POST", "/api/v1/silences", "/api/v1/silences", SILENCE, 201),
    ("POST", "/api/v1/silences", "/api/v1/silences", {**SILENCE, "matchers": {}}, 400),
    ("DELETE", "/api/v1/silences/{id}", "/api/v1/silences/1?by=Ann", None, 200),
    ("DELETE", "/api/v1/silences/{id}", "/api/v1/silences/1?who=Ann", None, 400),
    ("DELETE", "/api/v1/silences/{id}", "/api/v1/silences/1?by=Ann", None, 409),
    ("DELETE", "/api/v1/silences/{id}", "/api/v1/silences/99", None, 404),
    ("POST", "/api/v1/alert-routes/{route}/test", "/api/v1/alert-routes/hook/test", {"by": "Ann"}, 202),
    ("POST", "/api/v1/alert-routes/{route}/test", "/api/v1/alert-routes/hook/test", {"to": "me"}, 400),
    ("POST", "/api/v1/alert-routes/{route}/test", "/api/v1/alert-routes/none/test", {}, 404),
]


@pytest.fixture(scope="module")
def zkdash(
    zookeeper: Server, root_client: KazooClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ZkDashProcess]:
    """A zkdash with a cluster that is up and one that never was, an open incident and an owed delivery."""
    client = root_client
    for path, value in TREE.items():
        client.create(ROOT + path, value, makepath=True)
    client.create(f"{ROOT}/null", None)
    client.create(f"{ROOT}/ephemeral", b"x", ephemeral=True)
    client.create(f"{ROOT}/forbidden", b"x", acl=[make_digest_acl("ann", "secret", all=True)])
    config = f"""
[zookeeper:gone]
servers = 127.0.0.1:{free_port()}
session_timeout = 2
[alert:hook]
type = webhook
url = http://127.0.0.1:{free_port()}/
"""
    clusters = f"up={zookeeper.address}{ROOT}"
    process = ZkDashProcess(tmp_path_factory.mktemp("zkdash"), config, clusters).start()
    try:
        process.wait_state("up", "CONNECTED", 10)
        process.wait_for(lambda: process.api("/deliveries")["deliveries"], 10, "a delivery")
        assert act(process, "POST", "/api/v1/silences", SILENCE).status == 201
        yield process
    finally:
        process.close()
        client.delete(f"{ROOT}/forbidden")
        client.delete(ROOT, recursive=True)


def act(zkdash: ZkDashProcess, method: str, address: str, body: Any = None, **headers: str) -> Answer:
    """Ask for something to be changed, as a script does."""
    sent = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"Content-Type": "application/json"}
    return request(zkdash.port, method, address, headers=kind | headers, body=sent)


def real(zkdash: ZkDashProcess, address: str) -> str:
    """An address with the id of a delivery that there is."""
    if "DELIVERY" not in address:
        return address
    return address.replace("DELIVERY", zkdash.api("/deliveries")["deliveries"][-1]["id"])


def check(schema: dict[str, Any], value: object) -> None:
    """Fail unless the value is as the schema (of the document) says."""
    whole = {**schema, "components": {"schemas": SCHEMAS}}
    Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def check_answer(path: str, answer: Answer, method: str = "get") -> None:
    """Fail unless an answer has a status, a type and a body that the document has for the path."""
    responses = build()["paths"][path][method.lower()]["responses"]
    assert str(answer.status) in responses, f"{path} isn't said to answer {answer.status}"
    content = responses[str(answer.status)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    assert kind in content, f"{path} isn't said to answer {answer.status} as {kind}"
    schema = content[kind]["schema"]
    if kind == "application/x-ndjson":
        for line in answer.text.splitlines():
            check(schema, json.loads(line))
    else:
        check(schema, answer.json() if kind.endswith("json") else answer.body.decode(errors="replace"))


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(build()).validate()  # type: ignore[arg-type]  # it takes any mapping


def test_every_route_of_the_api_is_in_the_document_and_no_other() -> None:
    assert sorted((path, method) for path, item in build()["paths"].items() for method in item) == sorted(
        [(path, "get") for path, _, _ in ROUTES if path.startswith("/api/")]
        + [(path, method.lower()) for method, path, _, _ in ACTIONS if path.startswith("/api/")]
    )


def test_every_answer_that_the_document_promises_is_asked_for_here() -> None:
    """But those of a log that can't be read, which tests/test_api_events.py has, and of websockets, below."""
    promised = {
        (path, int(status))
        for path, item in build()["paths"].items()
        if "get" in item
        for status in item["get"]["responses"]
    }
    elsewhere = {(path, 503) for path in build()["paths"] if "/clusters" not in path}
    # who has not signed in, or has no role: tests/test_api_by_role.py
    elsewhere |= {(path, status) for path in build()["paths"] for status in (401, 403)}
    elsewhere |= {(f"/api/v1/clusters/{{name}}/{what}", 503) for what in ("availability", "series")}
    elsewhere |= {("/api/v1/audit", 200), ("/api/v1/audit", 400)}  # for admins: tests/test_audit.py
    elsewhere |= {("/api/v1/events/stream", 101), ("/api/v1/events/stream", 403)}
    assert promised - elsewhere == {(path, status) for path, _, status in ASKED} - elsewhere


def test_every_schema_is_used() -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", str(build())))
    assert used == set(SCHEMAS)


@pytest.mark.parametrize(("path", "address", "status"), ASKED, ids=[f"{address}" for _, address, _ in ASKED])
def test_an_answer_is_as_the_document_says(
    zkdash: ZkDashProcess, zookeeper: Server, path: str, address: str, status: int
) -> None:
    answer = zkdash.get(real(zkdash, address.replace("{zookeeper}", zookeeper.address)))
    assert answer.status == status
    check_answer(path, answer)


def test_what_can_be_done_answers_as_the_document_says(zkdash: ZkDashProcess) -> None:
    for method, path, address, body, status in ACTED:
        answer = act(zkdash, method, real(zkdash, address), body)
        assert (address, answer.status) == (address, status)
        check_answer(path, answer, method)


DONE_BY_API = [(method, path) for method, path, _, _ in ACTIONS if path.startswith("/api/")]


@pytest.mark.parametrize(("method", "path"), DONE_BY_API)
def test_what_can_be_done_is_refused_to_other_sites_and_to_other_types(
    zkdash: ZkDashProcess, method: str, path: str
) -> None:
    address = real(zkdash, path.replace("{id}", "DELIVERY" if "deliveries" in path else "1").replace("{route}", "hook"))
    refused = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"User-Agent": "Mozilla/5.0"}]
    for headers in refused:
        answer = act(zkdash, method, address, {}, **headers)
        assert answer.status == 403, headers
        check_answer(path, answer, method)
    if "requestBody" in build()["paths"][path][method.lower()]:
        form = request(zkdash.port, method, address, headers={"Content-Type": "text/plain"}, body=b"{}")
        long = act(zkdash, method, address, {"by": "x" * 70_000})
        assert (form.status, long.status) == (415, 413)
        check_answer(path, form, method)
        check_answer(path, long, method)


async def test_the_messages_of_the_stream_are_as_the_document_says(zkdash: ZkDashProcess) -> None:
    base = f"http://127.0.0.1:{zkdash.port}"
    url = f"{base}/api/v1/events/stream?after=0"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as listener:
        kinds = set()
        while kinds != {"state", "notice"}:
            message = await listener.receive_json(timeout=10)
            check({"$ref": "#/components/schemas/Event"}, message)
            kinds.add(message["kind"])


def test_a_page_of_another_site_is_refused_as_the_document_says(zkdash: ZkDashProcess) -> None:
    answer = zkdash.get("/api/v1/events/stream", Origin="https://evil.example")
    assert answer.status == 403
    check_answer("/api/v1/events/stream", answer)


def test_a_znode_tells_text_from_bytes_and_no_value_from_an_empty_one(zkdash: ZkDashProcess) -> None:
    def data(path: str) -> tuple[object, object]:
        znode = zkdash.api(f"/clusters/up/znodes?path={path}")
        return znode["data"], znode["encoding"]

    assert data("/text") == ("grüße", "utf-8")
    assert data("/binary") == ("/wA=", "base64")
    assert data("/empty") == ("", "utf-8")
    assert data("/null") == (None, None)


def test_children_come_in_pages(zkdash: ZkDashProcess) -> None:
    first = zkdash.api("/clusters/up/znodes?path=/many&limit=2")
    assert (first["children"], first["next"]) == ([{"name": "a"}, {"name": "b"}], "b")
    second = zkdash.api(f"/clusters/up/znodes?path=/many&limit=2&after={first['next']}")
    assert (second["children"], second["next"]) == ([{"name": "c"}], None)
    assert second["stat"]["num_children"] == 3


def test_the_page_of_the_document_names_every_operation_and_shape(zkdash: ZkDashProcess) -> None:
    page = zkdash.get("/api/docs").text
    for path, item in build()["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}<" in page
    for name in SCHEMAS:
        assert f'id="schema-{name}"' in page
