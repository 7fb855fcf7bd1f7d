"""The file that `[access] users_file` names: one line a user, NAME:HASH or NAME:HASH:GROUP,GROUP."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 1 << 20
HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d{1,7},t=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{8,}\$[A-Za-z0-9+/]{16,}")
NAME = re.compile(r"[^\s:,*?\[\]]{1,100}")
TOO_OPEN = stat.S_IRWXG & ~stat.S_IRGRP | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class User:
    """Who may sign in by a password. `hash` is Argon2id's, in its own notation."""

    name: str
    hash: str = field(repr=False)
    groups: tuple[str, ...] = ()


def read_users(path: Path) -> tuple[User, ...]:
    """All users. Raises ValueError with what is wrong with the file, and nothing of what is in it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(MAX_BYTES + 1).decode()
    except FileNotFoundError:
        raise ValueError("there is no such file; make it by: zkdash user add NAME") from None
    except UnicodeDecodeError:
        raise ValueError("it isn't valid UTF-8") from None
    except OSError as error:
        raise ValueError(f"it can't be read: {error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise ValueError("it is no file")
    if mode & TOO_OPEN:
        raise ValueError(f"others than its owner and group may read or write it: chmod 600 {path}")
    if len(text) > MAX_BYTES:
        raise ValueError("it is larger than 1 MiB")
    return _parsed(text)


def _parsed(text: str) -> tuple[User, ...]:
    found: dict[str, User] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.partition(":")
        hashed, _, groups = rest.partition(":")
        if not is_name(name) or not HASH.fullmatch(hashed):
            raise ValueError(f"line {number} is not NAME:HASH or NAME:HASH:GROUP,GROUP, as zkdash user add writes it")
        if name in found:
            raise ValueError(f"line {number}: this name is there twice")
        found[name] = User(name, hashed, tuple(group.strip() for group in groups.split(",") if group.strip()))
    return tuple(found.values())


def is_name(text: str) -> bool:
    """Whether somebody can be called so."""
    return text.isprintable() and not text.startswith("#") and NAME.fullmatch(text) is not None


def write_users(path: Path, users: Iterable[User]) -> None:
    """Put all users into the file, which is there as a whole at any time, and for its owner alone. Raises OSError."""
    lines = [f"{user.name}:{user.hash}{':' + ','.join(user.groups) if user.groups else ''}\n" for user in users]
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
