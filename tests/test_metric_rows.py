"""A server's metrics in words: grouped, summaries in one row, and whatever nobody explained as it is."""

from __future__ import annotations

import math

import pytest

from zkdash.web.metric_rows import grouped, rows, value_in_words
from zkdash.web.metric_words import GROUPS, MEANINGS, OTHER, meaning_of

METRICS = {
    "outstanding_requests": 3.0,
    "approximate_data_size": 2048.0,
    "avg_fsynctime": 1.5,
    "cnt_fsynctime": 4.0,
    "max_fsynctime": 12.0,
    "p99_fsynctime": 12.0,
    "cnt_snapshottime": 0.0,
    "avg_snapshottime": 0.0,
    "avg_latency": 0.25,
    "cnt_2_learner_handler_qp_size": 1.0,
    "from_the_future": 1e6,
}


def row(name: str) -> tuple[tuple[str, str], ...]:
    return next(one.values for one in rows(METRICS) if one.name == name)


def test_a_summary_is_one_row_with_all_that_is_told_of_it() -> None:
    assert row("fsynctime") == (("count", "4"), ("avg", "1.5 ms"), ("p99", "12 ms"), ("max", "12 ms"))


def test_of_nothing_no_statistics_are_made_up() -> None:
    assert row("snapshottime") == (("count", "0"),)


def test_a_plain_metric_that_looks_like_a_part_of_a_summary_stays_one() -> None:
    assert row("avg_latency") == (("", "0.25 ms"),)
    assert row("approximate_data_size") == (("", "2 KiB"),)


def test_what_nobody_explained_is_shown_as_it_is_and_last() -> None:
    assert row("from_the_future") == (("", "1,000,000"),)
    assert grouped(rows(METRICS))[-1] == (OTHER, [rows(METRICS)[-1]])


def test_rows_are_found_by_name_explanation_and_group() -> None:
    def found(wanted: str) -> list[str]:
        return [one.name for one in rows(METRICS) if one.has(wanted)]

    assert found("FSYNC") == ["fsynctime"]
    assert found("disk snapshot") == ["snapshottime"]
    assert found("learner handler") == ["2_learner_handler_qp_size"]
    assert found("server 2") == ["2_learner_handler_qp_size"]
    assert found("nothing of the kind") == []
    assert len(found("")) == len(rows(METRICS))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-1, "B", "–"),
        (-1, "ms", "–"),
        (math.nan, "", "–"),
        (math.inf, "ms", "–"),
        (0, "ms", "0 ms"),
        (0.0373, "ms", "0.04 ms"),
        (90_000, "ms", "1 min 30 s"),
        (1204, "", "1,204"),
        (0.3333333, "", "0.333"),
        (1536, "B", "1.5 KiB"),
    ],
)
def test_values_have_their_units(value: float, unit: str, text: str) -> None:
    assert value_in_words(value, unit) == text


def test_every_explanation_is_a_sentence_of_a_group() -> None:
    for name, meaning in MEANINGS.items():
        assert meaning.group in GROUPS, name
        assert meaning.text.endswith("."), name
        assert meaning.unit in ("", "ms", "B"), name
    assert meaning_of("nobody_knows") is None
