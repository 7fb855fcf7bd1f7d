"""docs/security.md answers every requirement once, and the tests that it names are there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
# Of ASVS 4.0.3: how many requirements each section has, and those that are of level 3 alone, or no more.
SECTIONS = {
    "1.1": 7, "1.2": 4, "1.4": 5, "1.5": 4, "1.6": 4, "1.7": 2, "1.8": 2, "1.9": 2, "1.10": 1, "1.11": 3, "1.12": 2,
    "1.14": 6, "2.1": 12, "2.2": 7, "2.3": 3, "2.4": 6, "2.5": 7, "2.6": 3, "2.7": 6, "2.8": 7, "2.9": 3, "2.10": 4,
    "3.1": 1, "3.2": 4, "3.3": 4, "3.4": 5, "3.5": 3, "3.6": 2, "3.7": 1, "4.1": 5, "4.2": 2, "4.3": 3, "5.1": 5,
    "5.2": 8, "5.3": 10, "5.4": 3, "5.5": 4, "6.1": 3, "6.2": 8, "6.3": 3, "6.4": 2, "7.1": 4, "7.2": 2, "7.3": 4,
    "7.4": 3, "8.1": 6, "8.2": 3, "8.3": 8, "9.1": 3, "9.2": 5, "10.1": 1, "10.2": 6, "10.3": 3, "11.1": 8, "12.1": 3,
    "12.2": 1, "12.3": 6, "12.4": 2, "12.5": 2, "12.6": 1, "13.1": 5, "13.2": 6, "13.3": 2, "13.4": 2, "14.1": 5,
    "14.2": 6, "14.3": 3, "14.4": 7, "14.5": 4,
}  # fmt: skip
LEFT_OUT = frozenset(
    {"1.4.2", "1.4.3", "1.11.3", "1.12.1", "2.2.4", "2.2.5", "2.2.6", "2.2.7", "3.6.1", "3.6.2", "4.1.4", "6.2.7"}
    | {"6.2.8", "6.3.3", "7.3.2", "8.1.5", "8.1.6", "9.2.5", "10.1.1", "10.2.3", "10.2.4", "10.2.5", "10.2.6"}
    | {"13.1.2", "13.2.4", "14.1.5", "14.3.1"}
)


def test_every_requirement_of_level_2_is_answered_once() -> None:
    asked = {f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)} - LEFT_OUT
    answered = Counter(
        number
        for line in re.findall(r"^\| ([0-9., ]+) \|", TEXT, re.MULTILINE)
        for number in line.replace(" ", "").split(",")
    )
    assert sorted(asked - set(answered)) == []
    assert sorted(set(answered) - asked) == []
    assert [number for number, times in answered.items() if times > 1] == []


def test_the_tests_that_it_names_are_there() -> None:
    files = set(re.findall(r"`((?:\w+/)?test_\w+\.py)`", TEXT))
    assert [name for name in sorted(files) if not (ROOT / "tests" / name).is_file()] == []
    every = "".join((ROOT / "tests" / name).read_text() for name in files)
    assert [name for name in re.findall(r"`(test_\w+)`", TEXT) if f"def {name}(" not in every] == []
