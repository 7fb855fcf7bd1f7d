"""Masking: no planted secret survives in any format, what has none is left alone, and in doubt all is hidden."""

from __future__ import annotations

import bz2
import gzip
import itertools
import json
import zlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.support.config import Configured
from zkdash.config.masked import MaskingConfig
from zkdash.znodes.masking import MARK, Rules, mask, masked_by

RULES = Rules(MaskingConfig())
SECRET = "zQ7hunterzQ7"


def masked(value: bytes | str, path: str = "/a", rules: Rules = RULES) -> str:
    return mask(value.encode() if isinstance(value, str) else value, path, rules).decode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"password":"x","n":1}', f'{{"password":"{MARK}","n":1}}'),
        ('{ "dbPassword" : 12,\n "b":1.50 }', f'{{ "dbPassword" : "{MARK}",\n "b":1.50 }}'),
        ('{"api-key":["a",{"b":"c"}]}', f'{{"api-key":["{MARK}",{{"b":"{MARK}"}}]}}'),
        ('{"password":null,"token":true,"secret":""}', '{"password":null,"token":true,"secret":""}'),
        ('{"p\\u0061ssword":"x"}', f'{{"p\\u0061ssword":"{MARK}"}}'),
        ('[{"name":"DB_PASSWORD","value":"x"}]', f'[{{"name":"DB_PASSWORD","value":"{MARK}"}}]'),
        ('{"a":"password=x y"}', f'{{"a":"password={MARK}"}}'),
        ('{"url":"jdbc://u:x@h/db"}', f'{{"url":"jdbc://u:{MARK}@h/db"}}'),
        ('{"a":1}\n{"token":"x"}', f'{{"a":1}}\n{{"token":"{MARK}"}}'),
        ("a=1\nssl.keystore.password=x\nb=2", f"a=1\nssl.keystore.password={MARK}\nb=2"),
        ("password x\r\nb=1", f"password {MARK}\r\nb=1"),
        ("secret=x\\\n  y\nb=1", f"secret={MARK}\n  {MARK}\nb=1"),
        ("db:\n  secret: |\n    x\n\n    y\n  host: h", f"db:\n  secret: {MARK}\n    {MARK}\n\n    {MARK}\n  host: h"),
        ("tokens: 5\n- token: x\n  b: 1", f"tokens: 5\n- token: {MARK}\n  b: 1"),
        ("token:\n- x\n- y\nb: 1", f"token:\n{MARK}\n{MARK}\nb: 1"),
        ("? password\n: x\nb: 1", f"? password\n{MARK}\nb: 1"),
        ('secret="a\nx"\nb=1', f"secret={MARK}\n{MARK}\nb=1"),
        ("API key: x", f"API key: {MARK}"),
        ("run --token x", f"run --token {MARK}"),
        ("p\\u0061ssword=x", MARK),
        ("<a><password>x</password><b>1</b></a>", f"<a><password>{MARK}</password><b>1</b></a>"),
        ('<a token="x" b="1"/>', f'<a token="{MARK}" b="1"/>'),
        ('<p name="db.secret" value="x"/>', f'<p name="db.secret" value="{MARK}"/>'),
        (
            "<p><name>a.secret</name><value>x</value></p>",
            f"<p><name>a.secret</name><value>{MARK}</value></p>",
        ),
        ("<a><![CDATA[token=x]]></a>", f"<a><![CDATA[token={MARK}]]></a>"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\n-----END", f"-----BEGIN RSA PRIVATE KEY-----{MARK}\n\n-----END"),
        ("{password: x, b: 1}", MARK),
        ('{"password": "x"', MARK),
        ("<a><password>x</a>", MARK),
    ],
)
def test_values_of_secret_fields_are_hidden_and_all_else_stays(value: str, expected: str) -> None:
    assert masked(value) == expected
    assert masked(expected) == expected
    assert expected.count("\n") == value.count("\n") or expected == MARK


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"7",
        b'{"monkey":1,"host":"h"}',
        b"log.retention.hours=168\n",
        bytes(range(256)),
        "Grüße! ☕".encode(),
        "Grüße".encode("latin-1"),
        gzip.compress(b"nothing"),
        b"http://host:8080/path@2x.png",
        b'{"version":3,"partitions":{"0":[1,2]}}',
    ],
    ids=itertools.count(),  # what is packed is not the same in every process
)
def test_what_has_no_secret_is_the_very_same(value: bytes) -> None:
    assert mask(value, "/a", RULES) is value


BINARY = b"\xac\xed\x00\x05sr\x00\x04Conf\x00\x01L\x00\x08passwordt\x00\x12Ljava/lang/String;" + SECRET.encode()


