"""Failed sign-ins are slowed down: more and more, up to a bound, and never for ever."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 3
"""After so many failures one waits."""
FORGET_S = 3600.0
"""After so long without one, failures are forgotten."""
MOST = 10_000
"""Of so many accounts and addresses failures are remembered; the oldest make room."""
LONGEST_S = {"user": 30.0, "address": 900.0}
"""An account's bound is low, so that nobody can keep its owner out by failing in their name."""


@dataclass(slots=True)
class Failures:
    count: int
    last: float


class Throttle:
    """Remembers failures by account and by address. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Failures] = OrderedDict()

    def wait_s(self, user: str, address: str) -> float:
        """How long they have to wait before they may try again; 0 if they need not."""
        now = self._clock()
        return max(0.0, *(self._until(key) - now for key in keys(user, address)))

    def begin(self, user: str, address: str) -> None:
        """A try counts as failed until it has passed, so that many at once gain nothing."""
        now = self._clock()
        for key in keys(user, address):
            found = self._known.pop(key, None)
            fresh = found is None or now - found.last > FORGET_S
            self._known[key] = Failures(1 if fresh or found is None else found.count + 1, now)
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def passed(self, user: str, address: str) -> None:
        """It was them: their account is clean again, and of their address this try does not count."""
        account, place = keys(user, address)
        self._known.pop(account, None)
        if (found := self._known.get(place)) is not None:
            found.count -= 1
            if found.count <= 0:
                del self._known[place]

    def __len__(self) -> int:
        return len(self._known)

    def _until(self, key: tuple[str, str]) -> float:
        found = self._known.get(key)
        if found is None or found.count < FREE:
            return 0.0
        return found.last + min(2.0 ** min(found.count - FREE, 30), LONGEST_S[key[0]])


def keys(user: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """What failures are counted by. Who has an IPv6 address has all of its /64."""
    try:
        ip = ipaddress.ip_address(address)
        if ip.version == 6:
            address = str(ipaddress.ip_network((ip, 64), strict=False))
    except ValueError:
        pass
    return ("user", user[:200]), ("address", address)
