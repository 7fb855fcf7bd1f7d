"""Sample trees like those that people have: a Kafka, a SolrCloud, services that register, a very wide node."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NodeExistsError
from kazoo.protocol.states import KazooState
from kazoo.security import make_digest_acl

DOCUMENTS = 20_000
CREATES_A_REQUEST = 1_000
EARLIER_MS = 1_767_225_600_000  # 2026-01-01
TOPICS = {"orders": 6, "payments": 3, "shipments": 3, "returns": 1, "__consumer_offsets": 12}

Tree = Mapping[str, bytes]


def orders() -> Tree:
    """What a Kafka and a shop keep in ZooKeeper, all of it persistent. Path -> value."""
    tree: dict[str, bytes] = {
        "/admin/delete_topics": b"",
        "/cluster/id": _json({"version": "1", "id": "q8m2nVYcTzS4VZmJ7pZ3aA"}),
        "/controller_epoch": b"7",
        "/isr_change_notification": b"",
        "/log_dir_event_notification": b"",
        "/config/brokers/<default>": _json({"version": 1, "config": {"log.retention.hours": "168"}}),
        "/config/changes": b"",
        "/config/clients": b"",
        "/config/users/billing": _json({"version": 1, "config": {"consumer_byte_rate": "10485760"}}),
        "/apps/shop/config": _pretty(_SHOP),
        "/apps/shop/features": _json({"new-checkout": {"on": True, "share": 0.25}, "gift-cards": {"on": False}}),
        "/apps/shop/database.properties": _DATABASE,
        "/apps/shop/motd": "Grüße! Today’s special: ☕ + 🥐\n".encode(),
        "/apps/shop/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "/apps/shop/maintenance": b"",
        "/apps/shop/prices (draft 2%).csv": b"sku,price\nA-1,9.90\nA-2,19.90\n",
        "/apps/shop/<script>alert(1)</script>": b"<img src=x onerror=alert(1)>",
        "/locks/checkout": b"",
        "/services": b"",
    }
    for topic, partitions in TOPICS.items():
        assignment = {str(number): [number % 3 + 1, (number + 1) % 3 + 1] for number in range(partitions)}
        tree[f"/brokers/topics/{topic}"] = _json({"version": 3, "partitions": assignment, "adding_replicas": {}})
        tree[f"/config/topics/{topic}"] = _json({"version": 1, "config": {"retention.ms": "604800000"}})
        for number, replicas in assignment.items():
            state = {"controller_epoch": 7, "leader": replicas[0], "version": 1, "leader_epoch": 4, "isr": replicas}
            tree[f"/brokers/topics/{topic}/partitions/{number}/state"] = _json(state)
    return tree


def search() -> Tree:
    """What a SolrCloud keeps in ZooKeeper, all of it persistent. Path -> value."""
    shards = {f"shard{number}": {"state": "active", "range": bounds} for number, bounds in enumerate(_RANGES, 1)}
    return {
        "/clusterprops.json": _json({"urlScheme": "http"}),
        "/collections/products/state.json": _pretty({"products": {"replicationFactor": "2", "shards": shards}}),
        "/collections/products/leaders": b"",
        "/configs/products/solrconfig.xml": _SOLRCONFIG,
        "/configs/products/lang/stopwords_en.txt": b"a\nan\nand\nare\nas\nat\n",
        "/index/documents": b"",
        "/live_nodes": b"",
        "/overseer/queue": b"",
        "/aliases.json": b"{}",
        "/security.json": _json({"authentication": {"blockUnknown": True, "class": "solr.BasicAuthPlugin"}}),
    }


def registrations(cluster: str) -> list[Tree]:
    """What live sessions hold, a tree for each session. Path -> value of an ephemeral znode."""
    if cluster == "search":
        return [{f"/live_nodes/10.1.0.{20 + number}:8983_solr": b""} for number in range(3)]
    brokers = [{f"/brokers/ids/{number}": _json(_broker(number))} for number in (1, 2, 3)]
    brokers[0]["/controller"] = _json({"version": 1, "brokerid": 1, "timestamp": str(EARLIER_MS)})
    services = [
        {f"/services/{name}/10.0.1.{10 + number}:8080": _json(_instance(name, number)) for name in _SERVICES}
        for number in range(2)
    ]
    return [*brokers, *services]


def connect(hosts: str) -> KazooClient:
    """A client of the demo's own."""
    client = KazooClient(hosts, timeout=10)
    client.start(timeout=30)
    return client


