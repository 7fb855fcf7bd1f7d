"""The words of pages and messages: sentence case, plain, and never without what is right."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

import pytest

from zkdash.web import places, terms
from zkdash.web.assets import assets_root

TEMPLATES = assets_root() / "templates"
PACKAGE = assets_root() / "zkdash"
NAMES = {"AdminServer", "AdminServers", "Markdown", "Atom", "Ctrl", "Earlier", "Later"}
"""Proper names, and words after an arrow."""
EMPTY = re.compile(
    r"\b(please|oops|sorry|whoops|successful(ly)?|illegal|an error (has )?occurred"
    r"|unexpected error|unknown error|bad request|try again later|contact (your|the) administrator|click here)\b",
    re.IGNORECASE,
)
BARE = re.compile(
    r"\b(is|are|was) (invalid|incorrect|malformed|not valid)\b|\binvalid (value|input|request|format)\b", re.IGNORECASE
)
TITLE = re.compile(r"<(h[1-4]|th|label|button|dt|legend|summary|strong|option|a)\b[^>]*>([^<{]+)")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def page_texts() -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield path.relative_to(TEMPLATES).as_posix(), COMMENT.sub("", path.read_text())


def messages() -> Iterator[tuple[str, str]]:
    """The string literals of the package that are sentences, without docstrings."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ast.parse(path.read_text())
        stated = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in stated:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value


def title_case(text: str) -> list[str]:
    """The words that have a capital though no sentence begins with them."""
    words = text.split()
    return [
        word
        for before, word in itertools.pairwise(words)
        if re.match(r"[A-Z][a-z]", word) and before[-1] not in ".:?!…←→" and word.strip(".,:") not in NAMES
    ]


def test_titles_and_labels_are_in_sentence_case() -> None:
    wrong = [(name, text.strip()) for name, page in page_texts() for _, text in TITLE.findall(page) if title_case(text)]
    wrong += [
        ("places", place.text) for place in (*places.MAIN, *places.OTHERS, *places.OF_ADMINS) if title_case(place.text)
    ]
    assert wrong == []


def test_no_message_is_empty_talk_or_blames_without_saying_what_is_right() -> None:
    found = [
        (where, match[0])
        for where, text in (*page_texts(), *messages())
        for match in (EMPTY.search(text), BARE.search(text))
        if match
    ]
    assert found == []


@pytest.mark.parametrize("text", ["The value is invalid.", "Please wait", "An error occurred"])
def test_the_check_finds_empty_talk(text: str) -> None:
    assert EMPTY.search(text) or BARE.search(text)


def test_the_check_finds_title_case() -> None:
    assert title_case("New Silence") == ["Silence"]
    assert title_case("New silence. It begins: Now") == []


def test_every_word_that_a_label_links_is_in_the_glossary() -> None:
    calls = re.compile(r'term\("([^"]+)"(?:, "([^"]+)")?\)')
    linked = {call for _, page in page_texts() for call in calls.findall(page)}
    assert len(linked) >= 15
    for text, word in linked:
        assert "/glossary#" in terms.term(text, word)


def test_labels_of_tables_and_facts_that_are_zookeepers_words_are_links() -> None:
    names = {word.name.casefold() for word in terms.WORDS if word.name not in ("Version", "Connected")}
    label = re.compile(r"<(?:dt|th)\b[^>]*>([^<{]+)</")
    plain = [
        (name, text)
        for name, page in page_texts()
        for text in label.findall(page)
        if name != "gallery/index.html" and text.casefold().removesuffix("s") in names
    ]
    assert plain == []
