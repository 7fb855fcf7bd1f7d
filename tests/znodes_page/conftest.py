"""A tree with everything hostile in it on a real server, and a zkdash that shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kazoo.client import KazooClient
from kazoo.security import OPEN_ACL_UNSAFE, READ_ACL_UNSAFE, make_acl, make_digest_acl

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import HOSTILE, ROOT, SCRIPT
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server


@pytest.fixture(scope="module")
def client(root_client: KazooClient) -> Iterator[KazooClient]:
    def make(path: str, value: bytes | None = b"", **options: object) -> None:
        root_client.create(ROOT + path, value, **options)

    root_client.create(ROOT, b"")
    for parent in ("/hostile", "/data", "/acl", "/many", "/deep"):
        make(parent)
    for name in HOSTILE:
        make(f"/hostile/{name}", f"data of {name}".encode())
        make(f"/hostile/{name}/child", b"inner")
    make("/data/null", None)
    make("/data/empty", b"")
    make("/data/script", SCRIPT)
    make("/data/json", b'{"big":12345678901234567890.50,"a":1,"a":2,"h":"<b>"}')
    make("/data/binary", bytes(range(256)) * 4000)
    make("/data/line", b"\nsecond line")
    make("/data/text", "grüße\r\n\x1b[31m \u202e\n".encode() + b"\n" * 300_000)
    make("/acl/open", b"s", acl=[make_digest_acl("ann", "secret", all=True), *READ_ACL_UNSAFE])
    make("/acl/closed", b"s", acl=[make_digest_acl("ann", "secret", all=True)])
    make("/acl/hidden")
    make("/acl/hidden/child", b"inner")
    root_client.set_acls(f"{ROOT}/acl/hidden", [make_acl("world", "anyone", admin=True)])
    for answer in [root_client.create_async(f"{ROOT}/many/n{number:03}", b"") for number in range(450)]:
        answer.get(10)
    for depth in range(1, 41):
        make("/deep/" + "/".join(f"l{level}" for level in range(depth)))
    make("/ephemeral", b"", ephemeral=True)
    yield root_client
    root_client.set_acls(f"{ROOT}/acl/hidden", OPEN_ACL_UNSAFE)
    root_client.delete(f"{ROOT}/acl/closed")
    root_client.delete(ROOT, recursive=True)


UNMASK = "[masking]\nunmask_without_sign_in = yes\n"


@pytest.fixture(scope="module")
def zkdash(zookeeper: Server, client: KazooClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    clusters = (f"up={zookeeper.address}{ROOT}", f"gone=127.0.0.1:{free_port()}", f"wrong={zookeeper.address}/nope")
    process = ZkDashProcess(tmp_path_factory.mktemp("zkdash"), UNMASK, *clusters).start()
    try:
        process.wait_state("up", "CONNECTED", 10)
        process.wait_state("wrong", "CONNECTED", 10)
        yield process
    finally:
        process.close()
