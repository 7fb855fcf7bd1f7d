"""What fuzzing has found, and what each target should know, is read without harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.targets import CORPUS, TARGETS, corpus


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_has_a_corpus(name: str) -> None:
    assert corpus(name)


@pytest.mark.parametrize(
    "path", [path for name in TARGETS for path in corpus(name)], ids=lambda path: str(path.relative_to(CORPUS))
)
def test_what_is_kept_breaks_nothing(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())
