"""How far somebody reaches: the one pure decision on who may see and do what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from zkdash.access.grant import Grant, is_below
from zkdash.access.role import Role


@dataclass(frozen=True, slots=True)
class Reach:
    """All grants that are for somebody. People with the same grants have equal reaches, and share what is drawn.

    Of several grants the highest role counts; what any of them denies is denied, so the strictest wins. `ceiling` is
    the most that may come of it, as of a token or a share link.
    """

    grants: frozenset[Grant] = frozenset()
    ceiling: Role = Role.ADMIN

    def role(self, cluster: str, path: str = "/") -> Role | None:
        """The role at this znode; None if it doesn't exist for them."""
        covering = [grant for grant in self.grants if grant.covers(cluster, path)]
        if not covering or any(grant.role is None for grant in covering):
            return None
        return min(max(grant.role for grant in covering if grant.role is not None), self.ceiling)

    def role_on(self, cluster: str) -> Role | None:
        """The highest role that they have anywhere in a cluster; None if the cluster doesn't exist for them."""
        roles = [role for path in self._paths(cluster) if (role := self.role(cluster, path)) is not None]
        return max(roles, default=None)

    def operates(self, cluster: str) -> bool:
        """Whether they are an operator of this cluster, watched or not."""
        return (self.role_on(cluster) or 0) >= Role.OPERATOR

    def sees_cluster(self, cluster: str) -> bool:
        return self.role_on(cluster) is not None

    def sees_whole(self, cluster: str) -> bool:
        """Whether no znode of the cluster is kept from them."""
        return self.role(cluster) is not None and not any(
            grant.role is None and grant.covers_cluster(cluster) for grant in self.grants
        )

    def sees(self, cluster: str, path: str) -> bool:
        """Whether they may see what is in this znode."""
        return self.role(cluster, path) is not None

    def passes(self, cluster: str, path: str) -> bool:
        """Whether this znode is seen, or is on the way to one that is: then only its name is shown."""
        return self.sees(cluster, path) or any(
            is_below(each, path) and self.sees(cluster, each) for each in self._paths(cluster)
        )

    def unmasks(self, cluster: str, path: str) -> bool:
        """Whether secrets in this znode are shown to them."""
        return self.sees(cluster, path) and any(
            grant.unmask and grant.role is not None and grant.covers(cluster, path) for grant in self.grants
        )

    @property
    def role_anywhere(self) -> Role | None:
        """The highest role that any grant gives, on whichever clusters; None if none gives any."""
        roles = [grant.role for grant in self.grants if grant.role is not None]
        return min(max(roles), self.ceiling) if roles else None

    @property
    def sees_every_cluster(self) -> bool:
        """Whether no cluster is kept from them, whatever it will be called."""
        return any(grant.role is not None and "*" in grant.clusters for grant in self.grants) and not any(
            grant.role is None for grant in self.grants
        )

    @property
    def level(self) -> Reach:
        """The same as far as seeing goes: to people with equal levels the same is shown."""
        return _level(self)

    def under(self, ceiling: Role) -> Reach:
        """The same with at most this role."""
        return Reach(self.grants, min(ceiling, self.ceiling))

    def within(self, clusters: Collection[str]) -> Reach:
        """The same on these clusters alone, which are names."""
        return Reach(
            frozenset(
                replace(grant, clusters=(name,))
                for name in clusters
                for grant in self.grants
                if grant.covers_cluster(name)
            ),
            self.ceiling,
        )

    def _paths(self, cluster: str) -> Iterable[str]:
        """The paths that the grants for this cluster name."""
        return {path for grant in self.grants if grant.covers_cluster(cluster) for path in grant.paths}


def reach_of(grants: Iterable[Grant], user: str, groups: Collection[str] = ()) -> Reach:
    """How far somebody of this name, who is in these groups, reaches."""
    return Reach(frozenset(grant for grant in grants if grant.is_for(user, groups)))


@lru_cache(maxsize=1024)
def _level(reach: Reach) -> Reach:
    return Reach(
        frozenset(
            Grant("", None if one.role is None else Role.VIEWER, (), (), one.clusters, one.paths, one.unmask)
            for one in reach.grants
        )
    )


EVERYTHING = Reach(frozenset({Grant("everybody", Role.OPERATOR, users=("*",))}))
"""Where there is no sign-in, whoever reaches zkdash is an operator of all clusters. Secrets stay masked."""
NOTHING = Reach()
