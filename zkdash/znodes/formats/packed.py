"""Opening whatever is packed, also inside each other: the page and the search look into the same."""

from __future__ import annotations

import re

from zkdash.znodes.formats.model import LIMITS, End, Limits, Opened, Unpacked
from zkdash.znodes.formats.registry import PACKINGS

END_NOTES = {
    End.LIMIT: "opened up to {size:,} bytes, and there is more",
    End.CUT: "cut off, opened as far as it goes",
    End.DAMAGED: "damaged, opened as far as it goes",
    End.MORE: "something else comes after it, which is not shown",
}
_BEGINS = re.compile(b"|".join(b"(?:" + packing.begins + b")" for packing in PACKINGS), re.DOTALL)


def may_be_packed(data: bytes) -> bool:
    """Whether the data begins as something packed would: quick, and never wrong where it says no."""
    return _BEGINS.match(data) is not None


def open_packings(data: bytes, limits: Limits = LIMITS) -> tuple[tuple[Opened, ...], bytes, str]:
    """The packings that were opened, what was inside, and what to know about that."""
    opened: list[Opened] = []
    notes: list[str] = []
    for _ in range(limits.opened_depth):
        name, unpacked = _unpack(data, limits)
        if unpacked is None:
            return tuple(opened), data, " ".join(notes)
        if not unpacked.data and unpacked.end is not End.WHOLE:
            notes.append(f"It begins like {name}, but nothing of it can be opened.")
            return tuple(opened), data, " ".join(notes)
        data = unpacked.data
        opened.append(Opened(name, len(data), unpacked.end))
        if unpacked.end is not End.WHOLE:
            notes.append(f"The {name} is {END_NOTES[unpacked.end].format(size=len(data))}.")
    if _unpack(data, limits)[1] is not None:
        notes.append(f"What is inside is packed again: zkdash opens {limits.opened_depth} packings, one in another.")
    return tuple(opened), data, " ".join(notes)


def _unpack(data: bytes, limits: Limits) -> tuple[str, Unpacked | None]:
    if not may_be_packed(data):
        return "", None
    for packing in PACKINGS:
        unpacked = packing.open(data, limits)
        if unpacked is not None:
            return packing.name, unpacked
    return "", None
