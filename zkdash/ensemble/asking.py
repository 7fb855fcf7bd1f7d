"""Asking all servers of a cluster who is connected: when a person wants to know, and never by a timer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from zkdash.ensemble.clients import Census, Said, census
from zkdash.ensemble.rolls import Rolls
from zkdash.znodes.holders import Holders, gaps_of
from zkdash.zookeeper.commands import Command

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


async def take_census(holders: Holders, rolls: Rolls, container: ClusterContainer, *, watches: bool) -> Census:
    """The clients of a cluster; with `watches` how many each of them has too, which costs the servers more.

    `rolls` keep who was there.
    """
    members = await holders.members(container)
    commands = (Command.CONS, Command.CONF, *((Command.WCHP,) if watches else ()))
    ephemerals, (connections, limits, *watched) = await asyncio.gather(
        holders.dump(container, members.targets),
        asyncio.gather(*(holders.everywhere(container, members, command) for command in commands)),
    )
    said = Said(connections, ephemerals, limits, watched[0] if watched else None)
    found = await asyncio.to_thread(census, said, gaps_of(members, ()), container.config.path)
    rolls.keep(container.name, found)
    return found
