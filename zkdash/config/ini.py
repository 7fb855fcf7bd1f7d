"""INI files -> a Document: every value with the place it was written at, every broken line a mistake.

The parser is asab's, with asab's includes and `$ENV`, but a fresh one for every reading: asab.Config itself is
one global that can be loaded once only, ends the process when it doesn't like a file, and includes from
ZooKeeper, which zkdash never does: nothing is read from a cluster that isn't meant to be watched.
"""

from __future__ import annotations

import configparser
import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asab.config

from .mistakes import HIDDEN, Mistake, Place, shown
from .options import is_secret

MAX_FILE_BYTES = 1 << 20
NO_SECTION = ""

_VARIABLE = re.compile(r"\$\$|\$(?:(\w+)|\{([^}]*)\})", re.ASCII)


@dataclass(slots=True)
class Document:
    """What the files say. A value that is None is there but broken: its mistake is already among `mistakes`.

    `secrets` are what came from the environment and from [passwords]: what is put together from it may show it.
    """

    values: dict[str, dict[str, str | None]] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)

    def has(self, section: str, key: str) -> bool:
        """Whether the option is written there with anything but nothing."""
        return self.values.get(section, {}).get(key, "") != ""

    def place(self, section: str, key: str = "") -> Place:
        """Where the option, or else its section, is written."""
        return self.places.get((section, key)) or self.places.get((section, ""), Place("the configuration"))

    def mistake(self, section: str, key: str, allowed: str, *, show: bool = True) -> None:
        """Note a mistake, with the option's value unless that is a secret (or `show` says no)."""
        value = self.values.get(section, {}).get(key)
        if value is not None:
            value = (HIDDEN if is_secret(section, key) else shown(value)) if show else None
            if re.search(r"\s[#;]", value or "") and not is_secret(section, key):
                allowed += " (a comment needs a line of its own)"
        self.mistakes.append(Mistake(section, key, value, allowed, self.place(section, key)))


class _Variables(configparser.ExtendedInterpolation):
    """`$NAME` and `${NAME}` of the environment, then `${key}` and `${section:key}`; `$$` is a dollar sign.

    Unlike asab's own it takes what stands in the environment literally, dollar signs included, leaves `$$NAME`
    alone, and does not change the process's environment to have `$THIS_DIR`.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__()
        self.environ = environ
        self.folder = Path()
        self.used: set[str] = set()

    def before_read(self, parser: object, section: str, option: str, value: str) -> str:
        def expand(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if name == "THIS_DIR":
                return str(self.folder).replace("$", "$$")
            if name not in self.environ:
                return found[0]
            self.used.add(self.environ[name])
            return self.environ[name].replace("$", "$$")

        return _VARIABLE.sub(expand, value)


def read(files: Iterable[Path], environ: Mapping[str, str]) -> Document:
    """Read the files and what they include, later ones over earlier ones. Never raises for what is in them."""
    document = Document()
    variables = _Variables(environ)
    # No default section: [DEFAULT] would silently put its keys into every other.
    parser = asab.config.ConfigParser(interpolation=variables, strict=False, default_section=NO_SECTION)
    for path in files:
        _read_file(document, parser, variables, path, None)
    if parser.has_section("general"):
        parser.remove_option("general", "include")
    for section in parser.sections():
        document.values[section] = {key: _value(document, parser, section, key) for key in parser[section]}
    passwords = document.values.get("passwords", {}).values()
    document.secrets = {secret for secret in (*variables.used, *passwords) if secret}
    return document


def file_text(path: Path) -> str:
    """The text of a regular UTF-8 file. Raises ValueError with plain words when it can't be had."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ValueError("this is a folder, not a file")
        if not stat.S_ISREG(mode):
            raise ValueError("this is not a regular file")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"this file has more than {MAX_FILE_BYTES >> 20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"not text in UTF-8 (byte {error.start})") from None
    if "\0" in text:
        raise ValueError(f"not text: it has a zero byte (byte {text.index(chr(0))})")
    return text


