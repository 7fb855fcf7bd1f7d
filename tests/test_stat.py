"""A stat in words."""

import pytest
from kazoo.protocol.states import ZnodeStat

from zkdash.znodes.stat import Zxid, in_words, size_in_words, zxid

PLAIN = ZnodeStat(
    czxid=0x1_0000_0002,
    mzxid=0x2_0000_0010,
    ctime=1_700_000_000_000,
    mtime=1_700_000_001_000,
    version=3,
    cversion=1,
    aversion=0,
    ephemeralOwner=0,
    dataLength=1,
    numChildren=20_000,
    pzxid=0x2_0000_0011,
)


def test_a_stat_reads_as_words() -> None:
    words = in_words(PLAIN)
    assert (words.kind, words.session) == ("persistent", None)
    assert (words.data, words.children) == ("1 byte", "20,000 children")
    assert words.data_changes == "changed 3 times"
    assert words.children_changes == "changed once"
    assert words.acl_changes == "never changed"
    assert (words.created_at, words.modified_at) == (1_700_000_000_000, 1_700_000_001_000)
    assert words.modified_by == Zxid("0x200000010", epoch=2, counter=16)


@pytest.mark.parametrize(
    ("owner", "begin", "session"),
    [
        (0x1000_0A5B_C3D0_0001, "ephemeral", "0x10000a5bc3d00001"),
        (-0x7FFF_FFFF_FFFF_FF00, "ephemeral", "0x8000000000000100"),
        (-(1 << 63), "container", None),
        (-(1 << 56) + 60_000, "TTL: removed when unchanged and childless for 1 minute", None),
        (-(1 << 56) + 1_500, "TTL: removed when unchanged and childless for 1,500 ms", None),
    ],
)
def test_the_owner_says_what_kind_of_node_it_is(owner: int, begin: str, session: str | None) -> None:
    words = in_words(PLAIN._replace(ephemeralOwner=owner))
    assert words.kind.startswith(begin)
    assert words.session == session


def test_a_negative_zxid_is_the_unsigned_one_of_the_wire() -> None:
    assert zxid(-1) == Zxid("0xffffffffffffffff", 0xFFFF_FFFF, 0xFFFF_FFFF)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1536, "1.5 KiB (1,536 bytes)"),
        (1 << 20, "1.0 MiB (1,048,576 bytes)"),
    ],
)
def test_a_size_is_short_and_exact(size: int, words: str) -> None:
    assert size_in_words(size) == words
