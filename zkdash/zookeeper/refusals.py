"""Why a server gives no answer to a command."""

from __future__ import annotations

import enum


class Trouble(enum.StrEnum):
    """What kind of refusal it is."""

    NOT_ALLOWED = "not allowed"
    NO_ADMIN_SERVER = "no AdminServer"
    FOREIGN_ADMIN_SERVER = "another server's AdminServer"
    NOT_SERVING = "not serving"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    TOO_LARGE = "too large"
    NONSENSE = "nonsense"


class NotAnswered(Exception):
    """One way to ask has failed; `reason` is in words, as part of a sentence about the server."""

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason


def too_large(limit_bytes: int) -> NotAnswered:
    return NotAnswered(Trouble.TOO_LARGE, f"its answer has more than {limit_bytes // (1024 * 1024)} MiB")


def unreachable(error: OSError) -> NotAnswered:
    """What the system says, in plain words."""
    match error:
        case ConnectionRefusedError():
            words = "connection refused"
        case ConnectionResetError() | BrokenPipeError():
            words = "it broke the connection off"
        case _:
            words = (error.strerror or str(error) or type(error).__name__).lower()
    return NotAnswered(Trouble.UNREACHABLE, words)
