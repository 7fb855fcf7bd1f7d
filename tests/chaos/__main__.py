"""python -m tests.chaos [--seed N] [--minutes M]: faults at random, then everything is checked. Ctrl-C ends it."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.account import Account
from tests.chaos.checker import problems
from tests.chaos.schedule import Kind, schedule
from tests.chaos.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="the same seed, the same faults")
    parser.add_argument("--minutes", type=float, default=30.0)
    kinds = [kind.name.lower() for kind in Kind]
    parser.add_argument("--without", nargs="*", default=[], choices=kinds, help="faults that are not to happen")
    options = parser.parse_args()
    print(f"again with: python -m tests.chaos --seed {options.seed} --minutes {options.minutes:g}", flush=True)
    without = {Kind[name.upper()] for name in options.without}
    with (
        tempfile.TemporaryDirectory(prefix="zkdash-chaos-") as folder,
        World(Path(folder), say=lambda line: print(line, flush=True)) as world,
    ):
        faults = schedule(options.seed, 60 * options.minutes, world.kinds - without)
        world.run(faults)
        account = world.account()
        found = problems(account)
        tell(len(faults), account, found)  # before the end, which fails if zkdash has logged trouble
    return 1 if found else 0


def tell(faults: int, account: Account, found: list[str]) -> None:
    """Print what was done, what came of it, and what is wrong."""
    lost = sum(event["to"] == "LOST" for event in account.log)
    outages = sum(window.loses is True for window in account.windows)
    print(f"{faults} faults, {outages} outages that lose a session, {len(account.deaths)} deaths of zkdash")
    print(f"{len(account.log)} events, {lost} LOST, {len(account.told)} incidents told, {len(account.visits)} visits")
    print(*(f"{name}: {before:.0f} -> {after:.0f}" for name, (before, after, _) in account.resources.items()), sep=", ")
    print("\n".join(found) or "nothing was lost, nothing was invented", flush=True)


if __name__ == "__main__":
    sys.exit(main())
