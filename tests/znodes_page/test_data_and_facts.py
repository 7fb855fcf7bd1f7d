"""Whatever a znode holds, it is shown as text and as it is stored; its stat and ACL are told in words."""

from __future__ import annotations

import html
import re

import pytest
from kazoo.client import KazooClient
from kazoo.security import make_digest_acl

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import HOSTILE, SCRIPT, links, page, value

# Data


def test_no_value_and_an_empty_value_are_told_apart(zkdash: ZkDashProcess) -> None:
    assert "No value." in page(zkdash, "/data/null").text
    assert "Empty value." in page(zkdash, "/data/empty").text
    assert "<pre" not in page(zkdash, "/data/empty").text


@pytest.mark.parametrize("query", ["", "?view=text", "?view=hex"])
def test_script_in_data_stays_text(zkdash: ZkDashProcess, query: str) -> None:
    answer = page(zkdash, "/data/script", query=query)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_json_is_pretty_printed_with_every_token_as_it_is_stored(zkdash: ZkDashProcess) -> None:
    assert value(page(zkdash, "/data/json")) == (
        '{\n  "big": 12345678901234567890.50,\n  "a": 1,\n  "a": 2,\n  "h": "<b>"\n}'
    )
    assert value(page(zkdash, "/data/json", query="?view=text")).startswith('{"big":12345678901234567890.50,')


def test_a_line_break_at_the_beginning_is_shown(zkdash: ZkDashProcess) -> None:
    assert value(page(zkdash, "/data/line")) == "\nsecond line"


def test_control_characters_in_text_are_marked(zkdash: ZkDashProcess) -> None:
    assert value(page(zkdash, "/data/text")).startswith("grüße[\\r]\n[\\x1b][31m [\\u202e]\n")


def test_long_data_is_shown_in_windows(zkdash: ZkDashProcess) -> None:
    first = page(zkdash, "/data/binary")
    assert value(first).startswith("00 01 02 03")
    assert len(first.text) < 500_000
    assert "Bytes 1–32,000 of 1,024,000" in first.text
    (following,) = links(first, "offset=32000")
    assert value(zkdash.get(following)).startswith("00 01 02 03")
    assert "offset=" in page(zkdash, "/data/text").text


def test_data_is_downloaded_as_a_file_that_no_browser_shows(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/script", query="?raw=1")
    assert answer.body == SCRIPT
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="script"'
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_downloads_file_name_has_nothing_hostile(zkdash: ZkDashProcess) -> None:
    for name in HOSTILE:
        disposition = page(zkdash, f"/hostile/{name}", query="?raw=1").headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[\w.-]{1,100}"', disposition, re.ASCII)
        assert not disposition.startswith('attachment; filename="."')


def test_what_has_no_value_has_no_download(zkdash: ZkDashProcess) -> None:
    assert "raw=1" not in page(zkdash, "/data/null").text
    page(zkdash, "/data/null", 404, "?raw=1")


# Stat and access


def test_a_stat_is_told_in_words(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/data/json", query="?tab=stat").text
    for words in ("persistent", "53 bytes, never changed", "no children", ">epoch</a>", '<time datetime="20'):
        assert words in text


def test_the_session_of_an_ephemeral_znode_is_named(zkdash: ZkDashProcess, client: KazooClient) -> None:
    assert client.client_id is not None
    assert f"0x{client.client_id[0]:x}" in page(zkdash, "/ephemeral", query="?tab=stat").text


def test_access_is_told_in_sentences_without_the_hash_of_a_password(zkdash: ZkDashProcess) -> None:
    text = html.unescape(page(zkdash, "/acl/open", query="?tab=acl").text)
    assert "Whoever has the password of “ann” may read, write," in text
    assert "Anyone may read." in text
    assert make_digest_acl("ann", "secret", all=True).id.id.partition(":")[2] not in text
