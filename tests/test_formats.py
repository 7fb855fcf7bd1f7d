"""What a znode's data is taken for, how each format is shown, and that no data whatever does any harm."""

from __future__ import annotations

import re
import struct

import pytest

from tests.support.znode_data import HBASE, JAVA, text_of, views
from zkdash.znodes.formats import Facts, Lines, body, recognise
from zkdash.znodes.formats.model import Confidence
from zkdash.znodes.sheet import sheet

MIB = 1024 * 1024
TIME_MS = 1_700_000_000_000
GERMAN = "Grüße aus München: schöne Straße über die Brücke"


def rows_of(data: bytes, view: str = "") -> dict[str, str]:
    recognised = recognise(data)
    shown = body(recognised, view or recognised.best.view)
    assert isinstance(shown, Facts)
    return {row.label: row.value for row in shown.rows}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"hello", "text"),
        ("ключ 鍵 🔑\n\tx\r\n".encode(), "text"),
        (b"plain \x1b[31mred\x1b[0m and so on", "looks like text"),
        (b'{"a": 1}', "JSON"),
        (b" [1, 2]\n", "JSON"),
        (b'{"a": NaN}', "text"),
        (b"a: 1\nb:\n  - x\n", "looks like YAML"),
        (b"---\na\n", "text"),
        (b"- a\n- b\n", "looks like YAML"),
        (b"ERROR: it broke\nno more words\n", "text"),
        (b"<a><b/></a>", "XML"),
        (b"<a><b></a>", "text"),
        (b"#Mon Nov 02 10:11:12 UTC 2026\na=b\n", "looks like Java properties"),
        (b"server.1=zk1:2888:3888:participant;0.0.0.0:2181\nversion=100000000", "looks like Java properties"),
        (b"a=b", "text"),
        (b"42", "a number"),
        (b"-3.50\n", "a number"),
        (str(TIME_MS).encode(), "looks like a time"),
        (str(TIME_MS // 1000).encode(), "looks like a time"),
        (struct.pack(">q", TIME_MS), "looks like a time"),
        (struct.pack("<q", TIME_MS), "looks like a time"),
        (struct.pack(">q", 5), "looks like a number, 8 bytes"),
        (struct.pack(">i", 5), "looks like a number, 4 bytes"),
        (b"10.0.0.1:2181", "looks like a network address"),
        (b"192.168.1.7", "looks like a network address"),
        (b"[::1]:2181", "looks like a network address"),
        (b"zk1.example.com:2181,zk2:2181", "looks like a network address"),
        (b"zk1.example.com", "text"),
        (b"10.0.0.1:99999", "text"),
        (b"300.0.0.1:2181", "text"),
        (bytes([10, 0, 0, 1]) + struct.pack(">H", 2181), "looks like a network address, 6 bytes"),
        (bytes([10, 0, 0, 1]) + struct.pack(">i", 2181), "looks like a network address, 8 bytes"),
        (bytes.fromhex(JAVA["map"]), "Java-serialised"),
        (b"\x08\x96\x01\x12\x07testing\x1a\x04\x08\x01\x10\x02", "looks like protobuf"),
        (HBASE, "looks like protobuf, with HBase's header"),
        (GERMAN.encode("utf-8-sig"), "looks like text, UTF-8 with a byte order mark"),
        (GERMAN.encode("utf-16"), "looks like text, UTF-16, little-endian"),
        (b"\xfe\xff" + GERMAN.encode("utf-16-be"), "looks like text, UTF-16, big-endian"),
        (GERMAN.encode("utf-16-le"), "looks like text, UTF-16, little-endian"),
        (b"hello world".decode().encode("utf-16-be"), "looks like text, UTF-16, big-endian"),
        (GERMAN.encode("latin-1"), "looks like text, charset cp1252"),
        ("Привет, как дела сегодня вечером".encode("cp1251"), "looks like text, charset cp1251"),
        ("これは日本語のテキストです。".encode("shift_jis"), "looks like text, charset cp932"),
        (b"caf\xe9", "bytes"),
        (b"\xff\xfe", "bytes"),
        (b"a\x00b", "bytes"),
        (b"\x01\x02\x03", "bytes"),
        (bytes(range(256)), "bytes"),
        (b"", "text"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_data_is_taken_for_what_it_looks_like(data: bytes, words: str) -> None:
    assert recognise(data).best.words == words


def test_other_readings_come_after_the_best_and_the_unlikely_ones_after_the_bytes() -> None:
    assert views(recognise(b'{"a":1}')) == ["json", "text", "hex"]
    assert views(recognise(str(TIME_MS).encode())) == ["time", "number", "text", "hex"]
    assert views(recognise(struct.pack(">q", TIME_MS))) == ["time", "hex", "number", "text"]
    assert views(recognise(b"a=b")) == ["text", "hex", "properties"]
    assert views(recognise(b"caf\xe9")) == ["hex", "number", "text"]
    assert recognise(b"caf\xe9").readings[-1].guess.confidence is Confidence.POSSIBLE


def test_text_has_no_tab_of_its_own_beside_a_format_that_shows_the_very_text() -> None:
    assert views(recognise(b"a: 1\nb: 2\n")) == ["yaml", "hex"]
    assert text_of(b"a: 1\nb: 2\n") == "a: 1\nb: 2\n"


def test_text_in_another_charset_is_read_as_it_was_written() -> None:
    for charset in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"):
        assert text_of(GERMAN.encode(charset)) == GERMAN


def test_bytes_that_are_not_utf8_do_not_hide_the_text_around_them() -> None:
    page = sheet(body(recognise(b"\x00\x81 words \xff"), "text"))
    assert "".join(span.text for span in page.lines[0].spans) == "\\x00\\x81 words \\xff"


def test_json_that_grows_too_long_is_shown_as_it_is_stored() -> None:
    data = b"[" * 50 + b",".join([b"1"] * 200_000) + b"]" * 50
    shown = body(recognise(data), "json")
    assert (text_of(data), shown.note[:8]) == (data.decode(), "Too long")


def test_json_keeps_every_number_and_every_repeated_key() -> None:
    assert text_of(b'{"n":12345678901234567890.50,"a":1e2,"a":-0.0}') == (
        '{\n  "n": 12345678901234567890.50,\n  "a": 1e2,\n  "a": -0.0\n}'
    )


def test_xml_is_indented_where_white_space_does_not_count() -> None:
    source = (
        '<?xml version="1.0"?>\n<!-- c --><a><b c="1>2" d=\'"\'/>   '
        "<d>text <i><u/>x</i> y</d><e> </e><f><![CDATA[<]]><g/></f></a>"
    )
    assert text_of(source.encode()) == (
        '<?xml version="1.0"?>\n<!-- c -->\n<a>\n  <b c="1>2" d=\'"\'/>\n'
        "  <d>text <i><u/>x</i> y</d>\n  <e> </e>\n  <f><![CDATA[<]]><g/></f>\n</a>"
    )
    kept = b'<a xml:space="preserve"> <b/> <c><d/></c></a>'
    assert text_of(kept) == kept.decode()


def test_xml_that_declares_entities_is_not_expanded() -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'
    recognised = recognise(laughs)
    assert recognised.best.words == "looks like XML, with entities"
    assert text_of(laughs) == laughs.decode()
    assert "root:" not in text_of(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')


def test_properties_with_escapes_are_read_as_java_reads_them() -> None:
    assert text_of(b"# c\na=\\u00e9\\n\nb = 1,\\\n    2\nc=\\\\\n") == "# c\na=é\n\nb = 1,2\nc=\\\n"


def test_a_number_is_shown_in_the_ways_that_people_need_it() -> None:
    assert rows_of(b"1048576") == {
        "Number": "1048576",
        "In groups": "1,048,576",
        "Hexadecimal": "0x100000",
        "If it is bytes": "1.00 MiB",
    }
    shown = rows_of(b"\xff\xff\xff\xfe")
    assert (shown["Big-endian"], shown["Big-endian, unsigned"]) == ("-2", "4,294,967,294")
    assert shown["Little-endian"] == "-16,777,217"


def test_a_time_is_shown_in_utc() -> None:
    for data in (str(TIME_MS).encode(), str(TIME_MS // 1000).encode(), struct.pack(">q", TIME_MS)):
        shown = rows_of(data)
        assert (shown["UTC"], shown["ISO 8601"]) == ("2023-11-14 22:13:20", "2023-11-14T22:13:20.000Z")


def test_an_address_is_taken_apart() -> None:
    assert rows_of(b"[fe80::1]:2181") == {"IP": "fe80::1", "Port": "2181"}
    assert rows_of(bytes([10, 0, 0, 1]) + struct.pack(">i", 2181)) == {"IP": "10.0.0.1", "Port": "2181"}


def test_a_java_object_is_shown_with_its_classes_fields_and_values() -> None:
    assert text_of(bytes.fromhex(JAVA["map"])) == (
        'java.util.TreeMap\n  comparator: null\n  4 bytes: 00 00 00 02\n  "leader"\n  "zk1"\n  "port"\n'
        "  java.lang.Integer\n    value: int 2181"
    )
    assert text_of(bytes.fromhex(JAVA["arr"])) == 'java.lang.String[3]\n  [0] "x"\n  [1] null\n  [2] "x", as above'
    node = text_of(bytes.fromhex(JAVA["node"]))
    for line in (
        "  id: int 7",
        "  c: char 'x'",
        "  role: S$Role.LEADER",
        "  peer: S$Node, as above",
        "  times: long[3] 1, 2, 3",
    ):
        assert line in node.split("\n")


def test_a_java_object_that_is_cut_off_is_shown_up_to_there() -> None:
    whole = bytes.fromhex(JAVA["node"])
    shown = body(recognise(whole[:600]), "java")
    assert isinstance(shown, Lines)
    assert re.fullmatch(r"Read up to byte \d+ of 600: it ends in the middle\.", shown.note)
    assert "  id: int 7" in shown.text.split("\n")


def test_protobuf_is_shown_by_numbers_with_what_is_nested() -> None:
    data = b"\x08\x96\x01\x12\x07testing\x1a\x04\x08\x01\x10\x02\x22\x02\xff\xfe\x2d\x00\x00\x80\x3f"
    assert text_of(data) == (
        '1: 150\n2: "testing"\n3: {\n  1: 1\n  2: 2\n}\n4: 2 bytes ff fe\n5: 1065353216 or 1, 4 bytes fixed'
    )
    assert body(recognise(HBASE), "protobuf").note.endswith("HBase's header says master:16000.")


def test_what_a_view_is_none_of_is_an_error() -> None:
    with pytest.raises(KeyError):
        body(recognise(b"text"), "xml")
