"""How many znodes there are from one down, by one request, where the server can count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kazoo.exceptions import NoNodeError

from zkdash.znodes.seen_reads import reads_of

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


async def count(container: ClusterContainer, path: str) -> int | None:
    """The znode and all below it; None from a server before 3.6, and where not all of it is seen.

    The server counts without a look at access lists.

    Raises NoNodeError and ClusterUnavailable.
    """
    if await container.stat(path) is None:
        raise NoNodeError
    return await reads_of(container).total(path)
