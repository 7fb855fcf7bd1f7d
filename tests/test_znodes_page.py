"""The znode page on a real server: whatever a znode is called or holds, it is shown as text and every link works."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from kazoo.client import KazooClient
from kazoo.security import OPEN_ACL_UNSAFE, READ_ACL_UNSAFE, make_acl, make_digest_acl

from tests.support.http import Answer
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

ROOT = "/znodes-page"
HOSTILE = (
    "<script>document.title=1<",
    "<img src=x onerror=alert(1)>",
    "a%2Fb",
    "%",
    "%%2525",
    "a b",
    " both ends ",
    "?x=1&tab=acl",
    "#top",
    "'\"`",
    "a;b+c&d=e,f:g@h",
    "{{ 7*7 }}",
    "ключ-鍵",
    "rtl\u202etxt",
    "zero\u200bwidth",
    "...",
    "\\",
    "~",
    "x" * 3000,
)
SCRIPT = b"</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"


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


@pytest.fixture(scope="module")
def zkdash(zookeeper: Server, client: KazooClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    clusters = (f"up={zookeeper.address}{ROOT}", f"gone=127.0.0.1:{free_port()}", f"wrong={zookeeper.address}/nope")
    process = ZkDashProcess(tmp_path_factory.mktemp("zkdash"), "", *clusters).start()
    try:
        process.wait_state("up", "CONNECTED", 10)
        process.wait_state("wrong", "CONNECTED", 10)
        yield process
    finally:
        process.close()


def page(zkdash: ZkDashProcess, path: str, status: int = 200, query: str = "", **headers: str) -> Answer:
    """The znode's page, asked for as a browser does that was given the link."""
    answer = zkdash.get(f"/clusters/up/znodes{quote(path)}{query}", **headers)
    assert answer.status == status, answer.text
    return answer


def shown_path(answer: Answer) -> str:
    found = re.search(r'id="node-shown" data-path="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


def links(answer: Answer, pattern: str = "") -> list[str]:
    """The addresses of all links to znodes that have `pattern` in them, in order, each once."""
    found = re.findall(r'href="(/clusters/up/znodes[^"]*)"', answer.text)
    return list(dict.fromkeys(html.unescape(href) for href in found if re.search(pattern, html.unescape(href))))


def value(answer: Answer) -> str:
    """What is shown of the data, as the browser's text."""
    found = re.search(r"<pre[^>]*>\n(.*)\n</span></pre>", answer.text, re.DOTALL)
    assert found
    marked = re.sub(r'<span class="unseen">(.*?)</span>', r"[\1]", found[1])
    return html.unescape(re.sub(r"<[^>]*>", "", marked))


# Names


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_every_link_to_a_hostile_name_leads_to_exactly_that_znode(zkdash: ZkDashProcess, name: str) -> None:
    path = f"/hostile/{name}"
    answer = page(zkdash, path)
    assert shown_path(answer) == path
    assert value(answer).replace("[", "").replace("]", "").startswith("data of ")
    (child,) = links(answer, "/child$")
    inner = zkdash.get(child)
    assert shown_path(inner) == f"{path}/child"
    assert value(inner) == "inner"
    # From the child back up: breadcrumb and tree spell it in the same way.
    up = child.removesuffix("/child")
    assert up in links(inner)
    assert shown_path(zkdash.get(up)) == path
    znode = zkdash.get(f"/api/v1/clusters/up/znodes?path={quote(path, safe='')}").json()
    assert (znode["path"], znode["data"]) == (path, f"data of {name}")


def test_the_list_of_children_has_a_working_link_for_every_hostile_name(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/hostile", query="?tab=children")
    found = {shown_path(zkdash.get(link)) for link in links(answer, "/hostile/.")}
    assert found == {f"/hostile/{name}" for name in HOSTILE}


@pytest.mark.parametrize("name", HOSTILE[:2])
def test_markup_in_a_name_stays_text(zkdash: ZkDashProcess, name: str) -> None:
    for query in ("", "?tab=children", "?tab=stat", "?tab=acl"):
        text = page(zkdash, f"/hostile/{name}", query=query).text
        assert name not in text
        assert html.escape(name).replace("&#x27;", "&#39;") in text


def test_characters_that_cannot_be_seen_are_marked_in_names(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/hostile").text
    assert 'rtl<span class="unseen">\\u202e</span>txt' in text
    assert "\u202e" not in text
    assert "\u200b" not in text


# Addresses


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        ("/a%2Fb", 400, "a znode's name can't have a slash"),
        ("/%ff", 400, "isn't valid UTF-8"),
        ("/%", 400, "two hex digits"),
        ("/a/../b", 400, "never relative"),
        ("/%2e%2e", 400, "never relative"),
        ("/%00", 400, "null character"),
        ("/%01", 400, "ZooKeeper allows no character"),
        ("/" + "x" * 20_000, 400, "at most 16,000"),
        ("/data?view=pdf", 400, "allowed are json, xml, java,"),
        ("/data?offset=x", 400, "allowed are whole numbers"),
        ("/data?tab=x", 400, "allowed are data, children, stat, acl"),
        ("/data?after=%ff", 400, "isn't valid UTF-8"),
    ],
)
def test_an_address_that_can_be_no_znodes_is_refused_with_the_reason(
    zkdash: ZkDashProcess, raw: str, status: int, says: str
) -> None:
    answer = zkdash.get(f"/clusters/up/znodes{raw}")
    assert answer.status == status
    assert says in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        ("//data//json", "/clusters/up/znodes/data/json"),
        ("/data/json/?view=text", "/clusters/up/znodes/data/json?view=text"),
        ("/hostile//a%252Fb", "/clusters/up/znodes/hostile/a%252Fb"),
    ],
)
def test_empty_names_lead_to_the_one_address_of_the_znode(zkdash: ZkDashProcess, raw: str, location: str) -> None:
    answer = zkdash.get(f"/clusters/up/znodes{raw}")
    assert (answer.status, answer.headers["location"]) == (308, location)


