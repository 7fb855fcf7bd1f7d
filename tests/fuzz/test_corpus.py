"""What fuzzing has found, and what each target should know, is read without harm; so is whatever else comes to mind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import browser
from tests.fuzz.targets import CORPUS, TARGETS, corpus

WITHOUT_TESTS_OF_THEIR_OWN = ("session", "address", "topic", "websocket")


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    browser.close()


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_a_corpus(name: str) -> None:
    assert corpus(name)


@pytest.mark.parametrize(
    "path", [path for name in TARGETS for path in corpus(name)], ids=lambda path: str(path.relative_to(CORPUS))
)
def test_what_is_kept_breaks_nothing(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", WITHOUT_TESTS_OF_THEIR_OWN)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_nobody_thought_of_breaks_nothing(name: str, data: st.DataObject) -> None:
    known = st.sampled_from([path.read_bytes() for path in corpus(name)])
    TARGETS[name](data.draw(st.binary(max_size=64) | st.builds(bytes.__add__, known, st.binary(max_size=16))))
