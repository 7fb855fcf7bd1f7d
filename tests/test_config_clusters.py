"""Which clusters are watched: z_path, sections, the environment and the command line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.config import Configured
from zkdash.config import ClusterConfig, Config, SaslConfig

ENVIRONMENT = {"ASAB_ZOOKEEPER_SERVERS": "env:2181"}


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


def where(config: Config) -> list[str]:
    """ "name servers path" of each cluster."""
    return [
        f"{cluster.name} {','.join(f'{host}:{port}' for host, port in cluster.servers)} {cluster.path}"
        for cluster in config.clusters
    ]


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        # nothing but the environment
        ("", ["zookeeper env:2181 /"]),
        ("[zookeeper]\npath = /a\n", ["zookeeper env:2181 /a"]),
        # [zookeeper] alone
        ("[zookeeper]\nservers = h1,h2:99\n", ["zookeeper h1:2181,h2:99 /"]),
        ("[zookeeper]\nz_path = zookeeper://h1:1,h2/a/b\nservers = no\npath = no\n", ["zookeeper h1:1,h2:2181 /a/b"]),
        ("[zookeeper]\nz_path = zookeeper:./b\npath = a\n", ["zookeeper env:2181 /a/b"]),
        # the three forms of z_path
        ("[zookeeper:p]\nz_path = zookeeper://h1:2181,h2:2181/path\n", ["p h1:2181,h2:2181 /path"]),
        ("[zookeeper:p]\nz_path = zookeeper://h1\n[zookeeper]\npath = /a\n", ["p h1:2181 /a"]),
        ("[zookeeper:p]\nz_path = zookeeper://h1/\n[zookeeper]\npath = /a\n", ["p h1:2181 /"]),
        ("[zookeeper:p]\nz_path = zookeeper:///x\n[zookeeper]\nservers = h\npath = /a\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\nz_path = zookeepers:///x\n[zookeeper]\nservers = h\npath = /a\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\nz_path = zookeeper:./x/y\n[zookeeper]\nservers = h\npath = /a\n", ["p h:2181 /a/x/y"]),
        ("[zookeeper:p]\nz_path = zookeeper:./\n[zookeeper]\nz_path = zookeeper://h/a/\n", ["p h:2181 /a"]),
        ("[zookeeper:p]\nz_path = zookeeper:///a?b#c%20d e\n", ["p env:2181 /a?b#c%20d e"]),
        # z_path before the section, the section before [zookeeper], that before the environment
        ("[zookeeper:p]\nz_path = zookeeper://h/x\nservers = no\npath = no\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\nz_path = zookeeper:///x\nservers = h\n[zookeeper]\nservers = no\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\nservers = h\npath = /x\n[zookeeper]\nservers = no\npath = /no\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\n[zookeeper]\nservers = h\npath = /x\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\nservers =\npath =\n[zookeeper]\nservers = h\npath = /x\n", ["p h:2181 /x"]),
        ("[zookeeper:p]\npath = /x\n", ["p env:2181 /x"]),
        # several, in the order of the file
        ("[zookeeper:b]\nservers = h\n[zookeeper:a]\nservers = h\n", ["b h:2181 /", "a h:2181 /"]),
        ("[zookeeper:Prod]\nservers = h\n[zookeeper:prod]\nservers = h\n", ["Prod h:2181 /", "prod h:2181 /"]),
    ],
)
def test_a_cluster_is_where_the_nearest_word_says(configured: Configured, text: str, clusters: list[str]) -> None:
    assert where(configured(text, ENVIRONMENT)) == clusters


def test_nobody_names_a_server(configured: Configured) -> None:
    assert configured("").clusters == ()
    assert configured("[zookeeper]\nsession_timeout = 5s\n").clusters == ()
    allowed = "no servers: write servers = HOST:PORT,HOST:PORT here or in [zookeeper], or set $ASAB_ZOOKEEPER_SERVERS"
    assert configured.mistake("[zookeeper:p]\n") == f"zkdash.conf:1: [zookeeper:p]: {allowed}"
    assert configured.mistake("[zookeeper]\nlabel = X\n") == f"zkdash.conf:1: [zookeeper]: {allowed}"


def test_a_broken_environment_is_a_mistake_only_where_it_is_needed(configured: Configured) -> None:
    environ = {"ASAB_ZOOKEEPER_SERVERS": "h:0"}
    assert configured("[zookeeper]\nservers = h\n", environ).clusters[0].servers == (("h", 2181),)
    said = "the environment: $ASAB_ZOOKEEPER_SERVERS = h:0: a port is from 1 to 65535"
    assert configured.mistake("", environ) == said
    assert configured.mistake("[zookeeper:a]\n[zookeeper:b]\n", environ) == said


@pytest.mark.parametrize(
    ("servers", "means"),
    [
        ("zk1:2181, zk2:2182", [("zk1", 2181), ("zk2", 2182)]),
        ("ZK1\n  zk2", [("zk1", 2181), ("zk2", 2181)]),
        ("[2001:DB8::1]:1 [::1]", [("2001:db8::1", 1), ("::1", 2181)]),
        ("10.0.0.1:65535,my_host.local.", [("10.0.0.1", 65535), ("my_host.local.", 2181)]),
    ],
)
def test_servers_are_hosts_and_ports(configured: Configured, servers: str, means: list[tuple[str, int]]) -> None:
    assert configured(f"[zookeeper]\nservers = {servers}\n").clusters[0].servers == tuple(means)


@pytest.mark.parametrize(
    ("servers", "said"),
    [
        ("h:0", "a port is from 1 to 65535"),
        ("h:65536", "a port is a number from 1 to 65535"),
        ("h:x", "a port is a number from 1 to 65535"),
        ("h:", "a port is a number from 1 to 65535"),
        ("h:²", "a port is a number from 1 to 65535"),
        ("h,H:2181", "H:2181 is there twice"),
        ("::1", "put an IPv6 address into brackets: [2001:db8::1]:2181"),
        ("[::1]x", "write an IPv6 address as [2001:db8::1]:2181"),
        ("[zk1]:2181", "write an IPv6 address as [2001:db8::1]:2181"),
        ("10.0.0.300", "an IPv4 address is of four numbers from 0 to 255, such as 10.0.0.1"),
        ("a..b", "a host name is of letters (a to z), digits, - and .; an IPv6 address is in []"),
        ("h/path", "write HOST:PORT,HOST:PORT here; the path belongs into path"),
        ("zookeeper://h", "write HOST:PORT,HOST:PORT here; a URL belongs into z_path"),
        (",", "write at least one server, HOST:PORT"),
    ],
)
def test_servers_that_cannot_be(configured: Configured, servers: str, said: str) -> None:
    assert configured.mistake(f"[zookeeper]\nservers = {servers}\n").endswith(f"servers = {servers}: {said}")


@pytest.mark.parametrize(("path", "means"), [("/", "/"), ("a", "/a"), ("//a/b/", "/a/b"), ("/a b/ä", "/a b/ä")])
def test_a_path_is_normalised(configured: Configured, path: str, means: str) -> None:
    assert configured(f"[zookeeper]\nservers = h\npath = {path}\n").clusters[0].path == means


@pytest.mark.parametrize(
    "path", ["/a//b", "/a/./b", "/..", "a\x01b", "a\x7fb", "a\x85b", "\ue000", "\ufff0", "😀", "a\n b"]
)
def test_a_path_that_zookeeper_refuses_is_a_mistake(configured: Configured, path: str) -> None:
    assert "[zookeeper] path = " in configured.mistake(f"[zookeeper]\nservers = h\npath = {path}\n")


@pytest.mark.parametrize(
    "z_path",
    ["zookeeper://", "zookeeper:x", "zookeeper:/x", "http://h/x", "h:2181/x", "zookeepers://h/x", "zookeeper://h:0/x",
     "zookeeper:../x", "zookeeper:./a/../b", "zookeeper://h//x/..", "zookeepers:./x"],
)  # fmt: skip
def test_a_z_path_has_one_of_three_forms(configured: Configured, z_path: str) -> None:
    assert f"[zookeeper:p] z_path = {z_path}: " in configured.mistake(
        f"[zookeeper:p]\nz_path = {z_path}\n", ENVIRONMENT
    )


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", ".", "..", "a" * 101, "a:b", "a%", "<b>"])
def test_a_name_that_cannot_be(configured: Configured, name: str) -> None:
    assert "a name has 1 to 100 letters" in configured.mistake(f"[zookeeper:{name}]\nservers = h\n")
    assert "a name has 1 to 100 letters" in configured.mistake(f"[alert:{name}]\nurl = http://h\n")


def test_the_command_line_adds_clusters(configured: Configured) -> None:
    text = "[zookeeper:a]\nservers = h\n[zookeeper]\nsession_timeout = 5s\n"
    config = configured(text, clusters=("b=h1,h2:99/x/", "c=[::1]:1"))
    assert where(config) == ["a h:2181 /", "b h1:2181,h2:99 /x", "c ::1:1 /"]
    assert {cluster.session_timeout_s for cluster in config.clusters} == {5.0}
    assert where(configured("[zookeeper]\nservers = h\n", clusters=("b=g",))) == ["zookeeper h:2181 /", "b g:2181 /"]
    assert where(configured("", ENVIRONMENT, ("b=g",))) == ["b g:2181 /"]


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("[zookeeper:a]\nservers = h\n", ("a=h",), "a = h: a cluster of this name is there already, at zkdash.conf:1"),
        ("", ("a=h", "a=g"), "a = g: a cluster of this name is there already, at the command line"),
        ("[zookeeper]\nservers = h\n", ("zookeeper=h",), "zookeeper: the file's [zookeeper] is a cluster of this name"),
        ("", ("=h",), "= h: a name has 1 to 100 letters"),
        ("", ("a=",), "a = : write at least one server"),
        ("", ("a=h/..",), "a = h/..: write a path such as /a/b: no part of it may be .."),
        ("", ("a=zookeeper://h/x",), "a = zookeeper://h/x: write NAME=HOST:PORT,HOST:PORT"),
    ],
)
def test_mistakes_on_the_command_line(configured: Configured, text: str, arguments: tuple[str, ...], said: str) -> None:
    assert said in configured.mistake(text, clusters=arguments)


@pytest.mark.parametrize(
    ("written", "seconds"), [("10s", 10.0), ("10", 10.0), ("1500ms", 1.5), ("2m", 120.0), ("1h", 3600.0), ("1 s", 1.0)]
)
def test_a_session_timeout_is_a_duration(configured: Configured, written: str, seconds: float) -> None:
    assert (
        configured(f"[zookeeper]\nservers = h\nsession_timeout = {written}\n").clusters[0].session_timeout_s == seconds
    )


@pytest.mark.parametrize("written", ["", "999ms", "61m", "-1", "nan", "inf", "1e999", "ten"])
def test_a_session_timeout_has_bounds(configured: Configured, written: str) -> None:
    line = configured.mistake(f"[zookeeper]\nservers = h\nsession_timeout = {written}\n")
    assert line.endswith("write a duration from 1s to 1h, such as 500ms, 10s, 2m or 1h")


def test_a_cluster_with_everything(configured: Configured) -> None:
    configured.file("bob:b:c\n\n  eve:$x\n", "digests")
    config = configured("""\
        [zookeeper]
        auth = ada:swordfish
        label = Not for others
        session_timeout = 5s
        [zookeeper:a]
        servers = h
        label = Production
        sasl = kafka:a:b
        [zookeeper:b]
        servers = h
        auth_file = digests
        session_timeout = 6s
        [zookeeper:c]
        servers = h
        auth =
        """)
    assert config.clusters == (
        ClusterConfig("a", (("h", 2181),), label="Production", session_timeout_s=5.0, section="zookeeper:a",
                      auth=(("digest", "ada:swordfish"),), sasl=SaslConfig("kafka", "a:b")),
        ClusterConfig("b", (("h", 2181),), session_timeout_s=6.0, auth=(("digest", "bob:b:c"), ("digest", "eve:$x")),
                      section="zookeeper:b"),
        ClusterConfig("c", (("h", 2181),), session_timeout_s=5.0, section="zookeeper:c"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "option", ["auth = ada", "auth = :x", "auth = ada:", "auth = a:b\n  c", "sasl = a:b\n  c:d", "sasl = a"]
)
def test_who_zkdash_is_needs_a_user_and_a_password(configured: Configured, option: str) -> None:
    assert "user:password" in configured.mistake(f"[zookeeper]\nservers = h\n{option}\n")


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a.crt, a.key, b.key."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl makes the certificates, and is not here")
    folder = tmp_path_factory.mktemp("pem")
    for name in ("a", "b"):
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=zk",
             "-keyout", f"{name}.key", "-out", f"{name}.crt"],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
    return folder


def test_tls_with_its_files_beside_the_configuration(pem: Path) -> None:
    text = "[zookeeper]\nca = a.crt\nverify = no\n[zookeeper:a]\nservers = h\ntls = yes\ncert = a.crt\nkey = a.key\n"
    tls = Configured(pem)(text).clusters[0].tls
    assert tls is not None
    assert (tls.ca, tls.cert, tls.key, tls.verify) == (pem / "a.crt", pem / "a.crt", pem / "a.key", False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("tls = maybe", "tls = maybe: write yes or no"),
        ("ca = a.crt", "ca = a.crt: ca does nothing without tls = yes"),
        ("verify = no", "verify = no: verify does nothing without tls = yes"),
        ("tls = yes\ncert = a.crt", "cert = a.crt: cert needs key beside it"),
        ("tls = yes\nkey = a.key", "key = a.key: key needs cert beside it"),
        ("tls = yes\ncert = a.crt\nkey = b.key", "cert = a.crt: this certificate and key do not belong together"),
        ("tls = yes\ncert = a.key\nkey = a.key", "cert = a.key: cert and key must be PEM files"),
        ("tls = yes\nca = a.key", "ca = a.key: this is not a PEM file of certificates"),
        ("tls = yes\nca = none", "ca = none: cannot be read: no such file or directory"),
        ("tls = yes\nca = .", "ca = .: this is a folder, not a file"),
    ],
)
def test_tls_that_cannot_be(pem: Path, options: str, said: str) -> None:
    assert f"[zookeeper:p] {said}" in Configured(pem).mistake(f"[zookeeper:p]\nservers = h\n{options}\n")
    assert f"[zookeeper] {said}" in Configured(pem).mistake(f"[zookeeper]\nservers = h\n{options}\n")