@pytest.mark.parametrize(
    ("typed", "location"),
    [
        ("/data/json", "/clusters/up/znodes/data/json"),
        ("data/json/", "/clusters/up/znodes/data/json"),
        ("/hostile/a%2Fb", "/clusters/up/znodes/hostile/a%252Fb"),
        ("/hostile/a b?#+", "/clusters/up/znodes/hostile/a%20b%3F%23%2B"),
        ("/", "/clusters/up/znodes/"),
        ("", "/clusters/up/znodes/"),
    ],
)
def test_the_path_bar_leads_to_the_path_that_was_typed(zkdash: ZkDashProcess, typed: str, location: str) -> None:
    answer = zkdash.get(f"/clusters/up/znodes?path={quote(typed, safe='')}")
    assert (answer.status, answer.headers["location"]) == (303, location)


def test_the_root_has_two_addresses(zkdash: ZkDashProcess) -> None:
    for raw in ("", "/"):
        assert shown_path(zkdash.get(f"/clusters/up/znodes{raw}")) == "/"


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
    for words in ("persistent", "53 bytes, never changed", "no children", "of epoch", '<time datetime="20'):
        assert words in text


def test_the_session_of_an_ephemeral_znode_is_named(zkdash: ZkDashProcess, client: KazooClient) -> None:
    assert client.client_id is not None
    assert f"0x{client.client_id[0]:x}" in page(zkdash, "/ephemeral", query="?tab=stat").text


def test_access_is_told_in_sentences_without_the_hash_of_a_password(zkdash: ZkDashProcess) -> None:
    text = html.unescape(page(zkdash, "/acl/open", query="?tab=acl").text)
    assert "Whoever has the password of “ann” may read, write," in text
    assert "Anyone may read." in text
    assert make_digest_acl("ann", "secret", all=True).id.id.partition(":")[2] not in text


# Children and tree


def test_children_are_paged_through_by_name(zkdash: ZkDashProcess) -> None:
    seen: list[str] = []
    href = "/clusters/up/znodes/many?tab=children"
    for shown in ("1–200 of 450", "201–400 of 450", "401–450 of 450"):
        answer = zkdash.get(href)
        assert shown in answer.text
        section = answer.text.partition('<ol class="children')[2]
        seen += re.findall(r"/znodes/many/(n\d+)\"", section)
        href = next((link for link in links(answer, "tab=children&after=") if link.endswith(seen[-1])), "")
    assert seen == [f"n{number:03}" for number in range(450)]
    assert not href