@pytest.mark.parametrize(
    "value",
    [
        gzip.compress(f'{{"token":"{SECRET}"}}'.encode()),
        zlib.compress(gzip.compress(f"password={SECRET}".encode())),
        gzip.compress(f"a{SECRET}".encode())[:-4],
        gzip.compress(b"a") + SECRET.encode(),
        BINARY,
        gzip.compress(BINARY),
        b"\x0a\x08password\x12\x0c" + SECRET.encode(),
        b"\x0a\x06apiKey\x12\x0c" + SECRET.encode(),
        f"password={SECRET}".encode("utf-16"),
        f"password={SECRET}".encode("utf-16-le"),
        f"é password={SECRET}".encode("latin-1"),
        f"\x00\x01token={SECRET}".encode(),
        f"a\rpassword={SECRET}".encode(),
        f"x: &password {SECRET}\npassword: *password".encode().replace(b"&password ", b"").replace(b"x", b"token"),
    ],
    ids=itertools.count(),  # as above
)
def test_packed_and_binary_data_keeps_no_secret(value: bytes) -> None:
    shown = mask(value, "/a", RULES)
    assert SECRET.encode() not in shown.replace(b"\0", b"")
    assert masked_by(shown) or shown is value  # what can't be opened is no secret that could be read
    assert SECRET not in gzip_opened(shown)


def gzip_opened(value: bytes) -> str:
    for opening in (gzip.decompress, zlib.decompress, bz2.decompress):
        try:
            return opening(value).decode(errors="replace")
        except (OSError, EOFError, zlib.error, ValueError):
            continue
    return ""


def test_paths_ways_and_expressions_hide_what_the_configuration_says() -> None:
    own = Rules(
        MaskingConfig(
            paths=("/s/*",), json_paths=("$.a[*].pin", "$..deep"), expressions=(r"cz(\d+)",), fields=("geheim",)
        )
    )
    assert masked("anything", "/s/x", own) == MARK
    assert masked('{"a":[{"pin":1,"b":2}],"x":{"y":{"deep":3}}}', "/a", own) == (
        f'{{"a":[{{"pin":"{MARK}","b":2}}],"x":{{"y":{{"deep":"{MARK}"}}}}}}'
    )
    assert masked("id cz123 password=x", "/a", own) == f"id cz{MARK} password=x"
    assert masked("Geheim: x", "/a", own) == f"Geheim: {MARK}"
    assert masked_by(mask(b"id cz123", "/a", own)) == (r"cz(\d+)",)


def test_nothing_is_hidden_where_masking_is_off() -> None:
    assert masked("password=x", rules=Rules(MaskingConfig(enabled=False))) == "password=x"


keys = some.sampled_from(
    ["password", "dbPassword", "api_key", "client-secret", "ssl.key.password", "TOKEN", "credentials"]
)
names = some.text("abcdefgh", min_size=1, max_size=5)
plain = some.none() | some.booleans() | some.integers() | some.text(max_size=10)
trees = some.recursive(
    plain, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names, inner, max_size=3), max_leaves=8
)


@given(trees, keys, names, some.sampled_from([None, 2]))
@settings(max_examples=60, deadline=None)
def test_no_planted_secret_survives_in_json_or_yaml(tree: object, key: str, name: str, indent: int | None) -> None:
    document = {name: tree, "inner": {key: SECRET, "list": [{key: {"x": [SECRET]}}]}}
    for text in (json.dumps(document, indent=indent), yaml.safe_dump(document), json.dumps(json.dumps(document))):
        shown = masked(text)
        assert SECRET not in shown
        assert masked(shown) == shown
    shown = json.loads(masked(json.dumps(document)))
    assert shown[name] == tree or MARK in json.dumps(shown[name], ensure_ascii=False)


@given(some.lists(some.tuples(keys | names, some.text("abc =:\"'#\\\t", max_size=8)), max_size=6), keys)
@settings(max_examples=100, deadline=None)
def test_no_planted_secret_survives_in_properties(pairs: list[tuple[str, str]], key: str) -> None:
    for separator in ("=", ": ", " = ", " "):
        lines = [f"{name}{separator}{value}" for name, value in pairs]
        shown = masked("\n".join([*lines, f"{key}{separator}{SECRET}", *lines]))
        assert SECRET not in shown
        assert masked(shown) == shown


@given(some.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_can_be_masked_twice(value: bytes) -> None:
    once = mask(value, "/a", RULES)
    assert bytes(mask(bytes(once), "/a", RULES)) == bytes(once)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("json_paths = a.b", "write ways such as"),
        ("paths = secrets", "beginning with /"),
        ("expressions = (", "not an expression of RE2"),
        ("expressions = a*", "must not fit nothing"),
        ("enabled = maybe", "yes or no"),
    ],
)
def test_a_mistake_in_the_rules_is_said(line: str, says: str, tmp_path: Path) -> None:
    assert says in "\n".join(Configured(tmp_path).mistakes(f"[masking]\n{line}\n"))
