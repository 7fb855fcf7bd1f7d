"""The users of `[access] users_file`, as the file is now."""

from __future__ import annotations

import asyncio
from pathlib import Path

from zkdash.access.passwords import stamp
from zkdash.config import AccessConfig, User
from zkdash.config.users import read_users
from zkdash.log import NOTICE, get_logger

L = get_logger(__name__)


class Users:
    """Who may sign in by a password, by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, User] = {}
        self._stamps: dict[str, str] = {}
        self._path: Path | None = None
        self._state: object = None

    def take(self, config: AccessConfig) -> None:
        """Those of a configuration that was just read."""
        self._path, self._state = config.users_file, self._state_of(config.users_file)
        self._keep(config.users)

    def stamp_of(self, name: str) -> str | None:
        """What changes with somebody's password; None if there is no such user."""
        return self._stamps.get(name)

    async def look(self) -> bool:
        """Take up a changed file, and say whether there was one; a broken file changes nothing."""
        path, state = self._path, self._state_of(self._path)
        if path is None or state == self._state:
            return False
        self._state = state
        try:
            users = await asyncio.to_thread(read_users, path)
        except ValueError as error:
            L.error("The file of users was not taken up.", struct_data={"file": f"{path}", "mistake": f"{error}"})
            return False
        if path != self._path:
            return False  # another configuration came meanwhile
        self._keep(users)
        L.log(NOTICE, "Users taken up.", struct_data={"users": len(users)})
        return True

    def _keep(self, users: tuple[User, ...]) -> None:
        self.by_name = {user.name: user for user in users}
        self._stamps = {user.name: stamp(user) for user in users}

    @staticmethod
    def _state_of(path: Path | None) -> object:
        try:
            found = path.stat() if path is not None else None
        except OSError:
            return "missing"
        return None if found is None else (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
