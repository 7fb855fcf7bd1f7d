"""The style sheets: spaces, sizes of text, lines and colours are tokens, so that one change is one change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zkdash.web.assets import assets_root

CSS = assets_root() / "static" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
TOKENS = re.compile(r"@layer tokens \{.*?\n\}", re.DOTALL)
DECLARATION = re.compile(r"(?<![\w-])([a-z-]+):((?:[^;{}\"]|\"[^\"]*\")*)(?=[;}])")
SPACED = re.compile(r"padding|margin|(row-|column-)?gap$|inset|border|outline|font(-size)?$")
LENGTH = re.compile(r"(?<![\w.-])-?\d*\.?\d+(px|rem|pt)\b")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(rgb|hsl|oklch|lab)a?\(|\blight-dark\(")

SHEETS = [path.relative_to(CSS).as_posix() for path in sorted(CSS.rglob("*.css"))]


def magic_in(text: str) -> Iterator[str]:
    """The declarations with a length or a colour of their own, outside of the layer of tokens."""
    for name, value in DECLARATION.findall(TOKENS.sub("", COMMENT.sub("", text))):
        if name.startswith("--"):
            continue
        if (SPACED.match(name) and LENGTH.search(value)) or COLOUR.search(value):
            yield f"{name}:{value}"


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet != "tokens.css"])
def test_spaces_sizes_lines_and_colours_are_tokens(sheet: str) -> None:
    assert list(magic_in((CSS / sheet).read_text())) == []


@pytest.mark.parametrize(
    "bad", ["padding: 3px;", "margin-block: 0.5rem;", "color: #fff;", "border: 1px solid;", "font-size: 12px;",
            "background: light-dark(red, blue);", "gap: 0 -1px;"],
)  # fmt: skip
def test_the_check_finds_what_it_looks_for(bad: str) -> None:
    assert list(magic_in(f".a {{ {bad} }}")) == [bad.removesuffix(";")]


def test_every_token_that_is_used_is_there() -> None:
    text = "".join((CSS / sheet).read_text() for sheet in SHEETS)
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(re.findall(r"(--[\w-]+):", text))


def test_numbers_in_columns_have_figures_of_one_width() -> None:
    assert "time, td, dd { font-variant-numeric: tabular-nums; }" in (CSS / "base.css").read_text()


def test_nothing_in_the_pages_comes_from_another_host() -> None:
    for folder in ("templates", "static/css", "static/js"):
        for path in Path(assets_root(), folder).rglob("*.*"):
            found = re.findall(r"(?:src|href|action)=\"(?:https?:)?//|url\([\"']?(?:https?:)?//", path.read_text())
            assert found == [], path
