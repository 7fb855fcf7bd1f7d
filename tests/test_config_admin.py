"""Where a cluster's AdminServers are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.config import Configured
from zkdash.config.describe import describe

ALLOWED = "write one URL with {host} in it, a URL for each of the servers, or off"
NO_EXTRAS = "write http://{host}:8080/commands or off: no user, no ? and no other braces"


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


@pytest.mark.parametrize(
    ("written", "admin"),
    [
        ("", ("http://{host}:8080/commands",)),
        ("admin = off\n", ()),
        ("admin = https://{host}:9443/commands/\n", ("https://{host}:9443/commands",)),
        ("admin = http://a:1/commands, http://b:2/commands\n", ("http://a:1/commands", "http://b:2/commands")),
    ],
)
def test_admin_is_one_template_a_url_for_each_server_or_off(
    configured: Configured, written: str, admin: tuple[str, ...]
) -> None:
    assert configured(f"[zookeeper:c]\nservers = h1,h2\n{written}").clusters[0].admin == admin


def test_a_cluster_takes_admin_over(configured: Configured) -> None:
    clusters = configured("[zookeeper]\nadmin = off\n[zookeeper:a]\nservers = h\n").clusters
    assert [cluster.admin for cluster in clusters] == [()]


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("8080", "write a URL such as https://example.com/path: http:// or https://, and a host"),
        ("http://{host}:8080/commands http://b/commands", ALLOWED),
        ("http://{port}/commands", "a host name is of letters (a to z), digits, - and .; an IPv6 address is in []"),
        ("http://{host}/{name}", NO_EXTRAS),
        ("http://{host}/commands?x=1", NO_EXTRAS),
        ("http://ann:secret@{host}/commands", NO_EXTRAS),
        ("http://a/commands", "write one URL with {host} in it, or as many as servers (2)"),
    ],
)
def test_other_values_are_mistakes(configured: Configured, written: str, allowed: str) -> None:
    line = configured.mistake(f"[zookeeper:c]\nservers = h1,h2\nadmin = {written}\n")
    assert line.endswith(f": {allowed}")


def test_a_check_says_where_admin_servers_are(configured: Configured) -> None:
    said = describe(configured("[zookeeper:a]\nservers = h\nadmin = off\n[zookeeper:b]\nservers = h\n"))
    assert "AdminServers off\n" in said
    assert "AdminServers http://{host}:8080/commands\n" in said
