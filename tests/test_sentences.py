"""Sentences in which long hosts and paths give way: what they say stays the same."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markupsafe import Markup

from zkdash.web.figures import figures
from zkdash.web.sentences import sentence

HOST = "zookeeper-0.zookeeper-headless.production-eu-central-1.svc.cluster.example.com:2181"
PATH = "/apps/shop/production-eu-central-1/configuration/of/all/services/feature-flags"


def test_in_a_sentence_hosts_and_paths_give_way_and_nothing_else() -> None:
    words = f"Degraded: 1,234 of 2,000 answer; down: {HOST}, {HOST}. Look at {PATH}: it's 99.5 % full."
    markup = sentence(words)
    assert re.findall('data-whole="([^"]*)"', markup) == [HOST, HOST, PATH]
    assert unescape(re.sub("<[^>]*>", "", markup)) == words
    assert "1&#44;234" in markup


def test_an_address_of_ipv6_gives_way_with_its_port() -> None:
    address = "[2001:db8:0:1111:2222:3333:4444:5555]:2181"
    assert f'data-whole="{address}"' in sentence(f"{address}: connection refused")


def test_a_host_without_a_port_gives_way_too() -> None:
    host = HOST.removesuffix(":2181")
    assert re.findall('data-whole="([^"]*)"', sentence(f"1 of 3 serving; silent: {host}, zk2.example")) == [host]


def test_what_is_written_in_a_path_is_no_markup() -> None:
    markup = sentence(f"{PATH}/a&b'c is not there")
    assert f'data-whole="{PATH}/a&amp;b&#39;c"' in markup


@pytest.mark.parametrize("words", ["3 of 3 serving, leader zk2, 1 more may fail", "3 of 5 & more", "a<b>" * 20])
def test_a_sentence_without_any_stays_as_it_was(words: str) -> None:
    assert sentence(words) == figures(words)


def test_what_is_in_tags_is_left_alone() -> None:
    link = Markup('<a href="{}">there, at the other end of the world</a>').format(PATH)
    assert sentence(link) == link
