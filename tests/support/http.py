"""Plain HTTP, exactly as asked: no redirect followed, no path rewritten."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OUR_FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
"""The headers of a form that one of zkdash's own pages sends."""

MARK = re.compile(r"&#(37|44|45|46);")
"""What figures.py leaves in numbers; escaping never makes one of what somebody wrote."""


@dataclass(frozen=True)
class Answer:
    """What a server answered. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What was answered, with the marks in zkdash's own numbers read as the signs they are."""
        return MARK.sub(lambda found: chr(int(found[1])), self.body.decode())

    def json(self) -> Any:
        return json.loads(self.body)


def request(
    port: int,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    deadline_s: float = 10.0,
) -> Answer:
    """Ask 127.0.0.1:`port`; `path` goes on the wire as it is."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=deadline_s)
    try:
        link.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            link.putheader(name, value)
        if body is not None:
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        reply = link.getresponse()
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        link.close()
