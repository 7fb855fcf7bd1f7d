"""Links that share a view, made as the form makes them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.support.http import OUR_FORM, request


def share(port: int, of: str, *, cookie: str = "", **fields: str) -> str:
    """Make a link to a page of the zkdash on this port, as who has the cookie; gives its path."""
    form = urlencode({"of": of, "title": "What I see", "lasts": "7d", "kind": "live"} | fields)
    made = request(
        port, "POST", "/shares", headers=OUR_FORM | ({"Cookie": cookie} if cookie else {}), body=form.encode()
    )
    found = re.search(r'value="http://[^"]*(/s/[\w-]{43})"', made.text)
    assert found is not None, made.text
    return found[1]
