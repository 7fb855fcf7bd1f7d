"""What a page of 1,000 rows costs, way by way: rendered when somebody asks, or rendered when it changes and kept.

Jinja as zkdash sets it up, with a row like that of its tables; JSON of the same by the standard library and by orjson.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

import orjson
from jinja2 import Environment, StrictUndefined

from bench import report
from zkdash.web.encodings import GZIP, ZSTD, packed

ROWS = 1_000
TIMES = 10
"""How often a quick way is done within one measurement."""
UNITS = {"CPU": "ms", "size": "KiB"}
ROW = (
    '<tr id="row-{{ row.name }}"><td><a href="/clusters/{{ row.name }}">{{ row.label }}</a></td>'
    "<td>{{ row.state }}</td><td>{{ row.server }}</td><td>{{ row.session }}</td>"
    "<td>{{ row.since }}</td><td>{{ row.note }}</td></tr>\n"
)
PAGE = "<table>{% for row in rows %}" + ROW + "{% endfor %}</table>"
LIMIT = "rows kept, joined"


def data() -> list[dict[str, object]]:
    return [
        {
            "name": f"cluster-{number}",
            "label": f"Cluster <{number}> & more",
            "state": "CONNECTED",
            "server": f"10.0.{number // 250}.{number % 250}:2181",
            "session": f"0x{number:016x}",
            "since": 1_750_000_000_000 + number,
            "note": "The session lives on as long as a server answers.",
        }
        for number in range(ROWS)
    ]


def ways() -> dict[str, Callable[[], bytes]]:
    """Each gives the bytes that are sent."""
    rows = data()
    escaping, plain = (Environment(autoescape=yes, undefined=StrictUndefined) for yes in (True, False))  # noqa: S701 - the second only to see what escaping costs
    page, unescaped, one = escaping.from_string(PAGE), plain.from_string(PAGE), escaping.from_string(ROW)
    kept = [one.render(row=row) for row in rows]
    whole = page.render(rows=rows).encode()
    return {
        "rendered with autoescape": lambda: page.render(rows=rows).encode(),
        "rendered without (not allowed)": lambda: unescaped.render(rows=rows).encode(),
        "50 rows of it": lambda: page.render(rows=rows[:50]).encode(),
        "one row rendered, the others kept": lambda: "".join([one.render(row=rows[0]), *kept[1:]]).encode(),
        LIMIT: lambda: "".join(kept).encode(),
        "gzip of the page": lambda: packed(whole, GZIP),
        "Zstandard of the page": lambda: packed(whole, ZSTD),
        "JSON, standard library": lambda: json.dumps(rows).encode(),
        "JSON, orjson": lambda: orjson.dumps(rows),
    }


def measure(way: Callable[[], bytes]) -> dict[str, float]:
    began = time.process_time()
    for _ in range(TIMES):
        sent = way()
    return {"CPU": 1000 * (time.process_time() - began) / TIMES, "size": len(sent) / 1024}


def main() -> None:
    options, title = report.arguments("rendering"), f"A page of {ROWS:,} rows"
    if not report.known(title):
        contenders = {name: partial(measure, way) for name, way in ways().items()}
        report.table(title, report.rounds(title, contenders, options.runs), UNITS, limit=LIMIT)


if __name__ == "__main__":
    main()
