"""Signing in to servers that ask for it: SASL, TLS, and what is said when they refuse."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kazoo.client import KazooClient

from tests.conftest import kazoo_client
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]

JAAS = """\
Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_ada="right";
};
"""


@pytest.fixture
def sasl_server(tmp_path: Path) -> Iterator[Server]:
    """Knows one user, ada, with the password "right", and serves nobody else."""
    jaas = tmp_path / "jaas.conf"
    jaas.write_text(JAAS)
    properties = {"java.security.auth.login.config": str(jaas), "zookeeper.sessionRequireClientSASLAuth": "true"}
    config = {"authProvider.1": "org.apache.zookeeper.server.auth.SASLAuthenticationProvider"}
    with Server(tmp_path / "server", config=config, properties=properties) as server:
        yield server


def test_a_refused_password_is_a_lost_cluster_with_the_reason_until_it_is_mended(
    sasl_server: Server, zkdash: MakeProcess
) -> None:
    section = f"[zookeeper:prod]\nservers = {sasl_server.address}\nsession_timeout = 2s\nsasl = ada:"
    dash = zkdash(config=section + "wrong").start()
    failed = dash.wait_cause("prod", "auth-failed", 10)
    assert (failed["kind"], failed["to"]) == ("notice", None)  # it was lost anyway: it was starting
    status = dash.cluster("prod")
    assert (status["state"], status["cause"], status["health"]) == ("LOST", "auth-failed", "lost")
    assert "refused" in status["reason"]
    assert "wrong" not in dash.log

    dash.configure(section + "right")
    dash.sighup()
    dash.wait_state("prod", "CONNECTED", 6)
    assert dash.get("/api/v1/clusters/prod/znodes?path=/").status == 200


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority (ca.pem), a server's and a client's certificate, and another authority's."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for name in ("ca", "other"):
        openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=zkdash test {name}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.pem", "-addext", "keyUsage=critical,keyCertSign"),
        )
    for name in ("server", "client"):
        (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", "csr")
        openssl(
            *("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"),
            *("-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )
    openssl(
        *("pkcs12", "-export", "-in", "server.pem", "-inkey", "server.key", "-passout", "pass:secret"),
        *("-out", "server.p12"),
    )
    return folder


@pytest.fixture(scope="module")
def tls_server(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server that speaks TLS on the address given, and only to clients with a certificate of the authority."""
    port = free_port()
    config = {
        "secureClientPort": str(port),
        "secureClientPortAddress": "127.0.0.1",
        "ssl.keyStore.location": str(certificates / "server.p12"),
        "ssl.keyStore.password": "secret",
        "ssl.trustStore.location": str(certificates / "ca.pem"),
        "ssl.clientAuth": "need",
    }
    properties = {"zookeeper.serverCnxnFactory": "org.apache.zookeeper.server.NettyServerCnxnFactory"}
    with Server(tmp_path_factory.mktemp("tls"), config=config, properties=properties) as server:
        yield server, f"127.0.0.1:{port}"


def tls_config(address: str, certificates: Path, authority: str) -> str:
    return f"""\
[zookeeper:prod]
servers = {address}
session_timeout = 3s
tls = yes
ca = {certificates / authority}
cert = {certificates / "client.pem"}
key = {certificates / "client.key"}
"""


def test_a_cluster_is_watched_over_tls_with_a_client_certificate(
    tls_server: tuple[Server, str], certificates: Path, zkdash: MakeProcess
) -> None:
    dash = zkdash(config=tls_config(tls_server[1], certificates, "ca.pem")).start()
    dash.wait_state("prod", "CONNECTED", 10)
    assert dash.get("/api/v1/clusters/prod/znodes?path=/zookeeper").json()["path"] == "/zookeeper"


def test_a_server_whose_certificate_nobody_vouches_for_is_not_talked_to(
    tls_server: tuple[Server, str], certificates: Path, zkdash: MakeProcess
) -> None:
    dash = zkdash(config=tls_config(tls_server[1], certificates, "other.pem")).start()
    never = dash.wait_cause("prod", "never-connected", 10)
    assert "TLS failed" in never["reason"]
    assert "certificate" in never["reason"].lower()


def test_servers_are_asked_over_tls_who_holds_a_znode(
    tls_server: tuple[Server, str], certificates: Path, zkdash: MakeProcess
) -> None:
    dash = zkdash(config=tls_config(tls_server[1], certificates, "ca.pem") + "admin = off\n").start()
    dash.wait_state("prod", "CONNECTED", 10)
    client = KazooClient(
        tls_server[1],
        use_ssl=True,
        ca=str(certificates / "ca.pem"),
        certfile=str(certificates / "client.pem"),
        keyfile=str(certificates / "client.key"),
    )
    client.start()
    try:
        client.create("/held", b"", ephemeral=True)
        found = dash.api("/clusters/prod/holder?path=/held")
    finally:
        client.stop()
        client.close()
    assert (found["not_told"], found["servers"]) == ([], [tls_server[1]])
    assert [one["server"] for one in found["connections"]] == [tls_server[1]]


def test_a_client_of_another_port_is_not_said_to_be_away(
    tls_server: tuple[Server, str], certificates: Path, zkdash: MakeProcess
) -> None:
    """By a four-letter word a server tells the connections of the port that it is asked on, and no others."""
    dash = zkdash(config=tls_config(tls_server[1], certificates, "ca.pem") + "admin = off\n").start()
    dash.wait_state("prod", "CONNECTED", 10)
    with kazoo_client(tls_server[0].address) as client:
        client.create("/plain", b"", ephemeral=True)
        found = dash.api("/clusters/prod/holder?path=/plain")
        page = dash.get("/clusters/prod/holder?path=/plain").text
    assert (found["not_told"], found["connections"], found["one_port"]) == ([], [], True)
    assert "No server told a connection of this session." in page
