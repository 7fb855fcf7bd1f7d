"""A level of the tree that can't be had is a row that says so, and completions are then none: the page stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kazoo.exceptions import NoAuthError, NoNodeError

from tests.support.site import running_site
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, ReplyTooLarge
from zkdash.zookeeper.states import State


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NoNodeError(), 404, "No such znode"),
        (NoAuthError(), 403, "Not allowed to read"),
        (ClusterUnavailable("prod", State.LOST, 0, "gone"), 503, "Try again"),
        (InvalidPath("a path that ZooKeeper refuses"), 400, "Not a znode"),
        (ReplyTooLarge("/a", 1 << 28, 1 << 26), 502, "More than zkdash reads at once"),
    ],
)
async def test_a_level_that_cant_be_read_is_one_row(tmp_path: Path, error: Exception, status: int, said: str) -> None:
    async def children(path: str) -> Any:
        raise error

    async with running_site(tmp_path, "prod") as site:
        site["prod"].children = children  # type: ignore[attr-defined]  # what a container has
        row = await site.text("/clusters/prod/znodes/a?tree=more", status)
        assert row.count("<li") == 1
        assert said in row
        assert "<option" not in await site.text("/clusters/prod/znodes?complete=1&path=/a/b")
