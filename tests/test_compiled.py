"""Compiled templates that are kept: used where they are true, made anew where not, and missed by nobody."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import jinja2
import pytest

from zkdash.web import compiled
from zkdash.web.compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def writes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(compiled, "PACKAGE", tmp_path / "code")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "filters.py").write_text("1")


def rendered(folder: Path, text: str = "{{ 1 + 1 }}") -> tuple[str, list[str]]:
    """What a template gives in an environment of its own, and which templates that one had to compile."""
    env = jinja2.Environment(
        loader=jinja2.DictLoader({"a.html": text}),
        autoescape=True,
        bytecode_cache=CompiledTemplates(folder / "__pycache__"),
    )
    made: list[str] = []
    compile_one = env.compile

    def watched(source: str, name: str | None = None, *rest: object) -> object:
        made.append(str(name))
        return compile_one(source, name, *rest)  # type: ignore[call-overload]  # as it came

    env.compile = watched  # type: ignore[method-assign,assignment]  # to see who calls
    return env.get_template("a.html").render(), made


def test_what_was_compiled_once_is_kept_until_its_text_changes(tmp_path: Path) -> None:
    assert rendered(tmp_path) == ("2", ["a.html"])
    assert rendered(tmp_path) == ("2", [])
    assert rendered(tmp_path, "{{ 1 + 2 }}") == ("3", ["a.html"])


def test_other_code_keeps_its_own_and_takes_the_old_away(tmp_path: Path) -> None:
    rendered(tmp_path)
    before = [path.name for path in (tmp_path / "__pycache__").iterdir()]
    os.utime(tmp_path / "code" / "filters.py", (1, 1))
    assert rendered(tmp_path) == ("2", ["a.html"])
    after = [path.name for path in (tmp_path / "__pycache__").iterdir()]
    assert (len(before), len(after)) == (1, 1)
    assert before != after


@pytest.mark.parametrize("damaged", [b"", b"\0" * 100, "cut"], ids=["empty", "zeros", "cut"])
def test_a_damaged_one_is_compiled_anew(tmp_path: Path, damaged: bytes | str) -> None:
    rendered(tmp_path)
    (kept,) = (tmp_path / "__pycache__").rglob("*.cache")
    kept.write_bytes(kept.read_bytes()[:-20] if isinstance(damaged, str) else damaged)
    assert rendered(tmp_path) == ("2", ["a.html"])
    assert rendered(tmp_path) == ("2", [])


def test_where_nothing_can_be_written_all_is_compiled(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("no folder")
    assert rendered(tmp_path) == ("2", ["a.html"])


def test_who_wants_no_compiled_files_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path) == ("2", ["a.html"])
    assert not (tmp_path / "__pycache__").exists()