def _read_file(
    document: Document, parser: configparser.ConfigParser, variables: _Variables, path: Path, included: Place | None
) -> None:
    try:
        text = file_text(path)
    except ValueError as error:
        if included:
            document.mistakes.append(Mistake("general", "include", shown(str(path)), str(error), included))
        else:
            document.mistakes.append(Mistake("", "", None, str(error), Place(str(path))))
        return
    document.files.append(path)
    lines = text.split("\n")
    for number, trouble, keep in _outline(document, str(path), lines):
        if trouble:
            document.mistakes.append(Mistake("", "", None, trouble, Place(str(path), number)))
        if not keep:
            lines[number - 1] = ""
    if parser.has_section("general"):
        parser.remove_option("general", "include")
    variables.folder = path.absolute().parent
    try:
        parser.read_string("\n".join(lines), source=str(path))
    except configparser.Error:  # its text would show the line, which may be a secret
        document.mistakes.append(Mistake("", "", None, "this is not an INI file", Place(str(path))))
        return
    _read_includes(document, parser, variables)


def _outline(document: Document, file: str, lines: list[str]) -> Iterator[tuple[int, str, bool]]:
    """Note where each section and key stands, as configparser will see them.

    Gives what is broken: the line's number, the trouble ("" for what belongs to the line before) and whether the
    parser may see the line all the same.
    """
    section, key, indent, going_on = "", "", 0, False
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        if not text or text[0] in "#;":
            continue
        if going_on and depth > indent:  # the last value goes on
            if not key:
                yield number, "", False
            continue
        indent, key = depth, ""
        if header := configparser.ConfigParser.SECTCRE.match(text):
            section, going_on = header["header"], False
            if header.end() < len(text):
                yield number, f"text after [{shown(section)}]: a section's name has a line of its own", True
            if (section, "") in seen:
                yield number, f"[{shown(section)}] is here a second time, after line {seen[section, '']}", True
        else:
            going_on = True
            option = configparser.ConfigParser.OPTCRE.match(text)
            name = option["option"].strip().lower() if option else ""
            if not section:
                yield number, "a line before the first [section]", False
                continue
            if not name:
                yield number, f'neither "key = value" nor a [section] (in [{shown(section)}])', False
                continue
            if (section, name) in seen:
                yield number, f"{shown(name)} is here a second time, after line {seen[section, name]}", False
                continue
            key = name
        seen.setdefault((section, key), number)
        document.places[section, key] = Place(file, number)


def _read_includes(document: Document, parser: configparser.ConfigParser, variables: _Variables) -> None:
    if not parser.has_option("general", "include"):
        return
    place, folder = document.place("general", "include"), variables.folder
    includes = _value(document, parser, "general", "include") or ""
    for pattern in includes.split("\n" if "\n" in includes else " "):
        if not (pattern := pattern.strip()):
            continue
        if pattern.startswith(("zookeeper:", "zookeepers:")):
            trouble = "zkdash reads no configuration from ZooKeeper: name a file"
            document.mistakes.append(Mistake("general", "include", shown(pattern), trouble, place))
            continue
        for path in _matching(folder, pattern):
            if path.resolve() not in {known.resolve() for known in document.files}:
                _read_file(document, parser, variables, path, place)


def _matching(folder: Path, pattern: str) -> list[Path]:
    """The files that a pattern means: beside the file that includes them, else in the working folder."""
    for base in (glob.escape(str(folder)), ""):
        if found := glob.glob(os.path.join(base, pattern)):  # noqa: PTH118, PTH207 - patterns may be absolute
            return [Path(path) for path in sorted(found)]
    return [] if glob.has_magic(pattern) else [folder / pattern]


def _value(document: Document, parser: configparser.ConfigParser, section: str, key: str) -> str | None:
    try:
        value = parser.get(section, key)
        value.encode()
    except configparser.InterpolationError:
        allowed = "a $ that leads nowhere: $NAME or ${NAME} is a variable of the environment, and this one is not set;"
        allowed += " ${section:key} is another value of the configuration; a plain $ is written $$"
    except UnicodeEncodeError:
        allowed = "not text in UTF-8"
    else:
        return value
    document.values.setdefault(section, {})[key] = None
    document.mistake(section, key, allowed)
    return None
