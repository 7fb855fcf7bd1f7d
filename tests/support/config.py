"""Configurations from text, for tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from zkdash.config import Config, ConfigError, load

ENVIRON = {"HOME": "/home/ada"}


class Configured:
    """Writes text to real files of one folder and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, text: str | bytes, name: str = "zkdash.conf") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    def __call__(
        self, text: str | bytes, environ: Mapping[str, str] | None = None, clusters: tuple[str, ...] = ()
    ) -> Config:
        return load([self.file(text)], ENVIRON | dict(environ or {}), clusters)

    def mistakes(
        self, text: str | bytes, environ: Mapping[str, str] | None = None, clusters: tuple[str, ...] = ()
    ) -> list[str]:
        """The lines that a person would read, without the folder in them; none if the text is fine."""
        try:
            self(text, environ, clusters)
        except ConfigError as error:
            return [str(mistake).replace(f"{self.folder}/", "") for mistake in error.mistakes]
        return []

    def mistake(
        self, text: str | bytes, environ: Mapping[str, str] | None = None, clusters: tuple[str, ...] = ()
    ) -> str:
        """The only mistake."""
        lines = self.mistakes(text, environ, clusters)
        if len(lines) != 1:
            pytest.fail(f"{len(lines)} mistakes instead of one: {lines}")
        return lines[0]
