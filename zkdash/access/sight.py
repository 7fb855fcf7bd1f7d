"""What of a cluster's znodes somebody sees. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.access.grant import is_below
from zkdash.access.reach import Reach


@dataclass(frozen=True, slots=True)
class Sight:
    """A level's look into one cluster; with `unmask` secrets are asked for, where they may be shown."""

    level: Reach
    cluster: str
    unmask: bool = False

    def sees(self, path: str) -> bool:
        """Whether what is in this znode is shown."""
        return self.level.sees(self.cluster, path)

    def passes(self, path: str) -> bool:
        """Whether this znode is there at all: seen, or on the way to one that is."""
        return self.level.passes(self.cluster, path)

    def whole(self, path: str) -> bool:
        """Whether this znode and all below it is seen."""
        return self.sees(path) and not any(is_below(one, path) for one in self._denied())

    def hides_a_child(self, path: str) -> bool:
        """Whether a child of a seen znode may be kept back, so that their number is not to be told."""
        prefix = path.rstrip("/")
        return any(one.rpartition("/")[0] == prefix for one in self._denied())

    def unmasks(self, path: str) -> bool:
        """Whether secrets in this znode are shown."""
        return self.unmask and self.level.unmasks(self.cluster, path)

    def could_unmask(self, path: str) -> bool:
        """Whether secrets in this znode are shown when they are asked for."""
        return self.level.unmasks(self.cluster, path)

    def unmasks_all(self) -> bool:
        """Whether secrets are shown in all znodes that there are."""
        return self.unmasks("/") and self.whole("/")

    def _denied(self) -> frozenset[str]:
        return frozenset(
            path
            for grant in self.level.grants
            if grant.role is None and grant.covers_cluster(self.cluster)
            for path in grant.paths
        )
