"""One server, probed again and again: cheaply every other second, fully every now and then.

Each probe is given a deadline by whoever asks, and ends with it.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zkdash.clock import now_ms
from zkdash.ensemble.facts import Facts, facts_of
from zkdash.ensemble.refused import Question, Refused
from zkdash.ensemble.sample import Role, Sample, Server
from zkdash.zookeeper.commands import Command, Refusal, Target, Way, refusal_of
from zkdash.zookeeper.four_letter import checked
from zkdash.zookeeper.questions import Questions
from zkdash.zookeeper.refusals import NotAnswered, Trouble
from zkdash.zookeeper.vitals import Vitals, of_mntr, of_monitor, of_server_stats, of_srvr

FACTS_S = 300.0
"""What seldom changes is asked again after so long."""

ADMIN_S = 0.9
ADMIN_SHARE = 0.6
"""How long AdminServer may take in a cheap probe, and how much of a full one's deadline."""

SRVR: Question = (Way.WORD, Command.SRVR)
STATS: Question = (Way.ADMIN, Command.SRVR)
MNTR: Question = (Way.WORD, Command.MNTR)
MONITOR: Question = (Way.ADMIN, Command.MNTR)


class Probe:
    """Asks one server. `why` says why it can't be asked at all, "" for one that can."""

    def __init__(self, cluster: str, server: Server, target: Target, questions: Questions, *, why: str = "") -> None:
        self.server = server
        self.target = target
        self.why = why
        self.facts = Facts()
        self._cluster = cluster
        self._questions = questions
        self._refused = Refused()
        self._was_ok = False
        self._began = 0.0
        self._facts_at = -math.inf
        self._admin_is_its_own = not target.guessed

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What this server refuses at present, with the settings that would allow it."""
        return self._refused.shown(self.target)

    # The cheap probe

    def begin(self) -> asyncio.Future[bytes] | asyncio.Future[Sample] | None:
        """Ask by the first way that may answer; None where it can't be asked. Cancel it when its time is over."""
        self._began = time.monotonic()
        if self.why:
            return None
        ways = self._cheap_ways()
        if ways[0] == SRVR:
            return self._questions.word(self.target, Command.SRVR)
        return asyncio.ensure_future(self._by(ways))

    def end(self, asked: asyncio.Future[Any] | None) -> Sample | None:
        """What came of it, None where another way should be tried; one that isn't done is over now."""
        if asked is None:
            return self._not_ok(NotAnswered(Trouble.UNREACHABLE, self.why))
        if not asked.done():
            asked.cancel()
            return self.silent()
        try:
            said = asked.result()
            if isinstance(said, Sample):
                return said
            return self._serving(SRVR, _vitals(of_srvr(checked("srvr", said))))
        except NotAnswered as failure:
            self._refused.add(SRVR, failure)
            return None if self._has_other_ways(failure) else self._not_ok(failure)

    async def other_way(self) -> Sample:
        """The cheap probe by other ways than the first, which was of no use."""
        ways = [way for way in self._cheap_ways() if way != SRVR]
        failure = self._refused.why(SRVR) or NotAnswered(Trouble.NOT_SERVING, "it is not serving now")
        return await self._by(ways, failure)

    def silent(self) -> Sample:
        """The sample of a server whose time is over."""
        return self._not_ok(NotAnswered(Trouble.SILENT, "no whole answer in time"))

    def _cheap_ways(self) -> list[Question]:
        ways = [SRVR, STATS, MNTR] if self.target.tls is None else [STATS, SRVR, MNTR]
        return [way for way in ways if self._may(way)] or [SRVR]

    def _has_other_ways(self, failure: NotAnswered) -> bool:
        if failure.trouble is Trouble.NOT_SERVING:
            # A leader with leaderServes=no says so on its client port; its AdminServer knows better.
            return self._may(STATS) and self._admin_is_its_own
        return failure.trouble is Trouble.NOT_ALLOWED and (self._may(STATS) or self._may(MNTR))

    async def _by(self, ways: list[Question], failure: NotAnswered | None = None) -> Sample:
        for way in ways:
            if failure is not None and failure.trouble is Trouble.NOT_SERVING and way[0] is Way.WORD:
                break
            try:
                return self._serving(way, await self._vitals_by(way, ADMIN_S))
            except NotAnswered as other:
                self._refused.add(way, other)
                # Why its clients' port gives nothing says more than why AdminServer doesn't.
                if failure is None or way[0] is Way.WORD or other.trouble is Trouble.NOT_SERVING:
                    failure = other
                if other.trouble is Trouble.NOT_SERVING:
                    break
        return self._not_ok(failure or NotAnswered(Trouble.SILENT, "there is no way to ask it"))

    # The full probe

    async def full(self, cheap: Sample, deadline_s: float) -> Sample:
        """The sample of a full round, which the cheap one of the same round goes into. Raises nothing."""
        began = time.monotonic()
        for question in (MONITOR, MNTR) if cheap.ok and not self.why else ():
            left_s = deadline_s - (time.monotonic() - began)
            if not self._may(question) or left_s <= 0:
                continue
            share_s = left_s * ADMIN_SHARE if question is MONITOR else left_s
            try:
                async with asyncio.timeout(share_s):
                    vitals = await self._vitals_by(question, share_s)
            except TimeoutError:
                self._refused.add(question, NotAnswered(Trouble.NONSENSE, "mntr gave no whole answer in time"))
            except NotAnswered as failure:
                self._refused.add(question, failure)
            else:
                self._refused.answered(question)
                return _merged(cheap, question[0], vitals, (time.monotonic() - began) * 1000)
        return replace(cheap, full=True)

    async def learn(self, deadline_s: float) -> bool:
        """Ask AdminServer for the facts, if it is time to; gives whether they have changed. Raises nothing."""
        due = time.monotonic() - self._facts_at > FACTS_S
        if not due or not self._was_ok or not self._may(MONITOR):
            return False
        self._facts_at = time.monotonic() + random.uniform(0, FACTS_S / 10)  # noqa: S311 - jitter, no secret
        try:
            async with asyncio.timeout(deadline_s):
                await self._check_admin()
                answers = [await self._told(command) for command in (Command.CONF, Command.VOTING_VIEW, Command.HASH)]
        except (TimeoutError, NotAnswered):
            return False
        before, self.facts = self.facts, facts_of(*answers)
        return before != self.facts

    async def leads(self, deadline_s: float) -> bool | None:
        """Whether its AdminServer says that it leads; None where it doesn't say. Raises nothing."""
        if not self._may(MONITOR) or not self._admin_is_its_own:
            return None
        try:
            async with asyncio.timeout(deadline_s):
                said = (await self._questions.admin(self.target, Command.LEADER)).get("is_leader")
        except NotAnswered as failure:
            return False if failure.trouble is Trouble.NOT_SERVING else None
        except TimeoutError:
            return None
        return said if isinstance(said, bool) else None

    # Asking

    def _may(self, question: Question) -> bool:
        if question[0] is Way.ADMIN and not self.target.admin:
            return False
        return self._refused.may(question)

    async def _vitals_by(self, question: Question, admin_s: float) -> Vitals:
        way, command = question
        if way is Way.WORD:
            body = checked(command.word, await self._questions.word(self.target, command))
            return _vitals(of_srvr(body) if command is Command.SRVR else of_mntr(body))
        try:
            async with asyncio.timeout(admin_s):
                await self._check_admin()
                said = await self._questions.admin(self.target, command)
        except TimeoutError:
            reason = f"its AdminServer at {self.target.admin} gave no whole answer in time"
            raise NotAnswered(Trouble.NO_ADMIN_SERVER, reason) from None
        return _vitals(of_server_stats(said) if command is Command.SRVR else of_monitor(said))

    async def _check_admin(self) -> None:
        """Make sure that the AdminServer is this server's: several may share an address."""
        if self._admin_is_its_own or self.target.tls is not None:
            return
        port = (await self._questions.admin(self.target, Command.CONF)).get("client_port")
        if port != self.target.port:
            raise NotAnswered(
                Trouble.FOREIGN_ADMIN_SERVER,
                f"the AdminServer at {self.target.admin} is that of client port "
                f"{port if isinstance(port, int) else 'unknown'}, not {self.target.port} ([zookeeper] admin says which "
                "is whose)",
            )
        self._admin_is_its_own = True

    async def _told(self, command: Command) -> Mapping[str, Any]:
        """What AdminServer says to a command, {} for one that its version doesn't know."""
        try:
            return await self._questions.admin(self.target, command)
        except NotAnswered as failure:
            if failure.trouble is Trouble.NO_ADMIN_SERVER and "says" in failure.reason:
                return {}
            raise

    # Samples

    def _serving(self, question: Question, vitals: Vitals) -> Sample:
        if not self._was_ok:
            self._was_ok = True
            self._refused.forget()
            self._admin_is_its_own = not self.target.guessed
            self._facts_at = -math.inf
        self._refused.answered(question)
        return Sample(
            self._cluster,
            self.server.name,
            now_ms(),
            True,
            question[0],
            Role(vitals.state),
            vitals.version,
            vitals.zxid,
            vitals.uptime_ms,
            vitals.metrics,
            None,
            (time.monotonic() - self._began) * 1000,
        )

    def _not_ok(self, failure: NotAnswered) -> Sample:
        self._was_ok = False
        looking = failure.trouble is Trouble.NOT_SERVING
        return Sample(
            self._cluster,
            self.server.name,
            now_ms(),
            False,
            Way.WORD if looking else None,
            Role.LOOKING if looking else Role.UNKNOWN,
            refusal=refusal_of(self.target, Command.SRVR, [failure]),
            took_ms=(time.monotonic() - self._began) * 1000,
        )


def _vitals(found: Vitals | None) -> Vitals:
    if found is None:
        raise NotAnswered(Trouble.NONSENSE, "what it answered tells nothing of it")
    return found


def _merged(cheap: Sample, way: Way, vitals: Vitals, took_ms: float) -> Sample:
    return replace(
        cheap,
        at=now_ms(),
        way=way,
        role=Role(vitals.state),
        version=vitals.version or cheap.version,
        uptime_ms=cheap.uptime_ms if vitals.uptime_ms is None else vitals.uptime_ms,
        metrics={**cheap.metrics, **vitals.metrics},
        took_ms=took_ms,
        full=True,
    )
