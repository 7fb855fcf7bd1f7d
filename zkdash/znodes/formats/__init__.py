"""What a znode's data is: opened where it is packed, recognised, and made ready to be shown.

A packing or a format is one small file, and one line in registry.py. All are pure functions within Limits.
"""

from zkdash.znodes.formats.model import LIMITS, Body, Dump, Fact, Facts, Limits, Lines, Reading, Recognised
from zkdash.znodes.formats.packed import may_be_packed, open_packings
from zkdash.znodes.formats.recognise import STORED, body, recognise, recognise_async

__all__ = [
    "LIMITS",
    "STORED",
    "Body",
    "Dump",
    "Fact",
    "Facts",
    "Limits",
    "Lines",
    "Reading",
    "Recognised",
    "body",
    "may_be_packed",
    "open_packings",
    "recognise",
    "recognise_async",
]
