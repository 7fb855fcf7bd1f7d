"""[web], [store] and [alert:NAME]."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.config import Configured
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.config import AlertConfig, Config, ConfigError, load

CLUSTER = "[zookeeper:prod-1]\nservers = h\n"


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


@pytest.mark.parametrize(
    ("listen", "means"),
    [
        ("127.0.0.1:8080", [("127.0.0.1", 8080)]),
        ("8081", [("127.0.0.1", 8081)]),
        ("[::1]:80, localhost:0\n  127.0.0.2:1 1", [("::1", 80), ("localhost", 0), ("127.0.0.2", 1), ("127.0.0.1", 1)]),
        ("0 0", [("127.0.0.1", 0), ("127.0.0.1", 0)]),
    ],
)  # fmt: skip
def test_it_listens_on_loopback_addresses(configured: Configured, listen: str, means: list[tuple[str, int]]) -> None:
    assert configured(f"[web]\nlisten = {listen}\n").web.listen == tuple(means)


@pytest.mark.parametrize(
    ("listen", "said"),
    [
        ("", "write HOST:PORT, such as 127.0.0.1:8080"),
        (":8080", "write 0.0.0.0:8080 for all addresses, or 127.0.0.1:8080 for this machine"),
        ("*:8080", "write 0.0.0.0:8080 for all addresses, or 127.0.0.1:8080 for this machine"),
        ("127.0.0.1", "127.0.0.1 has no port: write 127.0.0.1:8080"),
        ("::1:80", "put an IPv6 address into brackets: [2001:db8::1]:2181"),
        ("127.0.0.1:70000", "a port is a number from 1 to 65535"),
        ("8080 127.0.0.1:8080", "127.0.0.1:8080 is there twice"),
    ],
)
def test_addresses_that_it_cannot_listen_on(configured: Configured, listen: str, said: str) -> None:
    assert configured.mistake(f"[web]\nlisten = {listen}\n").endswith(said)


@pytest.mark.parametrize("address", ["0.0.0.0", "[::]", "10.1.2.3", "zkdash.example.com", "[::ffff:10.0.0.1]"])  # noqa: S104 - it is refused
def test_listening_beyond_this_machine_must_be_written_out(configured: Configured, address: str) -> None:
    text = f"[web]\nlisten = 127.0.0.1:1,{address}:8080\n"
    line = configured.mistake(text)
    assert "zkdash has no sign-in: everybody who gets there sees all clusters" in line
    assert line.endswith("write in [web]: without_sign_in = anyone may look")
    assert configured(f"{text}without_sign_in = anyone may look\n").web.without_sign_in is True


@pytest.mark.parametrize("words", ["yes", "true", "anyone", "anyone may look at it"])
def test_nothing_else_lets_everybody_in(configured: Configured, words: str) -> None:
    line = configured.mistake(f"[web]\nlisten = 0.0.0.0:1\nwithout_sign_in = {words}\n")
    assert line.endswith("leave it out, or write these very words: anyone may look")


def test_names_that_it_answers_to(configured: Configured) -> None:
    web = configured("[web]\nhosts = ZK.example.com., [2001:DB8::1] 10.0.0.1\npublic_url = https://zk/dash/\n").web
    assert web.hosts == ("zk.example.com", "[2001:db8::1]", "10.0.0.1")
    assert web.public_url == "https://zk/dash"
    assert configured.mistake("[web]\nhosts = zk:8080\n").endswith("write zk without its port")


@pytest.mark.parametrize(
    "url", ["zkdash", "//zk", "ftp://zk", "http://", "http://zk:x", "http://zk/#a", "http://zk/?a", "http://z k"]
)
def test_a_public_url_that_cannot_be(configured: Configured, url: str) -> None:
    assert "[web] public_url = " in configured.mistake(f"[web]\npublic_url = {url}\n")


# ---------------------------------------------------------------- the store


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"HOME": "/home/ada"}, "sqlite:////home/ada/.local/state/zkdash/zkdash.sqlite"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "/state"}, "sqlite:////state/zkdash/zkdash.sqlite"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "state"}, "sqlite:////home/ada/.local/state/zkdash/zkdash.sqlite"),
        ({"STATE_DIRECTORY": "/var/lib/zkdash:/var/lib/b", "HOME": "/"}, "sqlite:////var/lib/zkdash/zkdash.sqlite"),
    ],
)
def test_the_log_is_kept_in_the_users_state_folder(environ: dict[str, str], url: str) -> None:
    assert load([], environ).store.url == url


def test_without_a_home_the_store_must_be_named() -> None:
    with pytest.raises(
        ConfigError, match=r"^the configuration: \[store\] url: there is no \$HOME to keep a file in: write "
    ):
        load([], {})
    assert load([], {}, store_url="sqlite:///x").store.url == "sqlite:///x"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///zkdash.db",
        "sqlite:////var/lib/zkdash.db",
        "postgresql://ada:x@db:5432/zkdash?ssl=require",
        "postgresql://[::1]/z",
    ],
)
def test_the_log_is_kept_where_the_url_says(configured: Configured, url: str) -> None:
    assert configured(f"[store]\nurl = {url}\n").store.url == url


@pytest.mark.parametrize(
    "url",
    ["zkdash.db", "sqlite://", "sqlite:///", "sqlite://zkdash.db", "sqlite:///:memory:", "sqlite:///a/", "sqlite:///a?b",
     "mysql://h/db", "postgres://h/db", "postgresql://h", "postgresql:///db", "postgresql://h:x/db",
     "postgresql://h/db\n  x"],
)  # fmt: skip
def test_a_store_that_cannot_be(configured: Configured, url: str) -> None:
    line = configured.mistake(f"[store]\nurl = {url}\n")
    assert line.endswith("sqlite:////absolute/file (four), or postgresql://user:password@host/database")


@pytest.mark.parametrize("days", ["", "0", "-1", "1.5", "36501", "a year", "9" * 30])
def test_days_are_a_whole_number(configured: Configured, days: str) -> None:
    said = "write for how many days, a whole number from 1 to 36500"
    assert configured.mistake(f"[store]\nkeep_events = {days}\n").endswith(said)
    assert configured("[store]\nkeep_events = 1\nkeep_deliveries = 36500\n").store.keep_deliveries_days == 36500


# ---------------------------------------------------------------- alerts


def alert(config: Config) -> AlertConfig:
    return config.alerts[0]


def test_an_alert_with_its_defaults_and_with_everything(configured: Configured) -> None:
    assert alert(configured("[alert:ops]\nurl = http://hook\n")) == AlertConfig(
        "ops", "webhook", settings=WebhookSettings("http://hook")
    )
    text = "[alert:ops]\ntype = webhook\nurl = https://hook/x?y=z\non = recovered\nclusters = prod-1, prod-*\n"
    text += "secret = whsec_eA==\n"
    assert alert(configured(text + CLUSTER)) == AlertConfig(
        "ops",
        "webhook",
        frozenset({"RECOVERED"}),
        ("prod-1", "prod-*"),
        settings=WebhookSettings("https://hook/x?y=z", b"whsec_eA=="),
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("", "[alert:ops] url: say where to: url = https://example.com/hook"),
        ("url = hook", "[alert:ops] url = (hidden): write a URL such as"),
        ("url = http://h\ntype = email", "[alert:ops] type = email: write webhook"),
        ("url = http://h\non = ", "[alert:ops] on = : write LOST, RECOVERED, and names or patterns of rules"),
        ("url = http://h\non = LOST, a;b", "on = LOST, a;b: write LOST, RECOVERED, and names or patterns of rules"),
        ("url = http://h\nclusters = ,", "[alert:ops] clusters = ,: write names of clusters, or * for all"),
        ("url = http://h\nclusters = prod-*, prd-1", "prd-1 matches no cluster: did you mean prod-1?"),
        ("url = http://h\nclusters = x*", "x* matches no cluster: there are prod-1"),
        ("url = http://h\nclusters = PROD-1", "PROD-1 matches no cluster: there are prod-1"),
        ("url = http://h\nsecret = ", "secret = (hidden): it is empty; leave it out to send without a signature"),
        ("url = http://h\nsecret = whsec_???", "secret = (hidden): after whsec_ there must be base64"),
        ("url = http://h\nsecret_file = none", "secret_file = none: cannot be read: no such file or directory"),
    ],
)  # fmt: skip
def test_an_alert_that_cannot_be(configured: Configured, option: str, said: str) -> None:
    assert said in configured.mistake(f"{CLUSTER}[alert:ops]\n{option}\n")


def test_only_the_star_may_match_no_cluster(configured: Configured) -> None:
    assert alert(configured("[alert:ops]\nurl = http://h\nclusters = *\n")).clusters == ("*",)
    assert "x matches no cluster: there are zookeeper" in configured.mistake(
        "[alert:o]\nurl = http://h\nclusters = x\n[zookeeper]\nservers = h\n"
    )
    assert "there are none" in configured.mistake("[alert:o]\nurl = http://h\nclusters = x\n")


def test_a_mistake_in_a_cluster_is_not_another_one_in_the_alert_that_names_it(configured: Configured) -> None:
    line = configured.mistake("[zookeper:prod]\nservers = h\n[alert:ops]\nurl = http://h\nclusters = prod\n")
    assert "did you mean [zookeeper:prod]?" in line
    line = configured.mistake("[zookeeper:prod]\nservers = h:0\n[alert:ops]\nurl = http://h\nclusters = prod\n")
    assert "a port is from 1 to 65535" in line
