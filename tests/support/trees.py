"""Taking away what a test has made in a server, however much it was."""

from __future__ import annotations

import contextlib

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError

AT_ONCE = 500


def delete_tree(client: KazooClient, path: str) -> None:
    """Delete `path` and all below it, leaves by the hundred; what is gone already is no trouble."""
    with contextlib.suppress(NoNodeError):
        names = client.get_children(path)
        for start in range(0, len(names), AT_ONCE):
            some = [f"{path}/{name}" for name in names[start : start + AT_ONCE]]
            together = client.transaction()
            for child in some:
                together.delete(child)
            if any(isinstance(result, Exception) for result in together.commit()):
                for child in some:
                    delete_tree(client, child)
        client.delete(path)
