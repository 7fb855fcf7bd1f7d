"""Loggers that take asab's `struct_data`, with their types told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol, cast

import asab.log  # every logger made after this import is asab's, which knows struct_data

NOTICE: int = asab.log.LOG_NOTICE
"""What the person who runs zkdash wants to read though nothing is wrong."""


class Logger(Protocol):
    """The part of asab's logger that zkdash uses."""

    def log(self, level: int, msg: str, *, struct_data: Mapping[str, object] | None = None) -> None: ...

    def debug(self, msg: str, *, struct_data: Mapping[str, object] | None = None) -> None: ...

    def info(self, msg: str, *, struct_data: Mapping[str, object] | None = None) -> None: ...

    def warning(self, msg: str, *, struct_data: Mapping[str, object] | None = None, exc_info: bool = False) -> None: ...

    def error(self, msg: str, *, struct_data: Mapping[str, object] | None = None, exc_info: bool = False) -> None: ...

    def exception(self, msg: str, *, struct_data: Mapping[str, object] | None = None) -> None: ...


def get_logger(name: str) -> Logger:
    """The logger of a module."""
    return cast(Logger, logging.getLogger(name))
