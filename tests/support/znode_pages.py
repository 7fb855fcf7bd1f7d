"""Asking for znode pages and reading what they show; the names and data that they have to bear."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

from tests.support.http import Answer
from tests.support.zkdash_process import ZkDashProcess

ROOT = "/znodes-page"
HOSTILE = (
    "<script>document.title=1<",
    "<img src=x onerror=alert(1)>",
    "a%2Fb",
    "%",
    "%%2525",
    "a b",
    " both ends ",
    "?x=1&tab=acl",
    "#top",
    "'\"`",
    "a;b+c&d=e,f:g@h",
    "{{ 7*7 }}",
    "ключ-鍵",
    "rtl\u202etxt",
    "zero\u200bwidth",
    "...",
    "\\",
    "~",
    "x" * 3000,
)
SCRIPT = b"</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"


def page(zkdash: ZkDashProcess, path: str, status: int = 200, query: str = "", **headers: str) -> Answer:
    """The znode's page, asked for as a browser does that was given the link."""
    answer = zkdash.get(f"/clusters/up/znodes{quote(path)}{query}", **headers)
    assert answer.status == status, answer.text
    return answer


def shown_path(answer: Answer) -> str:
    found = re.search(r'id="node-shown" data-path="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


def links(answer: Answer, pattern: str = "") -> list[str]:
    """The addresses of all links to znodes that have `pattern` in them, in order, each once."""
    found = re.findall(r'href="(/clusters/up/znodes[^"]*)"', answer.text)
    return list(dict.fromkeys(html.unescape(href) for href in found if re.search(pattern, html.unescape(href))))


def value(answer: Answer) -> str:
    """What is shown of the data, as the browser's text."""
    found = re.search(r"<pre[^>]*>\n(.*)\n</span></pre>", answer.text, re.DOTALL)
    assert found
    marked = re.sub(r'<span class="unseen">(.*?)</span>', r"[\1]", found[1])
    return html.unescape(re.sub(r"<[^>]*>", "", marked))
