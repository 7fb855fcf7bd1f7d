"""A znode's stat in words. Source: ZooKeeper's jute record `Stat` and `EphemeralType`."""

from __future__ import annotations

from dataclasses import dataclass

from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.unsigned import UNSIGNED_64

CONTAINER_OWNER = -(1 << 63)
TTL_MASK = 0xFF00_0000_0000_0000
TTL_FEATURE_MASK = 0x00FF_FF00_0000_0000
TTL_MS_MASK = 0x0000_00FF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class Zxid:
    """A transaction id: `hex`, and the `epoch` (of the leader) and `counter` (in that epoch) that it consists of."""

    hex: str
    epoch: int
    counter: int


@dataclass(frozen=True, slots=True)
class StatWords:
    """A stat as people say it. `created_at` and `modified_at` are UTC milliseconds by the servers' clock."""

    kind: str
    session: str | None
    created_at: int
    modified_at: int
    data: str
    data_changes: str
    children: str
    children_changes: str
    acl_changes: str
    created_by: Zxid
    modified_by: Zxid
    children_modified_by: Zxid


def in_words(stat: ZnodeStat) -> StatWords:
    """The stat in words; `session` is the owner's id in hex for an ephemeral node, else None."""
    kind, session = _kind(stat.ephemeralOwner)
    return StatWords(
        kind=kind,
        session=session,
        created_at=stat.ctime,
        modified_at=stat.mtime,
        data=_count(stat.dataLength, "byte"),
        data_changes=_changes(stat.version),
        children=_count(stat.numChildren, "child", "children") if stat.numChildren else "no children",
        children_changes=_changes(stat.cversion),
        acl_changes=_changes(stat.aversion),
        created_by=zxid(stat.czxid),
        modified_by=zxid(stat.mzxid),
        children_modified_by=zxid(stat.pzxid),
    )


def zxid(value: int) -> Zxid:
    """The parts of a transaction id, signed as it is on the wire."""
    unsigned = value & UNSIGNED_64
    return Zxid(hex=f"0x{unsigned:x}", epoch=unsigned >> 32, counter=unsigned & 0xFFFF_FFFF)


def hex_id(value: int) -> str:
    """A session id as ZooKeeper's own tools print it: unsigned hex."""
    return f"0x{value & UNSIGNED_64:x}"


def is_ephemeral(owner: int) -> bool:
    """Whether an `ephemeralOwner` is a session, and no mark of a container or TTL znode."""
    return owner != 0 and _kind(owner)[1] is not None


def size_in_words(size: int) -> str:
    """A number of bytes: "1 byte", "999 bytes", "1.5 KiB (1,536 bytes)"."""
    exact = _count(size, "byte")
    if size < 1024:
        return exact
    amount, unit = (size / 1024, "KiB") if size < 1024 * 1024 else (size / 1024 / 1024, "MiB")
    return f"{amount:.1f} {unit} ({exact})"


def _kind(owner: int) -> tuple[str, str | None]:
    unsigned = owner & UNSIGNED_64
    if owner == 0:
        return "persistent", None
    if owner == CONTAINER_OWNER:
        return "container: removed by the servers some time after its last child", None
    if unsigned & TTL_MASK == TTL_MASK and unsigned & TTL_FEATURE_MASK == 0:
        return f"TTL: removed when unchanged and childless for {_duration(unsigned & TTL_MS_MASK)}", None
    return "ephemeral: lives as long as its session", hex_id(owner)


def _duration(ms: int) -> str:
    seconds = ms / 1000
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            return _count(int(seconds // size), unit)
    return f"{seconds:,.0f} s" if seconds.is_integer() else f"{ms:,} ms"


def _changes(version: int) -> str:
    if version == 0:
        return "never changed"
    return f"changed {version:,} times" if version != 1 else "changed once"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
