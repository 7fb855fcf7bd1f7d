"""`zkdash export`: a subtree as a file, without a web server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.config import ClusterConfig, Config
from zkdash.errors import StartError
from zkdash.znodes import paths
from zkdash.znodes.export import export
from zkdash.znodes.exported import Wanted
from zkdash.znodes.marks import visible
from zkdash.znodes.masking import Rules
from zkdash.znodes.seen import see
from zkdash.znodes.seen_reads import reads_of
from zkdash.znodes.walk import Walk
from zkdash.zookeeper.container import ClusterContainer
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath
from zkdash.zookeeper.many import ManyReads

CONNECT_S = 15.0


class _All:
    """Whoever has the configuration sees all znodes; secrets are masked unless they ask."""

    def sees(self, _path: str) -> bool:
        return True

    passes = whole = sees

    def hides_a_child(self, _path: str) -> bool:
        return False

    unmasks = could_unmask = hides_a_child

    def unmasks_all(self) -> bool:
        return False


class _Bus:
    """Stands for the bus of an application that isn't there: only tells that something was said."""

    def __init__(self) -> None:
        self.said = asyncio.Event()

    def publish(self, *_args: object, **_options: object) -> None:
        self.said.set()


def run(config: Config, options: argparse.Namespace) -> int:
    """Export what the options say. Raises StartError with one plain line for what goes wrong."""
    logging.getLogger().addHandler(logging.NullHandler())
    name, _, path = options.what.partition(":")
    cluster = next((one for one in config.clusters if one.name == name), None)
    if cluster is None:
        known = ", ".join(one.name for one in config.clusters) or "none is configured"
        raise StartError(f"no cluster is called {name} (there are: {known})")
    try:
        wanted = Wanted(name, paths.from_text(path or "/"), options.format, stat=options.stat, acl=options.acl)
    except paths.BadPath as error:
        raise StartError(f"{error}") from None
    try:
        rules = Rules(config.masking) if not options.unmask else None
        asyncio.run(_export(cluster, wanted, options.output, options.wait, rules))
    except NoNodeError:
        raise StartError(f"{wanted.path} is not there") from None
    except NoAuthError:
        raise StartError(f"the ACL of {wanted.path} doesn't let zkdash read it") from None
    except (ClusterUnavailable, InvalidPath) as error:
        raise StartError(f"{error}") from None
    return 0


async def _export(config: ClusterConfig, wanted: Wanted, output: str, wait_s: float, rules: Rules | None) -> None:
    bus = _Bus()
    service: Any = SimpleNamespace(App=SimpleNamespace(PubSub=bus), ProactorService=None)
    container = ClusterContainer(service, config)
    container.start()
    try:
        await _connected(container, bus)
        reads = reads_of(see(container, _All(), rules)) if rules is not None else ManyReads(container)
        walk = Walk(reads, wanted.path, data=True, acls=wanted.acl)
        try:
            async with contextlib.aclosing(export(reads, wanted, walk, wait_s)) as pieces:
                with _Target(output) as target:
                    async for piece in pieces:
                        await asyncio.to_thread(target.write, piece)
        except ClusterUnavailable as error:
            raise StartError(f"{error}{_how_far(walk)}") from None
        _tell(wanted, walk)
    finally:
        await container._stop()


async def _connected(container: ClusterContainer, bus: _Bus) -> None:
    """Wait for the session. Raises ClusterUnavailable."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CONNECT_S):
            while not container.is_connected():
                bus.said.clear()
                await bus.said.wait()
    if not container.is_connected():
        status = container.status
        raise ClusterUnavailable(container.name, status.state, status.since, status.reason)


class _Target:
    """The file to write; one that does not get whole is not left under its name."""

    def __init__(self, output: str) -> None:
        self._path = None if output == "-" else Path(output)
        self._part = None if self._path is None else self._path.with_name(self._path.name + ".part")
        self._file: IO[bytes] | None = None

    def __enter__(self) -> IO[bytes]:
        try:
            self._file = sys.stdout.buffer if self._part is None else self._part.open("wb")
        except OSError as error:
            raise StartError(f"can't write {self._path}: {os.strerror(error.errno or 0).lower()}") from None
        return self._file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._file is None:
            return
        self._file.flush()
        if self._part is None or self._path is None:
            return
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()


def _how_far(walk: Walk) -> str:
    if not walk.seen:
        return ""
    return (
        f"; it got as far as {visible(walk.at)}, {walk.seen:,} znodes; with --wait it goes on when the cluster is back"
    )


def _tell(wanted: Wanted, walk: Walk) -> None:
    lost = [
        f"{number:,} {what}"
        for number, what in (
            (walk.denied, "not for zkdash to read"),
            (walk.too_large, "too large to read"),
            (walk.gone, "deleted meanwhile"),
        )
        if number
    ]
    sys.stderr.write(f"zkdash: {walk.seen:,} znodes of {wanted.cluster}{', '.join(['', *lost])}\n")
