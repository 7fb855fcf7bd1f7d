"""What the benchmarks say of what they measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import plots, report
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


def test_a_curve_goes_through_the_medians_and_the_newest_counts(results: Path) -> None:
    measured(100)
    measured(10, {"zkdash": [{"p99": 100.0}]})
    measured(10)
    assert plots.curves(report.read(results)) == {
        "viewers": {
            "p99": {
                "zkdash": [(10, 4.0, 2.0, 9.0), (100, 4.0, 2.0, 9.0)],
                "limit": [(10, 2.0, 2.0, 3.0), (100, 2.0, 2.0, 3.0)],
            }
        }
    }


def test_a_curve_has_a_file_name_of_its_own() -> None:
    assert plots.file_name("viewers, DOM") == "viewers--dom.svg"
