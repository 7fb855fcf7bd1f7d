"""Who may silence what. Pure."""

from __future__ import annotations

from collections.abc import Collection

from zkdash.access.grant import Grant
from zkdash.access.reach import Reach
from zkdash.access.role import Role

WILD = frozenset("*?[")


def may_silence(reach: Reach, clusters: Collection[str]) -> str:
    """Why somebody may not silence the clusters that these patterns mean (none: all of them); "" if they may."""
    wanted = list(clusters) or ["*"]
    refused = [pattern for pattern in wanted if not _is_operator_of(reach, pattern)]
    if not refused:
        return ""
    return (
        f"“{refused[0]}” may mean clusters that you are not an operator of: name those that you are, or write patterns "
        "as your grants have them."
    )


def _is_operator_of(reach: Reach, pattern: str) -> bool:
    """Whether they are an operator of each cluster, watched or not, that a pattern may mean."""
    if not WILD & set(pattern):
        return reach.operates(pattern)
    if reach.ceiling < Role.OPERATOR or any(grant.role is None for grant in reach.grants):
        return False  # what is denied may be among them
    return any(
        grant.role is not None and grant.role >= Role.OPERATOR and _has_within(grant, pattern) for grant in reach.grants
    )


def _has_within(grant: Grant, pattern: str) -> bool:
    """Whether a grant's clusters are sure to hold all that the pattern means: a * of theirs takes in any part of it."""
    simple = "[" not in pattern
    return any(
        pattern == theirs or (simple and not {"?", "["} & set(theirs) and _takes_in(theirs, pattern))
        for theirs in grant.clusters
    )


def _takes_in(theirs: str, pattern: str) -> bool:
    """Whether `theirs`, in which only * is special, fits the pattern's very characters."""
    first, *others = theirs.split("*")
    if not others:
        return theirs == pattern
    if not pattern.startswith(first):
        return False
    rest = pattern[len(first) :]
    for part in others[:-1]:
        _, found, rest = rest.partition(part)
        if part and not found:
            return False
    return rest.endswith(others[-1])
