"""The file of users, and the command that writes it; [access] as it is written."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.config import Configured
from tests.support.signed import quick_hash, user
from zkdash.access.passwords import HASHER
from zkdash.cli import main
from zkdash.config import OidcConfig
from zkdash.config.users import read_users, write_users

GRANT = "[grant:all]\nusers = *\n"


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_users_come_and_go_by_the_command_line(
    tmp_path: Path, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "zkdash.conf").write_text("[access]\nsign_in = basic\nusers_file = users\n")
    file, path = ["-c", f"{tmp_path}/zkdash.conf"], tmp_path / "users"
    typed("correct horse\n")
    assert main(["user", "add", "ada", "--groups", "ops,all", *file]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (ada,) = read_users(path)
    assert (ada.name, ada.groups, HASHER.verify(ada.hash, "correct horse")) == ("ada", ("ops", "all"), True)
    typed("another horse\n")
    assert main(["user", "password", "ada", *file]) == 0
    assert HASHER.verify(read_users(path)[0].hash, "another horse")
    assert main(["user", "groups", "ada", *file]) == 0
    assert main(["user", "list", *file]) == 0
    assert capsys.readouterr().out == "ada\n"
    assert main(["user", "remove", "ada", *file]) == 0
    assert read_users(path) == ()
    assert list(tmp_path.glob(".users*")) == []


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        (["add", "ada"], "correct horse", "ada is there already: zkdash user password ada"),
        (["add", "a:b"], "correct horse", "a name is printable, has no space, comma, colon, *, ?, [ or ], and at"),
        (["add", "eve"], "short", "a password has 8 to 1024 characters"),
        (["add", "eve", "--groups", "a b"], "correct horse", "a b can't be a group"),
        (["password", "eve"], "correct horse", "nobody is called eve"),
        (["remove", "eve"], "", "nobody is called eve"),
    ],
)
def test_what_the_command_refuses(
    tmp_path: Path, typed: Callable[[str], None], capsys: pytest.CaptureFixture[str], arguments: list[str],
    password: str, said: str,
) -> None:  # fmt: skip
    path = tmp_path / "users"
    write_users(path, [user("ada")])
    typed(password)
    assert main(["user", *arguments, "--file", f"{path}"]) == 1
    assert said in capsys.readouterr().err
    assert [each.name for each in read_users(path)] == ["ada"]


def test_without_a_file_it_asks_for_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASAB_CONFIG", raising=False)
    assert main(["user", "list"]) == 1
    assert "say which file: -c FILE with [access] users_file in it, or --file FILE" in capsys.readouterr().err
    assert main(["user"]) in (0, 2)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("ada\n", 0o600, "line 1 is not NAME:HASH or NAME:HASH:GROUP,GROUP, as zkdash user add writes it"),
        ("# users\nada:secret\n", 0o600, "line 2 is not NAME:HASH"),
        ("a b:$argon2id$\n", 0o600, "line 1 is not NAME:HASH"),
        ("", 0o644, "others than its owner and group may read or write it: chmod 600"),
        ("", 0o660, "others than its owner and group may read or write it: chmod 600"),
        (None, 0o600, "there is no such file; make it by: zkdash user add NAME"),
    ],
)
def test_a_file_of_users_that_is_not_taken(
    configured: Configured, tmp_path: Path, text: str | None, mode: int, said: str
) -> None:
    if text is not None:
        (tmp_path / "users").write_text(text)
        (tmp_path / "users").chmod(mode)
    line = configured.mistake(f"[access]\nsign_in = basic\nusers_file = users\n{GRANT}")
    assert said in line
    assert "secret" not in line


def test_the_same_name_twice_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "users"
    write_users(path, [user("ada"), user("ada")])
    with pytest.raises(ValueError, match="line 2: this name is there twice"):
        read_users(path)


def test_users_are_part_of_the_configuration(configured: Configured, tmp_path: Path) -> None:
    write_users(tmp_path / "users", [user("ada", "ops")])
    config = configured(f"[access]\nsign_in = basic\nusers_file = users\nidle = 1h\n{GRANT}").access
    assert (config.sign_in, config.idle_s, [each.name for each in config.users]) == ("basic", 3600, ["ada"])
    assert quick_hash("correct horse") not in repr(config)


def test_a_provider_is_configured(configured: Configured) -> None:
    text = f"""\
[access]
sign_in = oidc
issuer = https://sso.example/realms/ops
client_id = zkdash
client_secret = hidden
scopes = groups
{GRANT}"""
    oidc = configured(text).access.oidc
    assert oidc == OidcConfig("https://sso.example/realms/ops", "zkdash", "hidden", "openid groups")
    assert "hidden" not in repr(oidc)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sign_in = ldap", "write none, basic, proxy or oidc"),
        ("sign_in = basic", "name the file of users; zkdash user add NAME makes it"),
        ("sign_in = proxy", "say from which addresses the proxy comes, such as 127.0.0.1"),
        ("proxy_addresses = everywhere", "write addresses or networks, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8"),
        ("sign_in = oidc\nclient_id = x", "sign_in = oidc needs it"),
        ("sign_in = oidc\nclient_id = x\nissuer = http://sso.example", "sign-in without TLS protects nobody"),
        ("user_header = X User", "write a header's name, of letters (a to z), digits and -"),
        ("idle = 1s", "write a duration from"),
    ],
)
def test_what_access_can_not_be(configured: Configured, text: str, said: str) -> None:
    assert said in configured.mistake(f"[access]\n{text}\n{GRANT}")


def test_sign_in_without_a_grant_is_a_mistake(configured: Configured) -> None:
    line = configured.mistake("[access]\nsign_in = proxy\nproxy_addresses = 127.0.0.1\n")
    assert line.endswith("so far nobody may see anything: write a [grant:NAME] with users or groups")


def test_where_people_sign_in_it_may_listen_anywhere_and_nobody_may_just_look(configured: Configured) -> None:
    access = f"[access]\nsign_in = proxy\nproxy_addresses = 127.0.0.1\n{GRANT}"
    assert configured(f"[web]\nlisten = 0.0.0.0:8080\n{access}").web.listen == (("0.0.0.0", 8080),)  # noqa: S104 - it is what is tested
    line = configured.mistake(f"[web]\nwithout_sign_in = anyone may look\n{access}")
    assert line.endswith("leave it out: with [access] sign_in people sign in")
