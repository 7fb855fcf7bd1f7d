"""A part of somebody's reach: what a share link may show. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from zkdash.access.grant import is_below
from zkdash.access.reach import Reach
from zkdash.access.role import Role


@dataclass(frozen=True, slots=True)
class Scope:
    """What a view is about: some clusters, or () for all; of their znodes only those below `path`."""

    clusters: tuple[str, ...] = ()
    path: str = "/"


def narrowed(reach: Reach, scope: Scope) -> Reach:
    """The same reach within a scope: to look only, and with secrets masked. What is denied stays denied."""
    kept = set()
    for grant in reach.grants:
        if grant.role is None:
            kept.add(grant)
            continue
        paths = _below(grant.paths, scope.path)
        clusters = tuple(name for name in scope.clusters if grant.covers_cluster(name)) if scope.clusters else None
        if paths and clusters != ():
            kept.add(replace(grant, clusters=clusters or grant.clusters, paths=paths, unmask=False))
    return Reach(frozenset(kept), reach.ceiling).under(Role.VIEWER)


def covers(reach: Reach, scope: Scope, clusters: Collection[str] = ()) -> bool:
    """Whether they see what a view is about, and these clusters, which it has shown."""
    if not all(reach.sees_cluster(name) for name in (*scope.clusters, *clusters)):
        return False
    if scope.path != "/":
        return all(reach.passes(name, scope.path) for name in scope.clusters)
    return reach.role_anywhere is not None


def _below(prefixes: Collection[str], path: str) -> tuple[str, ...]:
    """Where the prefixes and what is below `path` meet."""
    found = (
        path if is_below(path, each) else each for each in prefixes if is_below(path, each) or is_below(each, path)
    )
    return tuple(dict.fromkeys(found))
