"""What happened, line by line, and as a document."""

from __future__ import annotations

from tests.test_story import SUSPENDED, T0, change, evidence
from zkdash.ensemble.changes import Stand
from zkdash.ensemble.clients import Held
from zkdash.ensemble.rolls import Compared, Missing
from zkdash.timeline.evidence import Evidence
from zkdash.timeline.story import tell
from zkdash.timeline.story_text import escaped, lines, markdown
from zkdash.timeline.teller import Told


def killed() -> Evidence:
    return evidence(change(-1, "zk2", Stand.LEADER, Stand.DOWN), change(2, "zk3", Stand.FOLLOWER, Stand.LEADER))


def test_the_sessions_states_and_the_servers_stand_in_the_order_of_time() -> None:
    found = [(line.at - T0, line.who, line.bad) for line in lines(killed())]
    assert found == [
        (-1_000, "zk2", True),
        (0, "session", True),
        (2_000, "zk3", False),
        (10_000, "session", True),
        (20_000, "session", False),
    ]


def test_what_was_known_long_before_is_no_line() -> None:
    assert {line.who for line in lines(evidence())} == {"session"}


def test_the_document_has_the_verdict_each_server_and_every_line() -> None:
    seen = killed()
    rolls = Compared(T0 - 60_000, T0 + 60_000, (Missing(0xA, "10.0.0.1:5", Held(3, ("/a_b", "/c"))),))
    text = markdown(Told(SUSPENDED, seen, tell(seen), rolls), "What happened to prod", "https://zkdash.example/x")
    for line in (
        "# What happened to prod",
        "- From: 2025-06-15T15:06:40.000Z",
        "- Lasted: 20.0 s",
        "Source: https://zkdash.example/x",
        "| zk2 | leader | leader, down | down |",
        "- 0xa of 10.0.0.1:5: /a\\_b, /c and 1 more",
        "| 2025-06-15T15:06:42.000Z | zk3 | follower → leader; elected |",
    ):
        assert line in text.split("\n"), line


def test_what_servers_say_is_no_markup() -> None:
    assert escaped("a|b <script>`x`\n# y") == "a\\|b \\<script\\>\\`x\\` \\# y"
