"""The rows of a table of children. A template would take three times as long for the 200 of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from zkdash.web.figures import number
from zkdash.web.filters import name, time
from zkdash.znodes import paths
from zkdash.znodes.kinds import Look

_count = lru_cache(4096)(number)
"""Of whole numbers, which come again and again."""
UNKNOWN = '<td class="table__number">–</td>' * 4


def child_rows(below: str, names: Iterable[str], looks: Mapping[str, Look]) -> Markup:
    """A row for each name: the way to it, what it is, and its figures, "–" for what is not known.

    `below` is the address of their parent, without a slash at its end.
    """
    link = escape(below)
    return Markup("\n".join(_row(link, child, looks[child]) for child in names))  # noqa: S704 - each part is escaped


def _row(below: Markup, child: str, look: Look) -> str:
    link = f'<a href="{below}/{escape(paths.to_url(child))}" data-step>{name(child)}</a>'
    return f'<tr><th scope="row" class="mono">{link}</th><td>{_kind(look.marks)}</td>{_figures(look)}</tr>'


def _figures(look: Look) -> str:
    stat = look.stat
    if stat is None:
        return UNKNOWN
    modified = time(stat.mtime or None)  # ZooKeeper's own znodes have no time: 0
    created = modified if stat.ctime == stat.mtime else time(stat.ctime or None)
    cells = (_count(stat.numChildren), f"{_count(stat.dataLength)} B", modified, created)
    return "".join(f'<td class="table__number">{cell}</td>' for cell in cells)


def _kind(marks: tuple[str, ...]) -> str:
    return f'<span aria-hidden="true">{mark_icons(marks)}</span>{", ".join(marks)}' if marks else ""


@lru_cache(64)
def mark_icons(marks: tuple[str, ...]) -> Markup:
    """The icons of a znode (`Look.marks`), in a table and in the tree."""
    icons = (
        f'<span class="mark mark--{mark.lower()}" title="{mark}"><span class="visually-hidden">{mark}</span></span>'
        for mark in marks
    )
    return Markup("".join(icons))  # noqa: S704 - zkdash's own few words