def plant(client: KazooClient, tree: Tree) -> None:
    """Create persistent znodes, what stands above them first."""
    done: set[str] = set()
    paths = {ancestor: b"" for path in tree for ancestor in _ancestors(path)} | dict(tree)
    for path in sorted(paths, key=lambda path: path.count("/")):
        if path not in done:
            client.create(path, paths[path])
            done.add(path)


def plant_special(client: KazooClient) -> None:
    """A znode that nobody may read but its owner, and one with no value at all."""
    owner = make_digest_acl("shop", "only-the-demo-knows", all=True)
    client.create("/apps/shop/credentials", b"secret", acl=[owner])
    client.create("/apps/shop/nothing", None)


def plant_documents(client: KazooClient, number: int = DOCUMENTS) -> None:
    """Very many children of /index/documents, many to a request and the requests all at once."""
    requests = []
    for start in range(0, number, CREATES_A_REQUEST):
        request = client.transaction()
        for document in range(start, min(start + CREATES_A_REQUEST, number)):
            request.create(f"/index/documents/doc-{document:06}", b'{"boost": 1}')
        requests.append(request.commit_async())
    for answer in requests:
        answer.get(timeout=60)


def keep_registered(client: KazooClient, tree: Tree) -> None:
    """Create the ephemeral znodes of a session that are missing; quietly nothing while it isn't connected."""
    if client.state != KazooState.CONNECTED:
        return
    for path, value in tree.items():
        try:
            client.create_async(path, value, ephemeral=True, makepath=True).get(timeout=2)
        except NodeExistsError:
            continue
        except (KazooException, client.handler.timeout_exception):
            return


def _ancestors(path: str) -> Iterator[str]:
    parts = path.split("/")
    for depth in range(2, len(parts)):
        yield "/".join(parts[:depth])


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _pretty(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def _broker(number: int) -> dict[str, object]:
    host = f"kafka{number}.example.com"
    endpoints = [f"PLAINTEXT://{host}:9092", f"SSL://{host}:9093"]
    return {"host": host, "port": 9092, "endpoints": endpoints, "timestamp": str(EARLIER_MS), "version": 5}


def _instance(name: str, number: int) -> dict[str, object]:
    return {"name": name, "address": f"10.0.1.{10 + number}", "port": 8080, "version": f"4.{number}.1"}


_DATABASE = b"""\
database.url=jdbc:postgresql://db.example.com/shop
database.user=shop
database.password=not-for-everybody
database.pool=20
"""
_SERVICES = ("orders-api", "payments-api", "stock-api")
_RANGES = ("80000000-ffffffff", "0-7fffffff")
_SHOP = {
    "currency": "CZK",
    "languages": ["cs", "en", "de"],
    "checkout": {"timeout_s": 30, "retries": 3, "payment": ["card", "transfer", "cash"]},
    "database": {"host": "db.example.com", "port": 5432, "pool": {"min": 2, "max": 20}},
    "payments": {"provider": "pay.example.com", "api_key": "not-for-everybody"},
}
_SOLRCONFIG = b"""\
<?xml version="1.0" encoding="UTF-8" ?>
<config>
  <luceneMatchVersion>9.9</luceneMatchVersion>
  <updateHandler class="solr.DirectUpdateHandler2">
    <autoCommit><maxTime>15000</maxTime></autoCommit>
  </updateHandler>
</config>
"""
