"""A crawl belongs to those who look at it: it is shared by all who want the same, and ends when the last one leaves."""

from __future__ import annotations

import asyncio
import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from typing import TypeVar

from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, NonsenseReply

L = get_logger(__name__)

GRACE_S = 15.0
"""How long a job goes on unseen: a reload, a reconnect and a poll are no good-bye."""
KEEP_S = 300.0
KEEP_JOBS = 20
"""So long, and so many, results that nobody looks at are kept."""


class Phase(enum.StrEnum):
    """How far a job, or its part in one cluster, is. What has failed or was stopped can go on."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def ended(self) -> bool:
        return self in (Phase.DONE, Phase.FAILED, Phase.STOPPED)


class Job(ABC):
    """Something that takes a while. `began_at` and `ended_at` are UTC milliseconds; `trouble` says why it failed."""

    def __init__(self) -> None:
        self.phase = Phase.WAITING
        self.trouble = ""
        self.began_at = now_ms()
        self.ended_at: int | None = None
        self.viewers = 0
        self.version = 0
        self.unseen = False
        self.stop_when_left = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._once_more = False
        self.timer: asyncio.TimerHandle | None = None

    @abstractmethod
    async def work(self) -> None:
        """Do it, or go on with it; calls `said()` whenever there is more to see. Sets the phase DONE or FAILED."""

    @abstractmethod
    def reset(self) -> None:
        """Forget what was found, to begin anew."""

    @abstractmethod
    def close(self) -> None:
        """It is over for good."""

    def start(self) -> None:
        """Begin, or go on after a stop or a failure; nothing where it is running or done."""
        if self._task is not None:
            self._once_more = self._task.cancelling() > 0  # it is being ended: let it go on as soon as it is
            return
        if self.phase is Phase.DONE:
            return
        self.phase, self.trouble, self.unseen, self.stop_when_left = Phase.RUNNING, "", False, False
        self.ended_at = None
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self, *, unseen: bool = False) -> None:
        """End it where it stands. `unseen`: because nobody looks at it, so whoever looks again lets it go on."""
        if self._task is None:
            return
        self.unseen, self._once_more = unseen, False
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            await self.work()
        except asyncio.CancelledError:
            self.phase = Phase.STOPPED
        except Exception as error:
            self.phase, self.trouble = Phase.FAILED, in_words(error)
        finally:
            if not self.phase.ended:
                self.phase = Phase.DONE
            self._task = None
            self.ended_at = now_ms()
            if self._once_more and self.phase is Phase.STOPPED:
                self.start()
            self._once_more = False
            self.said()

    def said(self) -> None:
        """Wake who waits for a change."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, since: int) -> int:
        """Wait until there is more than what the version `since` had; gives the present version."""
        while self.version == since:
            await self._changed.wait()
        return self.version

    async def ended(self) -> None:
        """Wait until it is over."""
        while not self.phase.ended:
            await self._changed.wait()


J = TypeVar("J", bound=Job)


class Jobs:
    """All jobs, by what they are about."""

    def __init__(self, grace_s: float = GRACE_S, keep_s: float = KEEP_S) -> None:
        self._grace_s = grace_s
        self._keep_s = keep_s
        self._jobs: dict[Hashable, Job] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._jobs)

    def find(self, key: Hashable) -> Job | None:
        """The job about `key`, if there is one; its result may be old."""
        return self._jobs.get(key)

    def open(self, key: Hashable, make: Callable[[], J]) -> J:
        """The job about `key`, made and begun if there was none. Without a viewer it lives for a moment only."""
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = make()
            job.start()
            self._make_room()
        elif job.unseen:
            job.start()
        if not job.viewers:
            self._wait(key, job)
        return job  # type: ignore[return-value]  # a key is of one kind of job

    def join(self, key: Hashable, job: Job) -> None:
        """One viewer more."""
        job.viewers += 1
        self._stop_waiting(job)

    def leave(self, key: Hashable, job: Job) -> None:
        """One viewer less."""
        job.viewers -= 1
        if job.viewers:
            return
        if job.stop_when_left:
            self._end(job, unseen=False)
        self._wait(key, job)

    def stop_for_me(self, key: Hashable) -> None:
        """Somebody has enough: it ends as soon as nobody else looks at it."""
        job = self._jobs.get(key)
        if job is None:
            return
        job.stop_when_left = True
        if not job.viewers:
            self._end(job, unseen=False)

    def again(self, key: Hashable) -> None:
        """Let a job that is over begin anew, for all who look at it."""
        job = self._jobs.get(key)
        if job is not None and job.phase.ended:
            job.reset()
            job.phase, job.began_at = Phase.WAITING, now_ms()
            job.start()

    async def stop(self) -> None:
        """End all."""
        for key in list(self._jobs):
            self._forget(key)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _wait(self, key: Hashable, job: Job) -> None:
        self._stop_waiting(job)
        job.timer = asyncio.get_running_loop().call_later(self._grace_s, self._on_unseen, key, job)

    def _stop_waiting(self, job: Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
            job.timer = None

    def _on_unseen(self, key: Hashable, job: Job) -> None:
        self._end(job, unseen=True)
        job.timer = asyncio.get_running_loop().call_later(self._keep_s, self._on_old, key, job)

    def _on_old(self, key: Hashable, job: Job) -> None:
        if self._jobs.get(key) is job and not job.viewers:
            self._forget(key)

    def _make_room(self) -> None:
        idle = [key for key, job in self._jobs.items() if not job.viewers and job.phase.ended]
        for key in idle[: max(0, len(self._jobs) - KEEP_JOBS)]:
            self._forget(key)

    def _forget(self, key: Hashable) -> None:
        job = self._jobs.pop(key)
        self._stop_waiting(job)
        task = asyncio.get_running_loop().create_task(_close(job))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _end(self, job: Job, *, unseen: bool) -> None:
        task = asyncio.get_running_loop().create_task(job.stop(unseen=unseen))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _close(job: Job) -> None:
    await job.stop()
    job.close()


def in_words(error: BaseException) -> str:
    """Why a crawl failed, for people. What nobody expected is logged."""
    match error:
        case NoNodeError():
            return "The znode to begin at is not there."
        case NoAuthError():
            return "The ACL of the znode to begin at doesn't let zkdash read it."
        case ClusterUnavailable():
            return f"{error}."
        case InvalidPath() | NonsenseReply():
            return f"{error}."
    L.exception("A crawl broke.")  # called while it is being handled
    return "Something went wrong in zkdash; its log has the details."
