"""[grant:NAME] as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.config import Configured
from zkdash.config import GrantConfig


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    return Configured(tmp_path)


def test_a_grant_says_who_may_do_what_where(configured: Configured) -> None:
    text = """\
    [grant:ops]
    users = ada, b*
    groups = ops
    role = operator
    clusters = prod-*
    paths = /apps/
      /with a space
    unmask = yes
    """
    assert configured(text).access.grants == (
        GrantConfig("ops", "operator", ("ada", "b*"), ("ops",), ("prod-*",), ("/apps", "/with a space"), unmask=True),
    )


def test_what_a_grant_does_not_say_is_least(configured: Configured) -> None:
    assert configured("[grant:all]\nusers = *\n").access.grants == (GrantConfig("all", "viewer", ("*",)),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("role = viewer", "say who is meant: users, groups, or both; * is everybody who is signed in"),
        ("users = *\nrole = root", "write viewer, operator, admin, or none to deny"),
        ("users = *\nrole = none\nunmask = yes", "a grant that denies can't show secrets"),
        ("users = *\npaths = a/../b", "no part of it may be .."),
        ("users = *\npaths =", "write at least one path, such as /"),
        ("users = *\nunmask = perhaps", "write yes or no"),
        ("users = *\nrolle = viewer", "role"),
    ],
)
def test_what_a_grant_can_not_say(configured: Configured, text: str, said: str) -> None:
    assert said in configured.mistake(f"[grant:one]\n{text}\n")


def test_the_name_of_a_grant_is_a_name(configured: Configured) -> None:
    assert "a name has 1 to 100 letters" in configured.mistake("[grant:no name]\nusers = *\n")
