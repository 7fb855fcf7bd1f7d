"""What is wrong with the store, in plain words and without a password. Pure."""

from __future__ import annotations

import errno
import os

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# What the drivers say -> what it means, and what helps. The first that fits is taken.
_SQLITE = (
    ("file is not a database", "it is not an SQLite database", "choose another file"),
    ("malformed", "the database is damaged", "restore a backup or choose another file"),
    ("of another program", "it is a database of another program", "choose another file"),
    ("is locked", "another program holds the file", "end that program or choose another file"),
    ("readonly", "it can't be written", "give this user the right to write it"),
    ("read-only", "it can't be written", "give this user the right to write it"),
    ("unable to open", "it can't be opened", "give this user the right to read and write it and its folder"),
    ("is full", "the disk is full", "make room"),
    ("disk i/o", "the disk fails", "look at the system's log"),
)
_POSTGRESQL = (
    ("password authentication failed", "the user name or password is refused", "correct user and password"),
    ("no pg_hba.conf entry", "the server doesn't admit this user from here", "add a line to its pg_hba.conf"),
    ("too many clients", "the server has no connection left", "raise its max_connections"),
    ("does not exist", "", "create it"),
    ("permission denied", "", "grant this user the right"),
    ("certificate", "", "correct the certificate, or sslmode in the url"),
)


def where(url: URL) -> str:
    """Name the store as its user knows it, without credentials."""
    if url.get_backend_name() == "sqlite":
        return f"the file {url.database}"
    return f"the PostgreSQL database {url.database or url.username} at {url.host or 'localhost'}:{url.port or 5432}"


def start_line(url: URL, error: BaseException) -> str:
    """Say in one line why the store can't be opened and what to do."""
    if isinstance(error, ImportError):
        return f"can't open {where(url)}: the driver is missing; install {error.name}"
    if isinstance(error, (NotADirectoryError, PermissionError, FileNotFoundError, FileExistsError)) and _is_file(url):
        return (f"can't open {where(url)}: {why(error)}; give this user the right to write there, "
                "or set [store] url to another file")  # fmt: skip
    advice = "see that it runs and can be reached from here"
    if _is_file(url):
        advice = "choose another file"
    for sign, _, helps in _SQLITE if _is_file(url) else _POSTGRESQL:
        if sign in _message(error).lower():
            advice = helps
            break
    return f"can't open {where(url)}: {why(error)}; {advice} ([store] url)"


def why(error: BaseException) -> str:
    """Say in a few words what a driver's error means."""
    message = _message(error)
    for sign, meaning, _ in (*_SQLITE, *_POSTGRESQL):
        if sign in message.lower():
            return meaning or message
    return message


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _message(error: BaseException) -> str:
    """The innermost message, on one line: SQLAlchemy's own repeats statements with their values, and links."""
    if isinstance(error, PoolTimeoutError):
        return "every connection is in use"
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig.__cause__ or error.orig
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno).lower()
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