def test_children_are_found_by_how_their_names_begin(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/many", query="?tab=children&prefix=n12").text
    assert "1–10 of 10 that begin so, 450 in all" in text
    assert "n129</a>" in text


def test_the_tree_stands_open_down_to_the_shown_znode(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/many/n250").text
    rows = re.findall(
        r'<li role="treeitem" aria-level="(\d+)" aria-setsize="(\d+)" aria-posinset="(\d+)" aria-selected="(\w+)" '
        r'aria-label="([^"]*)"( aria-expanded="\w+")?',
        text,
    )
    assert rows[0] == ("1", "1", "1", "false", "/", ' aria-expanded="true"')
    assert ("2", "6", "5", "false", "hostile", "") not in rows
    assert [row for row in rows if row[3] == "true"] == [("3", "450", "251", "true", "n250", "")]
    assert [row[4] for row in rows if row[0] == "3"] == [f"n{number:03}" for number in range(200, 400)]
    assert "Show 200 before of 450" in text
    assert "Show 50 more of 450" in text


def test_a_level_of_the_tree_is_rows_and_a_last_one_for_more(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/many", query="?tree=more", HX_Request="true")
    assert answer.text.count('role="treeitem"') == 201
    assert "<html" not in answer.text
    (more,) = re.findall(r'hx-get="([^"]*tree=more[^"]*)"', answer.text)
    following = zkdash.get(html.unescape(more), HX_Request="true").text
    assert 'aria-posinset="201"' in following
    assert "Show 50 more of 450" in following
    assert "before" not in following


def test_what_goes_wrong_in_the_tree_is_a_row_that_says_so(zkdash: ZkDashProcess) -> None:
    for path, status, says in (("/acl/closed", 403, "Not allowed to read"), ("/nope", 404, "No such znode")):
        text = page(zkdash, path, status, "?tree=more", HX_Request="true").text
        assert text.strip().startswith('<li role="treeitem"')
        assert says in text


def test_a_znode_below_a_forbidden_one_is_shown(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/acl/hidden/child")
    assert value(answer) == "inner"
    assert "The others are not for zkdash to read" in answer.text


def test_a_deep_znode_has_a_tree_of_the_levels_above_it(zkdash: ZkDashProcess) -> None:
    path = "/deep/" + "/".join(f"l{level}" for level in range(40))
    answer = page(zkdash, path)
    assert shown_path(answer) == path
    assert answer.text.count('aria-expanded="true"') == 20


def test_htmx_gets_the_node_alone_with_the_title_of_its_page(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/json", HX_Request="true", HX_Target="div#node")
    assert "<html" not in answer.text
    assert 'role="tree"' not in answer.text
    assert "<title>/data/json · up · " in answer.text
    assert shown_path(answer) == "/data/json"


# What goes wrong


def test_a_missing_znode_has_the_way_to_the_nearest_that_is_there(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/nope/<b>/further", 404)
    assert "/data/nope/&lt;b&gt;/further is not there" in answer.text
    assert links(answer)[0] == "/clusters/up/znodes/data"
    assert links(page(zkdash, "/nope", 404))[0] == "/clusters/up/znodes/"


def test_a_missing_znode_is_a_fragment_for_htmx(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/nope", 404, HX_Request="true", HX_Target="div#node")
    assert "<html" not in answer.text
    assert "No such znode" in answer.text


def test_a_znode_that_was_just_deleted_is_missing(zkdash: ZkDashProcess, client: KazooClient) -> None:
    client.create(f"{ROOT}/brief", b"")
    page(zkdash, "/brief")
    client.delete(f"{ROOT}/brief")
    page(zkdash, "/brief", 404)


def test_a_path_that_was_configured_and_is_not_there_is_said(zkdash: ZkDashProcess) -> None:
    answer = zkdash.get("/clusters/wrong/znodes/")
    assert answer.status == 404
    assert "/nope, is not there" in answer.text
    assert zkdash.get("/clusters/wrong/znodes/a/b").status == 404


def test_a_forbidden_znode_is_a_403_with_a_way_back(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/acl/closed", 403)
    assert "ACL" in answer.text
    assert "/clusters/up/znodes/acl" in links(answer)


def test_a_lost_cluster_is_a_503_within_two_seconds_that_says_since_when(zkdash: ZkDashProcess) -> None:
    began = time.monotonic()
    answer = zkdash.get("/clusters/gone/znodes/a")
    assert time.monotonic() - began < 2
    assert answer.status == 503
    assert "gone is lost" in answer.text
    assert re.search(r'since <time datetime="20', answer.text)


def test_a_cluster_that_nobody_configured_is_missing(zkdash: ZkDashProcess) -> None:
    answer = zkdash.get("/clusters/%3Cb%3E/znodes/a")
    assert answer.status == 404
    assert "No cluster is called &lt;b&gt;." in answer.text


def test_a_change_between_two_pages_is_seen(zkdash: ZkDashProcess, client: KazooClient) -> None:
    href = "/clusters/up/znodes/many?tab=children&after=n199"
    assert "201–400 of 450" in zkdash.get(href).text
    client.create(f"{ROOT}/many/n100b", b"")
    try:
        assert "202–401 of 451" in zkdash.get(href).text
    finally:
        client.delete(f"{ROOT}/many/n100b")
    assert "201–400 of 450" in zkdash.get(href).text
