"""What a znode's data is, and how a window of it is shown: as text, as pretty-printed JSON or as a hex dump."""

from __future__ import annotations

import base64
import enum
import re
from dataclasses import dataclass

from zkdash.znodes.marks import Piece, pieces
from zkdash.znodes.pretty import is_json, pretty

TEXT_WINDOW = 256 * 1024
HEX_WINDOW = 64 * 1024
HEX_ROW = 16
CONTROLS_ALLOWED = 0.1
"""The share of control characters up to which data is taken for text."""

_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f]+")
_PRINTABLE = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))


class Kind(enum.StrEnum):
    """What the data is."""

    NOTHING = "no value"
    EMPTY = "empty value"
    TEXT = "text"
    JSON = "JSON"
    BINARY = "binary"


class View(enum.StrEnum):
    """How data is shown, as the URL spells it."""

    PRETTY = "pretty"
    RAW = "raw"
    HEX = "hex"


@dataclass(frozen=True, slots=True)
class Window:
    """The part shown: from `start` up to `end` of `total`, in `unit`s. `next` and `previous` are starts or None."""

    start: int
    end: int
    total: int
    unit: str
    next: int | None
    previous: int | None

    @property
    def whole(self) -> bool:
        """Whether that is all."""
        return self.start == 0 and self.end >= self.total


@dataclass(frozen=True, slots=True)
class Shown:
    """Data made ready for the page; `views` are the possible ways to show it, `view` the one taken."""

    kind: Kind
    size: int
    view: View
    views: tuple[View, ...]
    pieces: tuple[Piece, ...]
    window: Window
    note: str = ""


def show(data: bytes | None, view: View | None = None, offset: int = 0) -> Shown:
    """The window at `offset` (bytes; characters when pretty-printed) of the data, in `view` or the fitting one."""
    kind = kind_of(data)
    data = data or b""
    views = (View.PRETTY, View.RAW, View.HEX) if kind is Kind.JSON else (View.RAW, View.HEX)
    note = ""
    if view is None or view not in views:
        view = View.HEX if kind is Kind.BINARY else views[0]
    if view is View.PRETTY:
        text = pretty(data.decode())
        if text is not None:
            return Shown(kind, len(data), view, views, *_pretty_window(text, offset))
        view, note = View.RAW, "Too long to be pretty-printed here, so it is shown as it is stored."
    window = _hex_window if view is View.HEX else _text_window
    return Shown(kind, len(data), view, views, *window(data, offset), note=note)


def kind_of(data: bytes | None) -> Kind:
    """What the data looks like. Text is UTF-8 without null characters and with few control characters."""
    if data is None:
        return Kind.NOTHING
    if not data:
        return Kind.EMPTY
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Kind.BINARY
    if "\0" in text or len(text) - len(_CONTROLS.sub("", text)) > CONTROLS_ALLOWED * len(text):
        return Kind.BINARY
    return Kind.JSON if is_json(text) else Kind.TEXT


def for_json(data: bytes | None) -> tuple[str | None, str | None]:
    """The data and its encoding as the API gives them: UTF-8 as it is, else base64; (None, None) for no value."""
    if data is None:
        return None, None
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), "base64"


def _pretty_window(text: str, offset: int) -> tuple[tuple[Piece, ...], Window]:
    start = _within(offset, len(text), TEXT_WINDOW)
    shown, covered = pieces(text[start : start + TEXT_WINDOW])
    return shown, _window(start, start + covered, len(text), "character", TEXT_WINDOW)


def _text_window(data: bytes, offset: int) -> tuple[tuple[Piece, ...], Window]:
    start = _char_start(data, _within(offset, len(data), TEXT_WINDOW))
    end = _char_start(data, min(start + TEXT_WINDOW, len(data)))
    text = data[start:end].decode(errors="surrogateescape")
    shown, covered = pieces(text)
    if covered < len(text):
        end = start + len(text[:covered].encode(errors="surrogateescape"))
    return shown, _window(start, end, len(data), "byte", TEXT_WINDOW)


def _hex_window(data: bytes, offset: int) -> tuple[tuple[Piece, ...], Window]:
    start = _within(offset, len(data), HEX_WINDOW) // HEX_ROW * HEX_ROW
    end = min(start + HEX_WINDOW, len(data))
    rows = "\n".join(_hex_row(at, data[at : at + HEX_ROW]) for at in range(start, end, HEX_ROW))
    return (Piece(rows),) if rows else (), _window(start, end, len(data), "byte", HEX_WINDOW)


def _hex_row(offset: int, row: bytes) -> str:
    left, right = row[: HEX_ROW // 2].hex(" "), row[HEX_ROW // 2 :].hex(" ")
    return f"{offset:08x}  {left:<23}  {right:<23}  |{row.translate(_PRINTABLE).decode('ascii')}|"


def _within(offset: int, total: int, size: int) -> int:
    """The offset, or the start of the last window where it lies beyond the end."""
    return offset if offset < total or offset == 0 else max(0, (total - 1) // size * size)


def _char_start(data: bytes, at: int) -> int:
    """The nearest position at or up to three bytes before `at` where a UTF-8 character begins."""
    for back in range(4):
        position = at - back
        if position <= 0 or position >= len(data) or data[position] & 0xC0 != 0x80:
            return max(position, 0)
    return at


def _window(start: int, end: int, total: int, unit: str, size: int) -> Window:
    return Window(
        start=start,
        end=end,
        total=total,
        unit=unit,
        next=end if end < total else None,
        previous=max(0, start - size) if start else None,
    )
