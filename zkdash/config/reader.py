"""Reading one section: its own value, else the one it takes over, else the default; what is wrong is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from . import options, values
from .ini import Document, file_text

T = TypeVar("T")


class Reader:
    """Reads options of `section`; what isn't there is looked for in `parents`, nearest first.

    `defaults` are those of options that only this section has.
    """

    def __init__(
        self, document: Document, section: str, *parents: str, defaults: Mapping[str, str] | None = None
    ) -> None:
        self.document = document
        self.section = section
        self.chain = (section, *parents)
        self.defaults = defaults or {}

    def has(self, key: str) -> bool:
        """Whether the section itself has a value for it."""
        return self.document.has(self.section, key)

    def mistake(self, key: str, allowed: str, *, show: bool = True) -> None:
        self.document.mistake(self.section, key, allowed, show=show)

    def name(self, prefix: str) -> str:
        """What follows `prefix` in the section's name; that it is none is noted."""
        found = self.section.removeprefix(prefix)
        try:
            values.name(found)
        except ValueError as error:
            self.mistake("", str(error))
        return found

    def read(self, key: str, parse: Callable[[str], T]) -> T | None:
        """The value; None if it is broken, which is noted then."""
        section = next((section for section in self.chain if key in self.document.values.get(section, {})), None)
        if section is None:
            own = self.defaults.get(key)
            return parse(options.default(self.section, key) if own is None else own)
        text = self.document.values[section][key]
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.document.mistake(section, key, str(error))
            return None

    def text(self, key: str) -> str:
        """The value as it is; "" if there is none or it is broken."""
        return self.read(key, str) or ""

    def file(self, key: str) -> Path | None:
        """A file that an option names: relative paths start at the folder of the file that says so."""
        for section in self.chain:
            if key in self.document.values.get(section, {}):
                found = self._file(section, key)
                return found[0] if found else None
        return None

    def secret(self, key: str, parse: Callable[[str], T]) -> T | None:
        """A secret from the option or from the file that `KEY_file` names; None if there is none or it is broken."""
        for section in self.chain:
            own = self.document.values.get(section, {})
            if own.get(key) and own.get(f"{key}_file"):
                self.document.mistake(section, f"{key}_file", f"write either {key} or {key}_file, not both")
                return None
            if key in own or f"{key}_file" in own:
                return self._secret(section, key, parse)
        return None

    def _secret(self, section: str, key: str, parse: Callable[[str], T]) -> T | None:
        text = self.document.values[section].get(key)
        if self.document.has(section, f"{key}_file"):
            key = f"{key}_file"
            found = self._file(section, key)
            text = found[1].strip() if found else None
        elif not text:
            return None
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.document.mistake(section, key, str(error))
            return None

    def _file(self, section: str, key: str) -> tuple[Path, str] | None:
        name = self.document.values[section][key]
        if not name:
            return None
        path = Path(self.document.place(section, key).file).absolute().parent / name
        try:
            return path, file_text(path)
        except ValueError as error:
            self.document.mistake(section, key, str(error))
            return None
