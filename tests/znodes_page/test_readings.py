"""Data on its page: opened, read in several ways, with lines to link to and with find."""

from __future__ import annotations

import gzip
import re

import pytest
from kazoo.client import KazooClient

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import ROOT, SCRIPT, links, page, value

SCRIPT_IN_JSON = b'{"a":"<script>"}'
LINES = b"".join(b"line %d\n" % number for number in range(1, 5001))


@pytest.fixture(scope="module", autouse=True)
def _readings(client: KazooClient) -> None:
    for name, data in (
        ("packed", gzip.compress(SCRIPT_IN_JSON)),
        ("bomb", gzip.compress(bytes(64 << 20))),
        ("time", b"1700000000000"),
        ("lines", LINES),
    ):
        client.create(f"{ROOT}/readings/{name}", data, makepath=True)


def test_packed_data_is_opened_and_can_be_had_both_ways(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/readings/packed")
    assert value(answer) == '{\n  "a": "<script>"\n}'
    assert "gzip → JSON" in answer.text
    assert gzip.decompress(page(zkdash, "/readings/packed", query="?raw=1").body) == SCRIPT_IN_JSON
    assert page(zkdash, "/readings/packed", query="?raw=1&opened=1").body == SCRIPT_IN_JSON
    assert value(page(zkdash, "/readings/packed", query="?view=stored")).startswith("1f 8b 08")


def test_a_zip_bomb_is_shown_up_to_the_limit_and_says_so(zkdash: ZkDashProcess) -> None:
    assert "1 value masked" in page(zkdash, "/readings/bomb").text  # nobody knows what is in the rest of it
    answer = page(zkdash, "/readings/bomb", query="?unmask=1")
    assert "opened up to 4,194,304 bytes, and there is more." in answer.text
    assert len(answer.text) < 700_000


def test_other_readings_are_tabs_with_names_that_stay(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/readings/time")
    assert "2023-11-14 22:13:20" in answer.text
    views = [re.search(r"\?view=(\w+)$", link) for link in links(answer, "view=")]
    assert [view[1] for view in views if view] == ["time", "number", "text", "hex"]
    assert value(page(zkdash, "/readings/time", query="?view=text")) == "1700000000000"


def test_a_line_has_an_address_that_leads_to_it_wherever_it_is(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/readings/lines", query="?line=4501")
    assert re.search(
        r'<span class="line" id="L4501"><a class="line__no" href="#L4501"[^>]*></a>line 4501\n', answer.text
    )
    assert "Lines 4,001–5,000 of 5,000" in answer.text


def test_what_is_searched_for_is_marked_and_one_hit_leads_to_the_next(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/readings/lines", query="?find=LINE%2045&wrap=no")
    assert "1 of 111" in answer.text
    assert '<span class="found found--current">line 45</span>\n' in answer.text
    (following,) = links(answer, "hit=2$")
    assert "wrap=no" in following
    second = zkdash.get(following)
    assert "2 of 111" in second.text
    assert '<span class="found found--current">line 45</span>0' in second.text
    assert "Not found" in page(zkdash, "/readings/lines", query="?find=%3Cscript%3E").text


def test_all_of_a_reading_is_given_as_plain_text(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/script", query="?text=1")
    assert (answer.body, answer.headers["content-type"]) == (SCRIPT, "text/plain; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert page(zkdash, "/readings/packed", query="?text=1&view=json").text == '{\n  "a": "<script>"\n}'
    page(zkdash, "/data/null", 404, "?text=1")
