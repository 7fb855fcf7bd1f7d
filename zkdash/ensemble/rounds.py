"""One cluster's servers, probed in rounds: all at the same time, each under its deadline, and no round over another."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from zkdash.clock import TICK_S, now_ms
from zkdash.ensemble.groups import is_down, restarted
from zkdash.ensemble.offline import Pulse
from zkdash.ensemble.probe import Probe
from zkdash.ensemble.sample import Role, Sample
from zkdash.ensemble.servers import Place, Roster, find
from zkdash.ensemble.verdict import Verdict, judge
from zkdash.ensemble.view import View
from zkdash.log import get_logger
from zkdash.zookeeper.commands import Target
from zkdash.zookeeper.members import told_by
from zkdash.zookeeper.questions import Questions
from zkdash.zookeeper.refusals import Trouble

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

L = get_logger(__name__)

FULL_S = 4.0
"""How long a full probe may take, all ways together."""

ROSTER_S = 60.0
"""After how long names are looked up again."""

Sampled = Callable[[str, list[Sample], bool], None]
"""Told of each round: cluster, samples, and whether the verdict has changed."""


class Rounds:
    """The loop of one cluster. `view` is what it knows; `sampled` is called after each round."""

    def __init__(self, container: ClusterContainer, questions: Questions, sampled: Sampled, *, first_s: float) -> None:
        self.container = container
        self.view = View(container.name)
        self.answered_at: int | None = None
        self._questions = questions
        self._sampled = sampled
        self._every_s = container.config.probe_every_s
        self._full_every_s = container.config.probe_full_every_s
        self._deadline_s = min(3.0, max(0.5, self._every_s * 0.75))
        self._first_s = first_s
        self._told = b""
        self._named = b""
        self._roster: Roster | None = None
        self._roster_at = 0.0
        self._known_numbers: dict[Place, int] = {}
        self._probes: list[Probe] = []
        self._leads: dict[str, bool] = {}
        self._uptimes: dict[str, Sample] = {}
        self._full: asyncio.Task[None] | None = None
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"probes of {container.name}")

    async def stop(self) -> None:
        """End at once."""
        tasks = [task for task in (self._task, self._full) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def pulse(self) -> Pulse | None:
        """Whether its servers answer; None while none has been asked."""
        if not self.view.samples:
            return None
        hosts = frozenset(probe.target.ip for probe in self._probes)
        return Pulse(self.container.name, self.answered_at, not self.is_answered(), hosts)

    def is_answered(self) -> bool:
        """Whether any of its servers answered the last time that they were asked."""
        return any(map(answers, self.view.samples.values()))

    async def _run(self) -> None:
        await asyncio.sleep(self._first_s)
        due = time.monotonic()
        full_at = due
        # All clusters' first full rounds come at once; those that follow are spread over the time between two.
        share = random.uniform(0.2, 1.0)  # noqa: S311 - no secret
        while True:
            try:
                if time.monotonic() >= full_at:
                    await self._call_the_roll()
                    await self._round()
                    if self._full is None or self._full.done():
                        full_at = time.monotonic() + self._full_every_s * share
                        share = 1.0
                        self._full = asyncio.get_running_loop().create_task(self._full_round())
                else:
                    await self._round()
            except Exception:
                L.exception("A round of probes failed.", struct_data={"cluster": self.container.name})
            # A round that took long doesn't make the next ones come at once, nor at the same time as those of others.
            due += self._every_s * max(1, math.ceil((time.monotonic() - due) / self._every_s))
            jitter_s = random.uniform(0, self._every_s / 20)  # noqa: S311 - no secret
            await tick(due + jitter_s)

    async def _call_the_roll(self) -> None:
        """Who the servers are now: what the ensemble told last is believed while it can't be asked."""
        told = await told_by(self.container)
        self._told = self._told if told is None else told
        named, numbers = self._told or self._voters(), self._numbers()
        old = self._roster is None or time.monotonic() - self._roster_at > ROSTER_S
        if not old and named == self._named and numbers == self._known_numbers:
            return
        self._named, self._known_numbers = named, numbers
        roster = await find(self.container.config, named, numbers)
        self._roster_at = time.monotonic()
        before = {probe.server.name: probe for probe in self._probes}
        probes = []
        for server in roster.servers:
            target = roster.targets.get(server.name) or Target(server.name, server.host, server.port, "")
            why = roster.unresolved.get(server.name, "")
            known = before.get(server.name)
            if known is not None and known.target == target and known.why == why:
                known.server = server
                probes.append(known)
            else:
                probes.append(Probe(self.container.name, server, target, self._questions, why=why))
        self._roster, self._probes = roster, probes
        names = {server.name for server in roster.servers}
        self.view = replace(
            self.view,
            servers=roster.servers,
            samples={name: one for name, one in self.view.samples.items() if name in names},
            full={name: one for name, one in self.view.full.items() if name in names},
            unnamed=roster.unnamed,
        )

    def _numbers(self) -> dict[Place, int]:
        return {
            (probe.target.ip, probe.target.port): probe.facts.number
            for probe in self._probes
            if probe.facts.number is not None
        }

    def _voters(self) -> bytes:
        """The voters by the word of AdminServers, as /zookeeper/config has them: each knows best where itself is."""
        found: dict[int, str] = {}
        for facts in (probe.facts for probe in self._probes):
            for number, line in facts.voters.items():
                if number == facts.number or number not in found:
                    found[number] = line
        return "\n".join(found[number] for number in sorted(found)).encode()

    async def _round(self) -> None:
        """Ask all servers cheaply, and judge."""
        probes = self._probes
        asked = [probe.begin() for probe in probes]
        pending = [one for one in asked if one is not None]
        try:
            if pending:
                await asyncio.wait(pending, timeout=self._deadline_s)
        except asyncio.CancelledError:
            for waiting in pending:
                waiting.cancel()
            raise
        samples = {}
        others = []
        for probe, one in zip(probes, asked, strict=True):
            sample = probe.end(one)
            if sample is None:
                others.append(probe)
            else:
                samples[probe.server.name] = sample
        if others:
            for probe, sample in zip(others, await asyncio.gather(*map(self._other_way, others)), strict=True):
                samples[probe.server.name] = sample
        self._take([samples[probe.server.name] for probe in probes])

    async def _other_way(self, probe: Probe) -> Sample:
        try:
            async with asyncio.timeout(self._deadline_s):
                return await probe.other_way()
        except TimeoutError:
            return probe.silent()

    async def _full_round(self) -> None:
        try:
            await self._ask_everything()
        except Exception:
            L.exception("A full round of probes failed.", struct_data={"cluster": self.container.name})

    async def _ask_everything(self) -> None:
        """The full probe of all servers, in the time of several rounds if need be."""
        cheap, probes = self.view.samples, [probe for probe in self._probes if probe.server.name in self.view.samples]
        samples = await asyncio.gather(*(probe.full(cheap[probe.server.name], FULL_S) for probe in probes))
        leaders = [probe for probe, sample in zip(probes, samples, strict=True) if sample.role is Role.LEADER]
        said = await asyncio.gather(*(probe.leads(1.0) for probe in leaders))
        self._leads = {
            probe.server.name: leads for probe, leads in zip(leaders, said, strict=True) if leads is not None
        }
        restarts = dict(self.view.restarts)
        for sample in samples:
            if sample.uptime_ms is not None:
                if restarted(self._uptimes.get(sample.server), sample):
                    restarts[sample.server] = sample.at - sample.uptime_ms
                self._uptimes[sample.server] = sample
        refusals = {probe.server.name: probe.refusals for probe in self._probes if probe.refusals}
        self.view = replace(self.view, restarts=restarts, refusals=refusals)
        self._take(list(samples))
        await asyncio.gather(*(probe.learn(FULL_S) for probe in probes))

    def _take(self, samples: list[Sample]) -> None:
        """Samples have come: judge anew, and tell."""
        known = {server.name for server in self.view.servers}
        samples = [sample for sample in samples if sample.server in known]
        by_name = {sample.server: sample for sample in samples}
        if any(map(answers, samples)):
            self.answered_at = now_ms()
        full = {name: sample for name, sample in by_name.items() if sample.full}
        before = self.view.verdict
        # What a full probe says is older than the cheap one that came meanwhile, but for its metrics.
        latest = {**self.view.samples, **{name: one for name, one in by_name.items() if not one.full}}
        all_full = {**self.view.full, **full}
        verdict = judge(
            self.view.servers,
            latest,
            now_ms(),
            full=all_full,
            facts={probe.server.name: probe.facts for probe in self._probes},
            leads=self._leads,
            voters=self._roster.voters if self._roster else None,
            heads=self._roster.heads if self._roster else True,
        )
        self.view = replace(self.view, samples=latest, full=all_full, verdict=verdict)
        self._sampled(self.container.name, samples, _differ(before, verdict))


async def tick(at: float) -> None:
    """Wait for the first tick from `at` (time.monotonic()) on."""
    await asyncio.sleep(max(0.0, math.ceil(at / TICK_S) * TICK_S - time.monotonic()))


def answers(sample: Sample) -> bool:
    """Whether the way to the server's host is there: a refused connection is an answer."""
    if sample.ok or sample.role is Role.LOOKING or is_down(sample):
        return True
    return sample.refusal is not None and sample.refusal.trouble not in (Trouble.SILENT, Trouble.UNREACHABLE)


def _differ(before: Verdict, after: Verdict) -> bool:
    """Whether it is another verdict: by how much servers lag changes all the time."""
    return before != after and replace(before, lag=after.lag) != after
