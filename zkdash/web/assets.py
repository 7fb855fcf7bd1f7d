"""The files of static/: read once at the start, named by what is in them, kept plain and gzipped."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zkdash
from zkdash.errors import StartError
from zkdash.web.urls import at

COMPRESSED_TYPES = ("text/", "image/svg+xml", "application/json")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def assets_root() -> Path:
    """The folder that holds templates/ and static/: the package of a wheel, else the top of the checkout."""
    package = Path(zkdash.__file__).parent
    return package if (package / "templates").is_dir() else package.parent


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `gzipped` is None where that would save nothing."""

    body: bytes
    gzipped: bytes | None
    content_type: str


class Assets:
    """Every file of a static folder. `version` changes with any of them, so an address is for ever."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "vendor").is_dir():
            raise StartError(f"{folder}/vendor is missing: the browser's files were not built (make setup)")
        self.files: dict[str, Asset] = {}
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not path.name.startswith("."):
                self.files[name] = asset = load(path)
                digest.update(name.encode() + b"\0" + asset.body)
        self.files["css/all.css"] = joined(self.files, "css", ".css")
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """The address of static/`name`; KeyError if there is no such file."""
        if name not in self.files:
            raise KeyError(f"no file static/{name}")
        return at(f"/static/{self.version}/{name}")

    def urls(self, folder: str, suffix: str) -> list[str]:
        """The addresses of all files right in static/`folder` that end in `suffix`, by name."""
        names = [name for name in self.files if name.endswith(suffix) and name.rpartition("/")[0] == folder]
        return [self.url(name) for name in sorted(names)]

    def icon(self, name: str) -> str:
        """The drawing of the icon `name`, ready to stand in HTML; KeyError if there is no such icon."""
        svg = COMMENT.sub("", self.files[f"vendor/icons/{name}.svg"].body.decode())
        inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        return " ".join(inside.split())


@cache
def shipped() -> Assets:
    """The files that zkdash comes with. Raises StartError where they were not built."""
    return Assets(assets_root() / "static")


def joined(files: Mapping[str, Asset], folder: str, suffix: str) -> Asset:
    """All files right in `folder` as one, by name: one request, and smaller gzipped."""
    names = sorted(name for name in files if name.endswith(suffix) and name.rpartition("/")[0] == folder)
    return packed(b"\n".join(files[name].body for name in names), TYPES[suffix])


def load(path: Path) -> Asset:
    """Read one file."""
    content_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return packed(path.read_bytes(), content_type)


def packed(body: bytes, content_type: str) -> Asset:
    """A file's content as it is sent."""
    gzipped = None
    if content_type.startswith(COMPRESSED_TYPES):
        smaller = gzip.compress(body, 9, mtime=0)
        gzipped = smaller if len(smaller) < len(body) else None
    return Asset(body, gzipped, content_type)
