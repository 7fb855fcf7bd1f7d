"""Jobs belong to their viewers: shared, ended when the last one leaves, and able to go on."""

from __future__ import annotations

import asyncio

from tests.support.until import until
from zkdash.znodes.jobs import Job, Jobs, Phase


class Endless(Job):
    """Counts until it is stopped, or until it has counted to `most`."""

    def __init__(self, most: int = 1 << 62) -> None:
        super().__init__()
        self.count = 0
        self.most = most
        self.closed = False

    async def work(self) -> None:
        while self.count < self.most:
            self.count += 1
            self.said()
            await asyncio.sleep(0)

    def reset(self) -> None:
        self.count = 0

    def close(self) -> None:
        self.closed = True


class Broken(Endless):
    async def work(self) -> None:
        raise ValueError("not expected")


async def test_who_wants_the_same_shares_a_job() -> None:
    jobs = Jobs()
    assert jobs.open("a", Endless) is jobs.open("a", Endless)
    assert jobs.open("b", Endless) is not jobs.open("a", Endless)
    await jobs.stop()


async def test_a_job_that_nobody_looks_at_ends_after_a_while_and_goes_on_when_somebody_does() -> None:
    jobs = Jobs(grace_s=0.02)
    job = jobs.open("a", Endless)
    jobs.join("a", job)
    await until(lambda: job.count > 10)
    jobs.leave("a", job)
    await until(lambda: job.phase is Phase.STOPPED)
    stood = job.count
    assert jobs.open("a", Endless) is job
    jobs.join("a", job)
    await until(lambda: job.count > stood)
    assert job.phase is Phase.RUNNING
    await jobs.stop()
    assert job.closed


async def test_one_who_has_enough_doesnt_stop_it_for_others() -> None:
    jobs = Jobs(grace_s=60)
    job = jobs.open("a", Endless)
    for _ in range(2):
        jobs.join("a", job)
    jobs.stop_for_me("a")
    jobs.leave("a", job)
    assert job.phase is Phase.RUNNING
    jobs.leave("a", job)
    await until(lambda: job.phase is Phase.STOPPED)
    assert not job.unseen
    assert jobs.open("a", Endless).phase is Phase.STOPPED  # looking at it doesn't start it again
    await jobs.stop()


async def test_what_is_done_is_kept_and_can_begin_anew() -> None:
    jobs = Jobs()
    job = jobs.open("a", lambda: Endless(5))
    await job.ended()
    assert (job.phase, job.count) == (Phase.DONE, 5)
    job.start()
    assert job.phase is Phase.DONE
    job.most = 7
    jobs.again("a")
    await job.ended()
    assert job.count == 7
    await jobs.stop()


async def test_results_that_nobody_looks_at_are_forgotten() -> None:
    jobs = Jobs(grace_s=0.01, keep_s=0.01)
    job = jobs.open("a", lambda: Endless(1))
    await until(lambda: not len(jobs))
    await until(lambda: job.closed)


async def test_a_mistake_of_ours_ends_a_job_and_says_where_to_look() -> None:
    jobs = Jobs()
    job = jobs.open("a", Broken)
    await job.ended()
    assert (job.phase, "log" in job.trouble) == (Phase.FAILED, True)
    await jobs.stop()


async def test_somebody_who_comes_while_it_is_being_ended_lets_it_go_on() -> None:
    jobs = Jobs(grace_s=0)
    job = jobs.open("a", Endless)
    jobs.join("a", job)
    await until(lambda: job.count > 10)
    ending = asyncio.create_task(job.stop(unseen=True))
    await asyncio.sleep(0)  # it is cancelled, and not over yet
    assert jobs.open("a", Endless) is job
    await ending
    stood = job.count
    await until(lambda: job.count > stood)
    assert job.phase is Phase.RUNNING
    await jobs.stop()
