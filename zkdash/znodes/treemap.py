"""A treemap: rectangles whose areas are as large as numbers, near to squares. Bruls, Huizing, van Wijk: squarified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, and which number it is for."""

    index: int
    x: float
    y: float
    width: float
    height: float


def squarify(numbers: Sequence[float], width: float, height: float) -> list[Box]:
    """A box for each number above zero; `numbers` come largest first. They fill `width` x `height`."""
    wanted = [(index, number) for index, number in enumerate(numbers) if number > 0]
    total = sum(number for _, number in wanted)
    if not total:
        return []
    scale = width * height / total
    areas = [(index, number * scale) for index, number in wanted]
    boxes: list[Box] = []
    x = y = 0.0
    while areas:
        side = min(width, height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
            count += 1
        row, areas = areas[:count], areas[count:]
        depth = sum(area for _, area in row) / side if side else 0.0
        at = 0.0
        for index, area in row:
            length = area / depth if depth else 0.0
            if width >= height:
                boxes.append(Box(index, x, y + at, depth, length))
            else:
                boxes.append(Box(index, x + at, y, length, depth))
            at += length
        if width >= height:
            x, width = x + depth, max(0.0, width - depth)
        else:
            y, height = y + depth, max(0.0, height - depth)
    return boxes


def _worst(row: Sequence[tuple[int, float]], side: float) -> float:
    """The most oblong box that a row would have: 1 is a square."""
    total = sum(area for _, area in row)
    if not total or not side:
        return float("inf")
    depth = total / side
    return max(max(depth * depth / area, area / (depth * depth)) for _, area in row if area)
