"""What goes wrong when: a pure function of a seed and a length, so that a failure can be had again."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass

CLUSTERS = ("one", "two", "trio")
"""One and two are single servers, each behind a faulty network, two has a name; trio is an ensemble of three."""
CALM_S = 8.0
"""How long everything is left alone at the beginning, and a target after each of its faults."""
SHORT_S, LONG_S = (0.2, 0.8), (9.0, 12.0)
"""Far below the session timeout, and far beyond the time in which a silent server is noticed and then lost."""


class Kind(enum.StrEnum):
    """A fault. Those of a cluster begin and end; some others happen at once."""

    KILL = "kill -9 of the server"
    FREEZE = "the server is stopped (SIGSTOP)"
    BLACK_HOLE = "the network swallows everything"
    CUT = "the connection is cut"
    SLOW = "the network is slow"
    DNS = "the address dies, and the name leads to another in the end"
    ONE_OF_THREE = "one of three servers is killed"
    TWO_OF_THREE = "two of three servers are killed"
    FROZEN_FOLLOWER = "a follower is stopped (SIGSTOP)"
    RECEIVER_FAILS = "the receiver answers 500"
    RECEIVER_SILENT = "the receiver takes what comes and answers nothing"
    DISK_FULL = "the disk of the store is full"
    STORE_LOCKED = "another program holds the store"
    RELOAD = "a changed configuration is read"
    BAD_CONFIG = "a configuration with mistakes is refused"
    CROWD = "viewers come and go"
    HUGE = "a huge znode is looked at"
    DELETED = "a tree is deleted while it is searched"
    CLOCK = "the clock jumps an hour ahead and back"
    DIE = "kill -9 of zkdash, and a new start"


OF_SINGLE = (Kind.KILL, Kind.FREEZE, Kind.BLACK_HOLE, Kind.CUT, Kind.SLOW)
OF_ENSEMBLE = (Kind.ONE_OF_THREE, Kind.TWO_OF_THREE, Kind.FROZEN_FOLLOWER)
OF_STORE = (Kind.DISK_FULL, Kind.STORE_LOCKED, Kind.DIE, Kind.CLOCK)
OF_REST = (
    Kind.RECEIVER_FAILS,
    Kind.RECEIVER_SILENT,
    Kind.RELOAD,
    Kind.BAD_CONFIG,
    Kind.CROWD,
    Kind.HUGE,
    Kind.DELETED,
)
TARGETS = {"one": OF_SINGLE, "two": (Kind.DNS, *OF_SINGLE), "trio": OF_ENSEMBLE, "store": OF_STORE, "rest": OF_REST}
"""What may befall each; only the first three are clusters."""
AT_ONCE = {Kind.CUT, Kind.RELOAD, Kind.BAD_CONFIG, Kind.HUGE, Kind.DELETED, Kind.DIE}
LASTING = {
    Kind.SLOW: (2.0, 6.0),
    Kind.RECEIVER_FAILS: (2.0, 8.0),
    Kind.RECEIVER_SILENT: (2.0, 8.0),
    Kind.DISK_FULL: (2.0, 5.0),
    Kind.STORE_LOCKED: (1.0, 6.0),
    Kind.CROWD: (3.0, 6.0),
    Kind.CLOCK: (2.0, 4.0),
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault that begins so many seconds after the start and lasts so long; `on` is a cluster, or zkdash itself."""

    at_s: float
    kind: Kind
    on: str = ""
    lasts_s: float = 0.0

    def __str__(self) -> str:
        lasts = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        return f"{self.at_s:6.1f} s  {self.on or 'zkdash':6}  {self.kind}{lasts}"


def schedule(seed: int, length_s: float, kinds: frozenset[Kind] = frozenset(Kind)) -> tuple[Fault, ...]:
    """All faults by time. Those of one target never overlap, and the last leave time to recover within the length."""
    dice = random.Random(seed)
    found: list[Fault] = []
    for target, possible in TARGETS.items():
        wanted = [kind for kind in possible if kind in kinds]
        at, deck = CALM_S + dice.uniform(0.0, 6.0), list[Kind]()
        while wanted:
            if not deck:  # each of them before any comes again
                deck = dice.sample(wanted, len(wanted))
            kind = deck.pop()
            lasts_s = 0.0 if kind in AT_ONCE else dice.uniform(*_lasting(kind, dice))
            if at + lasts_s + 2 * CALM_S > length_s:
                break
            found.append(Fault(round(at, 2), kind, target if target in CLUSTERS else "", round(lasts_s, 2)))
            at += lasts_s + CALM_S + dice.uniform(0.0, 5.0)
    return tuple(sorted(found))


def _lasting(kind: Kind, dice: random.Random) -> tuple[float, float]:
    if kind in LASTING:
        return LASTING[kind]
    if kind in OF_ENSEMBLE:
        return LONG_S
    return LONG_S if dice.random() < 0.7 else SHORT_S


def loses(kind: Kind, away_s: float, timeout_s: float) -> bool | None:
    """Whether a fault that really lasted so long must lose the session; None if it may or may not."""
    match kind:
        case Kind.CUT | Kind.SLOW:
            return False
        case Kind.KILL | Kind.DNS:
            return True if away_s > timeout_s + 1.0 else None if away_s > 1.0 else False
        case Kind.FREEZE | Kind.BLACK_HOLE:
            return True if away_s > timeout_s * 5 / 3 + 1.5 else None if away_s > 1.0 else False
        case Kind.TWO_OF_THREE:
            return True if away_s > timeout_s + 5.0 else None
    return None
