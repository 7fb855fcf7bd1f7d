"""A znode's data as the API gives it. What the page shows of it is told by `formats` and `shown`."""

from __future__ import annotations

import base64


def for_json(data: bytes | None) -> tuple[str | None, str | None]:
    """The data and its encoding as the API gives them: UTF-8 as it is, else base64; (None, None) for no value."""
    if data is None:
        return None, None
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), "base64"
