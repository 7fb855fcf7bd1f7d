"""A znode that may not be read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kazoo.security import make_digest_acl

from tests.conftest import Tree


@contextlib.contextmanager
def secret_in(tree: Tree) -> Iterator[str]:
    """The path of a znode in `tree` that only somebody else may read."""
    tree.make("/secret", b"", acl=[make_digest_acl("somebody", "else", all=True)])
    try:
        yield "/secret"
    finally:
        tree.client.delete(f"{tree.root}/secret")  # while the tree is removed nobody could look into it
