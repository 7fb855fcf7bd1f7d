"""The history of single servers: written as they are probed, kept small, and read by charts."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asab

from zkdash.clock import Later, iso, later, now_ms
from zkdash.ensemble import series
from zkdash.ensemble.levels import QUARTER_MS, Kept
from zkdash.ensemble.packing import unpack
from zkdash.ensemble.series import Series, Wish
from zkdash.ensemble.upkeep import GRACE_MS, Size, Upkeep
from zkdash.ensemble.writer import Writer
from zkdash.log import get_logger
from zkdash.store import samples as sample_rows
from zkdash.store.engine import Store, StoreUnavailable

if TYPE_CHECKING:
    from zkdash.config.samples import SamplesConfig
    from zkdash.ensemble.sample import Sample

L = get_logger(__name__)

_STOP_DEADLINE_S = 2.0
_TIDY_DEADLINE_S = 0.5
_LATER_S = 20.0  # the pages come first when zkdash starts
_MAX_POINTS = 2000


class HistoryService(asab.Service):  # type: ignore[misc]  # asab has no types
    """Takes the samples of "Ensemble.sampled!", and gives them back as series.

    A store that fails, or a disk that is nearly full, stops this history alone, and `trouble` says so
    ("History.trouble!" when that changes). Every reading method raises StoreUnavailable.
    """

    def __init__(
        self,
        app: Any,
        store: Store,
        config: SamplesConfig,
        url: str,
        *,
        now: Callable[[], int] = now_ms,
        later: Later = later,
        free: Callable[[], int | None] | None = None,
    ) -> None:
        super().__init__(app, "zkdash.HistoryService")
        self._store = store
        self._now = now
        self._later = later
        self._writer = Writer(
            store,
            now=now,
            later=later,
            changed=self._changed,
            free=free or _free_of(url),
            reserve=config.keep_free_bytes,
        )
        self._upkeep = Upkeep(store, Kept.of(config), now, self._writer.forget_ids)
        self._seen: dict[tuple[str, str], tuple[bool, str]] = {}
        self._due = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        app.PubSub.subscribe("Ensemble.sampled!", self._on_sampled)
        app.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    @property
    def trouble(self) -> str:
        """Why the servers' history isn't written, and since when; empty when all is well."""
        return self._writer.trouble

    @property
    def waiting(self) -> int:
        """How many samples are seen and not written yet."""
        return self._writer.waiting

    async def start(self) -> None:
        self._stopping = False
        self._writer.start()
        self._task = asyncio.create_task(self._keep_small(), name="zkdash: keep the servers' history small")

    async def stop(self) -> None:
        """Write what waits, within 2 s."""
        task, self._task = self._task, None
        if task is not None:
            self._stopping = True
            self._due.set()
            await asyncio.wait({task}, timeout=_TIDY_DEADLINE_S)  # rather than to break off in a transaction
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._writer.stop(_STOP_DEADLINE_S)

    def record(self, samples: Collection[Sample]) -> None:
        """Put samples into the history; gives back at once.

        Of the cheap ones in between only those are kept that tell of a change: an answer, none, or another role.
        """
        kept = []
        for sample in samples:
            key, tells = (sample.cluster, sample.server), (sample.ok, str(sample.role))
            if sample.full or self._seen.get(key) != tells:
                kept.append(sample)
            self._seen[key] = tells
        if kept:
            self._writer.record(kept)

    async def series(
        self,
        cluster: str,
        servers: Collection[str] | None,
        metrics: Collection[str],
        since: int,
        until: int,
        points: int = 600,
    ) -> Series:
        """The history of a cluster's servers (None: of all) over since <= time < until, UTC ms, in at most `points`.

        Raises ValueError for a metric that has no history (`charted.CHARTED` has those) and for a range that is none.
        """
        wanted = series.known(metrics)
        if until <= since:
            raise ValueError("a range ends after it begins")
        async with self._store.connect() as connection:
            ids = {
                row["id"]: row["server"]
                for row in await sample_rows.known_servers(connection, cluster)
                if servers is None or row["server"] in servers
            }
            wish = Wish(ids, wanted, max(0, since), until, max(1, min(points, _MAX_POINTS)))
            found = await series.fetch(connection, wish, self._upkeep.size.oldest, self._upkeep.rolled)
        return await asyncio.to_thread(series.draw, wish, found)

    async def said(self, cluster: str, since: int, until: int) -> list[dict[str, Any]]:
        """All samples of a cluster as they were written, the oldest first, with `server`, and the rest unpacked."""
        async with self._store.connect() as connection:
            names = {row["id"]: row["server"] for row in await sample_rows.known_servers(connection, cluster)}
            found = await sample_rows.read_whole(connection, list(names), since, until)
        return await asyncio.to_thread(
            lambda: [{**row, "server": names[row["server_id"]], "rest": unpack(row["rest"])} for row in found]
        )

    def size(self) -> Size:
        """How much history there was at the last look."""
        return self._upkeep.size

    async def tidy(self) -> None:
        """Roll up, prune and keep the bound on the size, now. Raises StoreUnavailable."""
        await self._upkeep.run()

    async def _keep_small(self) -> None:
        await self._wait(_LATER_S)
        looked = False
        while not self._stopping:
            try:
                if not looked:
                    await self._upkeep.look()
                    looked = True
                await self.tidy()
            except StoreUnavailable as error:
                L.warning("The servers' history could not be tidied up.", struct_data={"why": str(error)})
            except Exception:
                L.exception("The servers' history could not be tidied up.")
            now = self._now() - GRACE_MS
            await self._wait((QUARTER_MS - now % QUARTER_MS) / 1000)

    async def _wait(self, seconds: float) -> None:
        if self._stopping:
            return
        self._due.clear()
        timer = self._later(seconds, self._due.set)
        try:
            await self._due.wait()
        finally:
            timer.cancel()

    def _on_sampled(self, message: str, cluster: str, samples: Collection[Sample]) -> None:
        self.record(samples)

    async def _on_housekeeping(self, message: str) -> None:
        self._due.set()

    def _changed(self) -> None:
        self.App.PubSub.publish("History.trouble!")


def _free_of(url: str) -> Callable[[], int | None]:
    """Gives how many bytes are free where a SQLite file is; of another store's disk nothing is known here."""
    scheme, _, path = url.partition(":///")
    if not scheme.startswith("sqlite"):
        return lambda: None
    folder = Path(path).expanduser().parent

    def free() -> int | None:
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            return None

    return free


def size_in_words(size: Size) -> str:
    """How much there is, how much there may be, and since when, in one line."""
    since = f", since {iso(min(size.oldest.values()))}" if size.oldest else ""
    return f"{size.bytes / 2**20:,.0f} MiB of {size.limit / 2**20:,.0f} MiB{since}"
