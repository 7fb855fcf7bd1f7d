"""The watches of servers before 3.6: each tells of one change and is gone. kazoo's own requests set them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.zookeeper.subscription import Kind

if TYPE_CHECKING:
    from zkdash.zookeeper.client import ReadOnlyClient


@dataclass(slots=True)
class _Armed:
    data: bool = False
    children: bool = False
    changes: list[Kind] = field(default_factory=lambda: [Kind.GAP])


class OneShots:
    """Which paths have their watches, and what those have told that is not passed on yet."""

    def __init__(self, client: ReadOnlyClient) -> None:
        self._client = client
        self._armed: dict[str, _Armed] = {}

    def stands(self, path: str) -> bool:
        """Whether both watches of `path` are set, and everything they told is passed on."""
        armed = self._armed.get(path)
        return armed is not None and armed.data and armed.children and not armed.changes

    def fired(self, path: str, kind: Kind) -> bool:
        """A watch has told. False if it was none of ours."""
        armed = self._armed.get(path)
        if armed is None:
            return False
        if kind is Kind.CHILDREN:
            armed.children = False
        else:
            armed.data = False
            armed.children = armed.children and kind is Kind.CHANGED
        armed.changes.append(kind)
        return True

    async def arm(self, path: str) -> list[Kind]:
        """Set what is missing; gives what may be told now. Raises ConnectionLoss and its like."""
        armed = self._armed.setdefault(path, _Armed())
        while not (armed.data and armed.children):
            if not armed.data:
                armed.data = True
                if await self._client.exists_async(path, watch=_nobody) is None:
                    armed.children = True  # its creation will tell
                    continue
            if not armed.children:
                armed.children = True
                try:
                    await self._client.get_children_async(path, watch=_nobody)
                except NoNodeError:
                    armed.data = False
                except NoAuthError:
                    pass  # its children can't be listed, so nobody waits for them
        changes, armed.changes = armed.changes, []
        return changes

    def forget(self, path: str) -> None:
        """Nobody listens any more. The server's watch stays until it has told once: 3.4 can't remove it."""
        self._armed.pop(path, None)

    def clear(self) -> None:
        """The connection is lost, and the watches with it."""
        self._armed.clear()


def _nobody(event: object) -> None:
    """Whom kazoo calls: the connection has told Watches already."""
