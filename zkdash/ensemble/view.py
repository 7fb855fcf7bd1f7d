"""What is known of a cluster's servers at present."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zkdash.ensemble.sample import Sample, Server
from zkdash.ensemble.verdict import Health, Verdict

if TYPE_CHECKING:
    from zkdash.zookeeper.commands import Refusal

NOT_ASKED = Verdict(Health.UNKNOWN, "no server has been asked yet")
NOT_PROBED = Verdict(Health.NOT_PROBED, "its servers are not probed (probe = no)")


@dataclass(frozen=True, slots=True)
class View:
    """The present of one cluster's servers; everything is by Server.name.

    `samples` are the latest of each server, `full` the latest of its full rounds, which may be some seconds older: a
    server that has none yet is missing. `refusals` are what it was asked for the full probe and refused, with the
    settings that would allow it. `restarts` is when (UTC ms) each process was last seen to have begun anew, since
    zkdash runs. `unnamed` are (name, why) of servers that can't be asked at all.
    """

    cluster: str
    servers: tuple[Server, ...] = ()
    samples: Mapping[str, Sample] = field(default_factory=dict)
    full: Mapping[str, Sample] = field(default_factory=dict)
    verdict: Verdict = NOT_ASKED
    refusals: Mapping[str, tuple[Refusal, ...]] = field(default_factory=dict)
    restarts: Mapping[str, int] = field(default_factory=dict)
    unnamed: tuple[tuple[str, str], ...] = ()
