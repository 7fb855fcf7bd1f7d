"""Reading the configuration: files, includes, variables, and every mistake at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.config import ENVIRON, Configured
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.config import Config, ConfigError, StoreConfig, WebConfig, load
from zkdash.config.kinds import kinds
from zkdash.config.options import OPTIONS


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


def test_without_a_file_everything_has_its_default() -> None:
    store = StoreConfig(url="sqlite:////home/ada/.local/state/zkdash/zkdash.sqlite")
    assert load([], ENVIRON) == Config(clusters=(), web=WebConfig(), store=store)


def test_every_mistake_is_said_at_once_in_the_order_of_the_file(configured: Configured) -> None:
    lines = configured.mistakes("""\
        [web]
        listen = nowhere
        lissten = 1
        [zookeeper:prod]
        servers = zk1:99999
        session_timeout = 5 parsecs
        [alert:ops]
        on = NEVER
        """)
    assert [line.partition(": ")[0] for line in lines] == [f"zkdash.conf:{n}" for n in (2, 3, 5, 6, 7, 8)]


def test_a_mistake_names_file_line_section_key_value_and_what_is_allowed(configured: Configured) -> None:
    line = configured.mistake("[zookeeper:prod]\nservers = zk1\n\n# slow\nsession_timeout = 5 parsecs\n")
    allowed = "write a duration from 1s to 1h, such as 500ms, 10s, 2m or 1h"
    assert line == f"zkdash.conf:5: [zookeeper:prod] session_timeout = 5 parsecs: {allowed}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("listen = 1\n", "zkdash.conf:1: a line before the first [section]"),
        ("[web]\njust words\n", 'zkdash.conf:2: neither "key = value" nor a [section] (in [web])'),
        ("[web]\n= 8080\n", 'zkdash.conf:2: neither "key = value" nor a [section] (in [web])'),
        ("[web] listen = 1\n", "zkdash.conf:1: text after [web]: a section's name has a line of its own"),
        ("[web]\n[store]\n[web]\n", "zkdash.conf:3: [web] is here a second time, after line 1"),
        ("[web]\nhosts = a\nHosts = b\n", "zkdash.conf:3: hosts is here a second time, after line 2"),
        ("[web]\nhosts = a\nhosts = b\n  c\n", "zkdash.conf:3: hosts is here a second time, after line 2"),
        (b"[web]\nhosts = \xff\n", "zkdash.conf: not text in UTF-8 (byte 14)"),
        (b"\xff\xfe[\0w\0e\0b\0]\0", "zkdash.conf: not text in UTF-8 (byte 0)"),
        (b"[web]\nhosts = a\0b\n", "zkdash.conf: not text: it has a zero byte (byte 15)"),
        (b"#" * (1 << 20) + b"\n", "zkdash.conf: this file has more than 1 MiB"),
    ],
)
def test_a_broken_file_is_a_mistake_with_its_line(configured: Configured, text: str | bytes, said: str) -> None:
    assert configured.mistake(text) == said


def test_a_broken_line_is_never_shown_since_it_may_be_a_secret(configured: Configured) -> None:
    lines = configured.mistakes("""\
        [web]
        public_url = nothing
        pass phrase
          hunter2
        secrett = hunter2
        hosts = a
        hosts = hunter2
          hunter2
        """)
    assert len(lines) == 4
    assert "hunter2" not in "".join(lines)


def test_a_byte_order_mark_does_no_harm(configured: Configured) -> None:
    assert configured(b"\xef\xbb\xbf[store]\r\nkeep_events = 7\r\n").store.keep_events_days == 7


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".", ".: this is a folder, not a file"),
        ("/dev/null", "/dev/null: this is not a regular file"),
        ("missing.conf", "missing.conf: cannot be read: no such file or directory"),
        ("a" * 300, f"{'a' * 300}: cannot be read: file name too long"),
        ("a\nb", "a\\nb: cannot be read: no such file or directory"),
    ],
)
def test_what_is_no_file_is_one_plain_line(path: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load([Path(path)], ENVIRON)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[web]\nlissten = 1", "[web] lissten: there is no such option; did you mean listen?"),
        ("[web]\nservers = a", "[web] servers: there is no such option here; it belongs into [zookeeper]"),
        (
            "[housekeeping]\nqqqq = a",
            "[housekeeping] qqqq: there is no such option; there are at, limit, run_at_startup",
        ),
        ("[zookeper:a]\n", "[zookeper:a]: there is no such section; did you mean [zookeeper:a]?"),
        ("[Web]\n", "[Web]: there is no such section; did you mean [web]?"),
        ("[alert]\n", "[alert]: it needs a name: [alert:NAME]"),
        ("[DEFAULT]\n", "[DEFAULT]: there is no such section; what all clusters have in common stands in [zookeeper]"),
        ("[auth]\n", "[auth]: there is no such section; there are [general], [web]"),
    ],
)
def test_an_unknown_name_gets_the_nearest_known_one(configured: Configured, text: str, said: str) -> None:
    assert configured.mistake(text).partition(": ")[2].startswith(said)


def test_asabs_own_options_pass_and_are_checked(configured: Configured) -> None:
    config = configured("[logging]\nlevel = debug\n[housekeeping]\nat = 4:30\n[passwords]\nanything = x\n")
    assert config.asab == (("logging", "level", "DEBUG"), ("housekeeping", "at", "4:30"))
    lines = configured.mistakes("""\
        [general]
        watchdog_threshold = soon
        [logging]
        level = LOUD
        levels = kazoo
        [logging:console]
        format = %(nothing
        [logging:file]
        path = /dev/null/x.log
        backup_count = many
        rotate_every = 3x
        [logging:syslog]
        enabled = perhaps
        address = nowhere
        [housekeeping]
        at = 25:00
        """)
    assert len(lines) == 10


# ---------------------------------------------------------------- includes


def test_an_included_file_wins_and_its_mistakes_are_its_own(configured: Configured) -> None:
    configured.file("[store]\nkeep_events = 7\n", "conf.d/one.conf")
    text = "[general]\ninclude = conf.d/*.conf\n[store]\nkeep_events = 1\n"
    config = configured(text)
    assert config.store.keep_events_days == 7
    assert [path.name for path in config.files] == ["zkdash.conf", "one.conf"]
    configured.file("[store]\nkeep_events = x\n", "conf.d/one.conf")
    assert configured.mistake(text).startswith("conf.d/one.conf:2: [store] keep_events = x: ")


def test_includes_may_include_but_each_file_is_read_once(configured: Configured) -> None:
    configured.file("[general]\ninclude = ../sub/two.conf ../zkdash.conf\n", "sub/one.conf")
    configured.file("[general]\ninclude = one.conf\n[store]\nkeep_events = 2\n", "sub/two.conf")
    config = configured("[general]\ninclude =\n  $THIS_DIR/sub/one.conf\n  sub/one.conf\n")
    assert [path.name for path in config.files] == ["zkdash.conf", "one.conf", "two.conf"]
    assert config.store.keep_events_days == 2


def test_an_include_is_looked_for_in_the_working_folder_too(
    configured: Configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(configured.file("[store]\nkeep_events = 3\n", "work/more.conf").parent)
    assert configured("[general]\ninclude = more.conf\n").store.keep_events_days == 3


@pytest.mark.parametrize(
    ("include", "said"),
    [
        ("no.conf", "cannot be read: no such file or directory"),
        ("zookeeper://zk1:2181/etc/zkdash.conf", "zkdash reads no configuration from ZooKeeper: name a file"),
        ("zookeeper:./zkdash.conf", "zkdash reads no configuration from ZooKeeper: name a file"),
        ("$NOWHERE/x.conf", "a $ that leads nowhere"),
    ],
)
def test_an_include_that_cannot_be_had_is_a_mistake(configured: Configured, include: str, said: str) -> None:
    line = configured.mistake(f"[web]\n[general]\ninclude = {include}\n")
    assert line.startswith("zkdash.conf:3: [general] include")
    assert said in line


def test_a_pattern_may_match_no_file(configured: Configured) -> None:
    assert configured.mistakes("[general]\ninclude = conf.d/*.conf\n") == []


# ---------------------------------------------------------------- values that come from elsewhere


def secret_of(config: Config) -> bytes | None:
    settings = config.alerts[0].settings
    assert isinstance(settings, WebhookSettings)
    return settings.secret


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("$SECRET", b"a$b${c}$$d%e"),
        ("${SECRET}!", b"a$b${c}$$d%e!"),
        ("plain%text", b"plain%text"),
        ("a$$b", b"a$b"),
        ("$$SECRET", b"$SECRET"),
        ("${passwords:hook}", b"swordfish"),
    ],
)
def test_a_secret_may_hold_any_sign(configured: Configured, written: str, means: bytes) -> None:
    text = f"[alert:ops]\nurl = http://hook/\nsecret = {written}\n[passwords]\nhook = swordfish\n"
    assert secret_of(configured(text, {"SECRET": "a$b${c}$$d%e"})) == means


@pytest.mark.parametrize("written", ["$NOWHERE", "a$", "${NOWHERE}", "${passwords:no}", "${a:b:c}", "${"])
def test_a_dollar_that_leads_nowhere_is_a_mistake(configured: Configured, written: str) -> None:
    line = configured.mistake(f"[alert:ops]\nurl = http://hook/\nsecret = {written}\n")
    assert line.startswith("zkdash.conf:3: [alert:ops] secret: a $ that leads nowhere")


def test_a_secret_that_is_not_utf_8_is_a_mistake(configured: Configured) -> None:
    text = "[zookeeper:a]\nservers = h\nauth = $WHO\n"
    assert configured.mistake(text, {"WHO": "ada:\udcff"}) == "zkdash.conf:3: [zookeeper:a] auth: not text in UTF-8"


def test_a_secret_comes_from_a_file_without_the_space_around_it(configured: Configured) -> None:
    configured.file("swordfish\n", "run/hook")
    text = "[alert:ops]\nurl = http://hook/\nsecret_file = run/hook\n"
    assert secret_of(configured(text)) == b"swordfish"
    configured.file("\n", "run/hook")
    assert configured.mistake(text) == "zkdash.conf:3: [alert:ops] secret_file = run/hook: there is nothing in it"
    assert configured.mistake(text + "secret = x\n").endswith("write either secret or secret_file, not both")


def test_no_secret_is_ever_shown(configured: Configured) -> None:
    configured.file("hunter2", "hunter")
    lines = configured.mistakes("""\
        [web]
        public_url = https://ada:hunter2@zkdash/?
        listen = ada:hunter2@h
        [store]
        url = mysql://ada:hunter2@db/x
        [zookeeper]
        servers = ada:hunter2@zk1
        key = -----BEGIN PRIVATE KEY-----
          hunter2
        [zookeeper:a]
        z_path = zookeeper://ada:hunter2@zk1/
        auth = hunter2
        sasl = hunter2
        [zookeeper:b]
        servers = h
        auth_file = hunter
        sasl_file = hunter
        [alert:ops]
        url = ftp://hunter2
        secret = whsec_hunter2
        sekret = hunter2
        """, clusters=("c=ada:hunter2@h",))  # fmt: skip
    assert len(lines) == 14
    assert [line for line in lines if "hunter2" in line] == []


def test_every_secret_of_the_table_is_hidden_when_a_config_is_shown(configured: Configured) -> None:
    config = configured("""\
        [store]
        url = postgresql://ada:hunter2@db/zkdash
        [zookeeper:a]
        servers = h
        auth = ada:hunter2
        sasl = ada:hunter2
        [alert:ops]
        url = https://ada:hunter2@hook/hunter2
        secret = hunter2
        [access]
        sign_in = oidc
        issuer = https://sso.example
        client_id = zkdash
        client_secret = hunter2
        [grant:all]
        users = *
        """)
    assert "hunter2" not in repr(config)
    every = [*OPTIONS, *(option for kind in kinds().values() for option in kind.options)]
    assert {option.key for option in every if option.secret} == {
        "api_key", "auth", "client_secret", "command", "environment", "headers", "integration_key", "sasl", "secret",
        "template", "url",
    }  # fmt: skip
