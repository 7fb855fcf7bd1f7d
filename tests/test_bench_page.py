"""What docs/performance.md says was measured, and what was promised."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as command
from bench import loads, page, profile, report
from bench.curves import CURVES
from bench.rows import Bound, Row, find, read_rows, verdict

ROWS = read_rows()
MACHINE = {"commit": "abc", "cores": "2"}


def line(contender: str, *runs: dict[str, float], bench: str = "t", **more: Any) -> dict[str, Any]:
    return {"bench": bench, "contender": contender, "runs": list(runs), "units": {"wall": "s"}, "machine": MACHINE} | {
        "load": 1.0,
        **more,
    }


RESULTS = [line("zkdash", {"wall": 2.0}, {"wall": 3.0}, {"wall": 10.0}), line("peer", {"wall": 1.0}, {"wall": 2.0})]


def row(**more: Any) -> Row:
    return Row("Area", "a promise", "viewers", "t", "wall", "s", **more)


def test_each_promise_is_measured_by_a_script_that_is_there() -> None:
    assert {one.bench for one in ROWS} <= set(command.benchmarks())
    assert all(importlib.util.find_spec(f"bench.{one.bench}") for one in ROWS)


def test_each_promise_is_said_once() -> None:
    assert [what for what, count in Counter(one.what for one in ROWS).items() if count > 1] == []


def test_a_promise_without_a_bound_is_there_to_compare_with() -> None:
    assert [one.what for one in ROWS if not (one.floor or one.goal or one.beside)] == []


def test_each_benchmark_is_of_a_promise_or_a_curve() -> None:
    told = {one.bench for one in ROWS} | {curve.bench for curve in CURVES} | {"kills", "recognise"}
    assert set(command.benchmarks()) == told


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (row(floor=Bound(5), goal=Bound(3)), "goal"),
        (row(floor=Bound(5), goal=Bound(2.9)), "floor"),
        (row(floor=Bound(2.9), goal=Bound(1)), "missed"),
        (row(floor=Bound(5), goal=Bound(3), worst=True), "missed"),
        (row(floor=Bound(2, "peer"), goal=Bound(1.5, "peer")), "floor"),
        (row(floor=Bound(2, "who was not measured")), "missed"),
        (row(goal=Bound(1)), "missed"),
        (row(), ""),
    ],
    ids=["goal", "floor", "missed", "the worst counts", "ratio", "no peer", "only a goal", "no bound"],
)
def test_how_far_a_promise_is_kept(one: Row, expected: str) -> None:
    assert verdict(one, find(one, RESULTS)) == expected


def test_what_was_not_measured_is_not_kept() -> None:
    assert verdict(row(floor=Bound(1)), find(row(), [])) == "not measured"


def test_of_what_was_measured_twice_the_newest_is_told() -> None:
    newer = line("zkdash", {"wall": 1.0})
    assert page.newest([*RESULTS, newer]) == [newer, RESULTS[1]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.04213, "0.0421"), (1.0, "1"), (12.34, "12.3"), (99.96, "100"), (1234.5, "1,230"), (0, "0")],
    ids=["small", "one", "two digits", "rounded up", "thousands", "nothing"],
)
def test_numbers_have_three_digits_that_count(value: float, expected: str) -> None:
    assert page.number(value) == expected


def test_a_page_is_filled_between_its_marks_and_left_alone_elsewhere() -> None:
    text = "# Title\n\n<!-- bench: table t -->\nold\n<!-- end -->\n\nProse.\n"
    filled = page.filled(text, RESULTS, {})
    assert filled == (
        "# Title\n\n<!-- bench: table t -->\n\n| t | wall, s |\n| --- | --- |\n"
        "| **zkdash** | 3 (2–10) |\n| peer | 1.50 (1–2) |\n\n<!-- end -->\n\nProse.\n"
    )
    assert page.filled(filled, RESULTS, {}) == filled


def test_a_curves_table_has_ratios_and_says_where_there_were_fewer_runs() -> None:
    curve = {"name": "viewers", "at": 1000}
    runs = [{"p99": float(number)} for number in range(2, 7)]
    results = [line("zkdash", *runs, curve=curve), line("bare aiohttp", {"p99": 1.0}, curve=curve)]
    said = page.of_curve("viewers", results)
    assert "![One change to many viewers](performance/viewers.svg)" in said
    assert "| 1,000 | **zkdash** | 4 (2–6) · 2× | – | – |" in said
    assert "| 1,000 | bare aiohttp (1 run) | 1 | – | – |" in said


def test_the_page_is_filled_with_the_results_beside_it() -> None:
    folder = page.PAGE.with_suffix("")
    profiles = json.loads((folder / page.PROFILES).read_text())
    text = page.PAGE.read_text()
    assert page.filled(text, report.read(folder / page.RESULTS), profiles) == text, "python -m bench.page"


def test_the_page_has_every_curve_and_every_profile() -> None:
    kinds = {(found[2], found[3]) for found in page.BLOCK.finditer(page.PAGE.read_text())}
    assert {("curve", curve.name) for curve in CURVES} <= kinds
    assert {("profile", name) for name in loads.LOADS} <= kinds


def test_results_are_published_beside_those_that_were_not_measured_again(tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text("".join(json.dumps(one) + "\n" for one in RESULTS))
    page.publish(tmp_path / "kept.jsonl", tmp_path / "out")
    (tmp_path / "kept.jsonl").write_text(json.dumps(line("zkdash", {"wall": 1.0})) + "\n")
    page.publish(tmp_path / "kept.jsonl", tmp_path / "out")
    kept = report.read(tmp_path / "out" / page.RESULTS)
    assert [(one["contender"], len(one["runs"])) for one in kept] == [("zkdash", 1), ("peer", 2)]


RAW = """\
_bootstrap (threading.py:1002);run (threading.py:982);_worker (concurrent/futures/thread.py:81) 50
main (zkdash/__main__.py:3);_write (zkdash/web/live.py:120);write (asyncio/selector_events.py:900) 30
main (zkdash/__main__.py:3);render (zkdash/web/render.py:10);root (jinja2/environment.py:5);escape (html.py:1) 15
main (zkdash/__main__.py:3);_run_once (asyncio/base_events.py:1) 5
"""


def test_a_profile_leaves_out_who_waits() -> None:
    assert profile.stacks(RAW).total() == 50


def test_time_in_pythons_own_library_is_that_of_who_called_it() -> None:
    assert profile.shares(profile.by_library(profile.stacks(RAW)), 9) == {
        "zkdash/web": 60,
        "jinja2": 30,
        "zkdash/__main__": 10,
    }


def test_a_function_has_what_it_lets_others_do() -> None:
    shares = profile.shares(profile.by_function(profile.stacks(RAW)), 2)
    assert shares == {"web/live.py: _write": 60, "web/render.py: render": 30}
