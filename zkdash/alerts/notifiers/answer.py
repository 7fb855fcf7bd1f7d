"""What came of a try to tell somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: `error` is empty if the receiver has taken the message, else it says in plain words why not.

    `status` is an HTTP status or an exit code, None if there was none; `retry_after_s` is how long the receiver asks to
    be left alone. `permanent`: trying again will hardly help before somebody changes something. `request` and
    `response` are excerpts without secrets, at most 2 KB each. `note` is what a person should know of a message that
    was taken all the same.
    """

    status: int | None = None
    error: str = ""
    retry_after_s: float | None = None
    permanent: bool = False
    request: str = ""
    response: str = ""
    note: str = ""
