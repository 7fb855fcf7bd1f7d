"""Rows of a table of children: whatever a znode is called, its row is a row."""

from __future__ import annotations

from kazoo.protocol.states import ZnodeStat

from zkdash.web.child_rows import child_rows
from zkdash.znodes.kinds import look

AT = 1_767_225_600_000
STAT = ZnodeStat(1, 1, AT, AT, 0, 3, 0, 0, 1234, 5, 1)
HOSTILE = "<b>\"'&\u202e"


def rows(name: str, stat: ZnodeStat | None) -> str:
    return str(child_rows("/clusters/p&q/znodes", [name], {name: look(name, stat)}))


def test_nothing_of_a_name_is_markup() -> None:
    drawn = rows(HOSTILE, STAT)
    assert "<b>" not in drawn
    assert "p&amp;q/znodes/%3Cb%3E%22%27%26%E2%80%AE" in drawn
    assert '&lt;b&gt;&#34;&#39;&amp;<span class="unseen">' in drawn


def test_what_is_known_is_in_the_cells() -> None:
    drawn = rows("one", STAT)
    time = '<td class="table__number"><time datetime="2026-01-01T00:00:00.000Z">2026-01-01 00:00:00 UTC</time></td>'
    assert drawn.count(time) == 2
    assert "&#44;234 B</td>" in drawn
    assert "<td></td>" in drawn  # a plain znode is of no kind


def test_created_and_modified_are_told_apart() -> None:
    drawn = rows("one", STAT._replace(mtime=AT + 60_000))
    assert drawn.index("00:01:00 UTC") < drawn.index("00:00:00 UTC")


def test_zookeepers_own_znodes_have_no_time() -> None:
    assert rows("zookeeper", STAT._replace(mtime=0, ctime=0)).count('<td class="table__number">–</td>') == 2


def test_the_kind_is_said_and_shown() -> None:
    drawn = rows("lock-0000000001", STAT._replace(ephemeralOwner=0x100))
    assert "</span>ephemeral, sequential</td>" in drawn
    assert 'class="mark mark--ephemeral" title="ephemeral"' in drawn


def test_what_is_not_known_is_a_dash() -> None:
    assert rows("one", None).count('<td class="table__number">–</td>') == 4


def test_a_row_stands_for_each_name_in_order() -> None:
    names = ["b", "a", "c"]
    drawn = str(child_rows("/z", names, {name: look(name, None) for name in names}))
    assert [drawn.index(f">{name}</a>") for name in names] == sorted(drawn.index(f">{name}</a>") for name in names)
    assert drawn.count("<tr>") == 3
