"""Examples of what znodes hold, and what is shown of it."""

from __future__ import annotations

from pathlib import Path

from zkdash.znodes.formats import Lines, Recognised, body, recognise

JAVA = dict(
    line.split()
    for line in Path(__file__).parents[1].joinpath("data").joinpath("java_serialised.txt").read_text().splitlines()[1:]
)
HBASE = b"\xff\x00\x00\x00\x14master:1600012345678PBUF\x0a\x0d\x0a\x04host\x10\x80\x7d\x18\xff\xff\x01"


def text_of(data: bytes, view: str = "") -> str:
    recognised = recognise(data)
    shown = body(recognised, view or recognised.best.view)
    assert isinstance(shown, Lines)
    return shown.text


def views(recognised: Recognised) -> list[str]:
    return [reading.view for reading in recognised.readings]
