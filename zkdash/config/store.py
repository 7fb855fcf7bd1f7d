"""[store] -> where the log is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from . import values
from .ini import Document
from .mistakes import HIDDEN
from .model import StoreConfig
from .reader import Reader

FILE_NAME = "zkdash.sqlite"
MAX_DAYS = 36500
ALLOWED = (
    "write sqlite:///relative/file (three slashes), sqlite:////absolute/file (four), or"
    " postgresql://user:password@host/database"
)


def store_config(document: Document, environ: Mapping[str, str]) -> StoreConfig:
    reader = Reader(document, "store")
    try:
        url = _url(reader.text("url")) or f"sqlite:///{_state_folder(environ) / FILE_NAME}"
    except ValueError as error:
        url = ""
        reader.mistake("url", str(error), show=reader.text("url").startswith("sqlite:"))
    keys = ("keep_events", "keep_deliveries", "keep_audit")
    events, deliveries, audit = (reader.read(key, _days) or 0 for key in keys)
    return StoreConfig(url=url, keep_events_days=events, keep_deliveries_days=deliveries, keep_audit_days=audit)


def shown_url(url: str) -> str:
    """A store's URL for people: a database's without its user, password and options."""
    if url.startswith("sqlite:"):
        return url
    parts = urlsplit(url)
    user = f"{HIDDEN}@" if "@" in parts.netloc else ""
    return f"{parts.scheme}://{user}{parts.netloc.rpartition('@')[2]}{parts.path}"


def _days(text: str) -> int:
    return values.whole_number(text, 1, MAX_DAYS, "for how many days")


def _url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not text:
        return ""
    if separator and scheme == "sqlite":
        if not rest.startswith("/") or not rest.strip("/") or rest.endswith("/") or rest == "/:memory:" or "?" in rest:
            raise ValueError(ALLOWED)
        return values.one_line(text)
    if separator and scheme == "postgresql":
        try:
            parts = urlsplit(values.one_line(text))
            _ = parts.port
            if (location := parts.netloc.rpartition("@")[2]) and len(parts.path) > 1:
                values.host_port(location)
                return text
        except ValueError:
            pass  # its text may show the password
    raise ValueError(ALLOWED)


def _state_folder(environ: Mapping[str, str]) -> Path:
    """The folder for what a program remembers: systemd's, else the XDG Base Directory Specification's."""
    if folders := environ.get("STATE_DIRECTORY"):
        return Path(folders.split(":")[0])
    if (folder := environ.get("XDG_STATE_HOME", "")).startswith("/"):
        return Path(folder, "zkdash")
    if not (home := environ.get("HOME", "")).startswith("/"):
        raise ValueError(f"there is no $HOME to keep a file in: {ALLOWED}")
    return Path(home, ".local/state/zkdash")
