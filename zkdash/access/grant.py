"""What the configuration gives to whom: one `[grant:NAME]`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from zkdash.access.role import Role

if TYPE_CHECKING:
    from zkdash.config import GrantConfig


@dataclass(frozen=True, slots=True)
class Grant:
    """Who (patterns of users and groups) has which role on which clusters (patterns), below which paths.

    A grant without a role denies: what it covers is not there for them, whatever else they were given.
    """

    name: str
    role: Role | None
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ("*",)
    paths: tuple[str, ...] = ("/",)
    unmask: bool = False

    @classmethod
    def of(cls, config: GrantConfig) -> Grant:
        role = Role[config.role.upper()] if config.role != "none" else None
        return cls(config.name, role, config.users, config.groups, config.clusters, config.paths, config.unmask)

    def is_for(self, user: str, groups: Collection[str]) -> bool:
        """Whether somebody of this name, who is in these groups, is meant."""
        return any(fnmatchcase(user, each) for each in self.users) or any(
            fnmatchcase(group, each) for each in self.groups for group in groups
        )

    def covers_cluster(self, cluster: str) -> bool:
        return any(fnmatchcase(cluster, each) for each in self.clusters)

    def covers(self, cluster: str, path: str) -> bool:
        """Whether this znode is meant."""
        return self.covers_cluster(cluster) and any(is_below(path, each) for each in self.paths)


def is_below(path: str, prefix: str) -> bool:
    """Whether `path` is `prefix` or is somewhere below it."""
    return prefix == "/" or path == prefix or path.startswith(f"{prefix}/")
