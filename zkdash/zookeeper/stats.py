"""The stats of the znodes that stand on one page: a request or two, never one for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kazoo.exceptions import UnimplementedError
from kazoo.protocol.serialization import GetData
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper import paths as znode_paths
from zkdash.zookeeper.errors import ReplyTooLarge
from zkdash.zookeeper.multiread import Result

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

PROBED = 10
"""So many come first: their size says whether the others may come with their data, which nobody asked for."""
REPLY_BYTES = 1024 * 1024


Shown: TypeAlias = Callable[[str, bytes | None, ZnodeStat], ZnodeStat]
"""The stat to show of a path, its value and its stat."""


async def stats(container: ClusterContainer, paths: Sequence[str], shown: Shown | None = None) -> dict[str, ZnodeStat]:
    """The stats of those of a page's `paths` that can be read, by path; none from a server before 3.6.

    MultiRead gives a stat only together with the data. Where that would be more than REPLY_BYTES, each znode is asked
    for its stat alone, all at once. Raises ClusterUnavailable and InvalidPath.
    """
    client = container.ZooKeeper.Client
    if not paths or not (await client.features.get()).multi_read:
        return {}
    found: dict[str, ZnodeStat] = {}
    try:
        size = await _many(container, paths[:PROBED], found, shown)
        rest = paths[PROBED:]
        if rest and size / PROBED * len(rest) <= REPLY_BYTES:
            await _many(container, rest, found, shown)
            rest = ()
    except ReplyTooLarge:
        rest = [path for path in paths if path not in found]
    except UnimplementedError:
        client.features.refused()
        return found
    if rest:
        found |= await _alone(container, rest)
    return found


async def _many(
    container: ClusterContainer, paths: Sequence[str], found: dict[str, ZnodeStat], shown: Shown | None
) -> int:
    """Adds what can be read to `found`; gives the bytes of data that came with it."""
    operations = [GetData(_real(container, path), None) for path in paths]
    answer: Iterable[Result] = await container._read(container.ZooKeeper.Client.multi_read_async(operations))
    size = 0
    for path, result in zip(paths, answer, strict=True):
        if isinstance(result, tuple):
            value, stat = result
            found[path] = stat if shown is None else shown(path, value, stat)
            size += len(value or b"")
    return size


async def _alone(container: ClusterContainer, paths: Sequence[str]) -> dict[str, ZnodeStat]:
    client = container.ZooKeeper.Client
    asked = [(path, client.exists_async(_real(container, path))) for path in paths]
    answers = [(path, await container._read(result)) for path, result in asked]
    return {path: stat for path, stat in answers if stat is not None}


def _real(container: ClusterContainer, path: str) -> str:
    return znode_paths.join(container.config.path, znode_paths.check(path))
