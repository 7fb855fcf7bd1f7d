"""What the benchmarks say of what they measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import __main__ as command
from bench import plots, report
from bench.curves import CURVES, Bound, Panel
from bench.report import Curve

RUNS = {"zkdash": [{"p99": 4.0}, {"p99": 2.0}, {"p99": 9.0}], "limit": [{"p99": 2.0}, {"p99": 2.0}, {"p99": 3.0}]}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(report.RESULTS, str(tmp_path / "results.jsonl"))
    return tmp_path / "results.jsonl"


def measured(at: float, runs: dict[str, list[dict[str, float]]] = RUNS) -> None:
    report.table(f"{at:g} viewers", runs, {"p99": "ms"}, limit="limit", curve=Curve("viewers", at, ("p99",)))


def test_a_table_has_medians_and_ratios_run_by_run(capsys: pytest.CaptureFixture[str]) -> None:
    measured(10)
    said = capsys.readouterr().out
    assert "| zkdash | 4 (2-9) |" in said
    assert "| zkdash: times limit | 2 |" in said


def test_what_was_measured_is_known_when_a_run_goes_on(results: Path) -> None:
    assert not report.known("10 viewers")
    measured(10)
    assert report.known("10 viewers")
    assert not report.known("100 viewers")
    assert {line["machine"]["cores"] for line in report.read(results)} == {report.machine()["cores"]}


def test_nothing_is_kept_where_nobody_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(report.RESULTS, raising=False)
    measured(10)
    assert not report.known("10 viewers")


class Fake:
    """A benchmark of two contenders that is stopped when it has measured so often."""

    def __init__(self, stopped_after: int | None = None) -> None:
        self.measured: list[str] = []
        self._stopped_after = stopped_after

    def main(self) -> None:
        options = report.arguments("fake")
        if not report.known("fake"):
            contenders = {name: self._of(name) for name in ("zkdash", "limit")}
            report.table("fake", report.rounds("fake", contenders, options.runs), {"wall": "s"})

    def _of(self, name: str) -> Callable[[], dict[str, float]]:
        def measure() -> dict[str, float]:
            if len(self.measured) == self._stopped_after:
                raise KeyboardInterrupt
            self.measured.append(name)
            return {"wall": float(len(self.measured))}

        return measure


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fake], int]:
    """Runs a fake benchmark as `python -m bench` does."""

    def run(fake: Fake) -> int:
        monkeypatch.setattr(command, "benchmarks", lambda: ["fake"])
        monkeypatch.setitem(sys.modules, "bench.fake", SimpleNamespace(main=fake.main))
        monkeypatch.setattr(sys, "argv", ["bench", "--results", str(tmp_path / "kept.jsonl"), "--runs", "2"])
        monkeypatch.setenv(report.RESULTS, "")  # what the command sets there is forgotten after the test
        return command.main()

    return run


def test_a_round_to_warm_up_then_each_contender_by_turns(run: Callable[[Fake], int]) -> None:
    fake = Fake()
    assert run(fake) == 0
    assert fake.measured == ["zkdash", "limit"] * 3


def test_a_run_says_how_far_it_is(run: Callable[[Fake], int], capsys: pytest.CaptureFixture[str]) -> None:
    run(Fake())
    said = capsys.readouterr().err.splitlines()
    assert said[:3] == ["[1 of 1] fake", "fake, warm-up: zkdash", "fake, warm-up: limit"]
    assert said[3:7] == [f"fake, run {number} of 2: {name}" for number in (1, 2) for name in ("zkdash", "limit")]


def test_a_run_that_was_stopped_goes_on_after_its_last_whole_round(run: Callable[[Fake], int], tmp_path: Path) -> None:
    assert run(Fake(stopped_after=5)) == command.STOPPED
    assert report.read(tmp_path / "kept.jsonl") == []
    again = Fake()
    assert run(again) == 0
    assert again.measured == ["zkdash", "limit"] * 2, "a warm-up and the second round"
    (zkdash, limit) = report.read(tmp_path / "kept.jsonl")
    assert zkdash["runs"] == [{"wall": 3.0}, {"wall": 3.0}]
    assert limit["runs"] == [{"wall": 4.0}, {"wall": 4.0}]


def test_what_was_measured_is_not_measured_again(run: Callable[[Fake], int]) -> None:
    run(Fake())
    again = Fake()
    assert run(again) == 0
    assert again.measured == []


def test_each_result_says_what_it_was_measured_on(run: Callable[[Fake], int], tmp_path: Path) -> None:
    run(Fake())
    for line in report.read(tmp_path / "kept.jsonl"):
        assert set(line["machine"]) >= {"commit", "CPU", "cores", "memory", "Python", "ZooKeeper", "aiohttp", "kazoo"}


def test_a_curve_goes_through_the_medians_and_the_newest_counts(results: Path) -> None:
    measured(100)
    measured(10, {"zkdash": [{"p99": 100.0}]})
    measured(10)
    assert plots.points(report.read(results), "viewers", Panel("p99", "p99, ms")) == {
        "zkdash": [(10, 4.0, 2.0, 9.0), (100, 4.0, 2.0, 9.0)],
        "limit": [(10, 2.0, 2.0, 3.0), (100, 2.0, 2.0, 3.0)],
    }


def test_a_panel_shows_only_those_that_it_is_about(results: Path) -> None:
    measured(10)
    panel = Panel("p99", "p99, ms", only=("limit",))
    assert list(plots.points(report.read(results), "viewers", panel)) == ["limit"]


LINES = {"limit": [(1.0, 3.0, 3.0, 3.0), (100.0, 5.0, 4.0, 6.0)]}


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (Bound(), []),
        (Bound(everywhere=6), [([1, 100], [6, 6])]),
        (Bound(times=2, of="limit"), [([1, 100], [6, 10])]),
        (Bound(times=2, of="nobody"), []),
        (Bound(at={1000: 7}), []),
    ],
    ids=["none", "everywhere", "so many times the limit", "of one that was not measured", "where nothing was measured"],
)
def test_a_floor_is_a_line(bound: Bound, expected: list[tuple[list[float], list[float]]]) -> None:
    assert plots.bound_lines(bound, LINES, [1, 100]) == expected


def test_a_floor_at_one_place_is_a_short_line_around_it() -> None:
    [((left, right), heights)] = plots.bound_lines(Bound(at={10: 7}), LINES, [1, 100])
    assert left < 10 < right
    assert heights == [7, 7]


def test_curves_have_file_names_of_their_own() -> None:
    assert plots.file_name("viewers, DOM") == "viewers-dom.svg"
    assert len({plots.file_name(curve.name) for curve in CURVES}) == len(CURVES)


def test_each_curve_is_measured_by_a_benchmark() -> None:
    assert {curve.bench for curve in CURVES} <= set(command.benchmarks())


def test_an_svg_is_tidied() -> None:
    made = '<svg>\n <!-- made by x -->\n  <metadata>\n  today\n  </metadata>\n <path d="M 1.23456 7.1"/>\n</svg>'
    assert plots.tidy(made) == '<svg>\n<path d="M 1.23 7.1"/>\n</svg>\n'
