"""The sections that asab reads itself: checked here, so that asab need not end the process with a stack trace."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import asab
import asab.config

from . import values
from .ini import Document
from .model import Config
from .reader import Reader

SECTIONS = (
    "general", "logging", "logging:console", "logging:file", "logging:syslog", "housekeeping", "asab:metrics",
    "asab:proactor",
)  # fmt: skip
LEVELS = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL")
BIG = 10**12


def asab_options(document: Document) -> tuple[tuple[str, str, str], ...]:
    """What is said in asab's sections, as (section, key, value)."""
    found = []
    for section in SECTIONS:
        for key in document.values.get(section, {}):
            if check := _CHECKS.get((section, key)):
                value = Reader(document, section).read(key, check)
            else:
                value = document.values[section][key]
            if value is not None:
                found.append((section, key, str(value)))
    return tuple(found)


def hand_over(config: Config, *, verbose: bool = False) -> None:
    """Tell asab what is meant for it. Call it before asab.Application is made, which then reads no file itself."""
    asab.config.ConfigParser._default_values["general"]["config_file"] = ""
    told: dict[str, dict[str, str]] = {}
    for section, key, value in config.asab:
        told.setdefault(section, {})[key] = value.replace("$", "$$")
    if verbose:
        told.setdefault("logging", {})["verbose"] = "yes"
    asab.Config.read_dict(told)


def _time_of_day(text: str) -> str:
    if not re.fullmatch("([01]?[0-9]|2[0-3]):[0-5]?[0-9]", text):
        raise ValueError("write a time of the day, such as 03:00")
    return text


def _level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise ValueError(f"write one of {', '.join(LEVELS)}")
    return text.upper()


def _levels(text: str) -> str:
    for line in filter(None, map(str.strip, text.split("\n"))):
        logger, _, level = line.partition(" ")
        if not logger or level.upper() not in LEVELS:
            raise ValueError(f"write on each line a logger and one of {', '.join(LEVELS)}")
    return text


def _format(text: str) -> str:
    try:
        logging.Formatter(text)
    except ValueError:
        raise ValueError("write a format of Python's logging, such as %(asctime)s %(levelname)s %(message)s") from None
    return text


def _log_file(text: str) -> str:
    """An absolute path, since asab fails at a name without a folder."""
    if not text:
        return ""
    path = Path(text).absolute()
    folder = next((folder for folder in path.parents if folder.exists()), path)
    if not folder.is_dir() or path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError("this file cannot be written")
    return str(path)


def _rotate_every(text: str) -> str:
    if text and not re.fullmatch("[1-9][0-9]{0,5}[dHMs]", text):
        raise ValueError("write a number and d, H, M or s (days, hours, minutes, seconds), such as 1d")
    return text


def _address(text: str) -> str:
    if not text.startswith("/") and not re.fullmatch(r"(tcp|udp)://[^/\s]+|(unix-connect|unix-sendto)://\S+", text):
        raise ValueError("write the path of a socket, tcp://host:port or udp://host:port")
    return text


def _syslog_format(text: str) -> str:
    if text not in {"3", "5", "5micro", "m", "json"}:
        raise ValueError("write 3, 5, 5micro, m or json")
    return text


def _number(text: str) -> str:
    return str(values.whole_number(text, 0, BIG, "a number"))


def _duration(text: str) -> str:
    return f"{values.seconds(text, 0, BIG):g}"


_CHECKS: Mapping[tuple[str, str], Callable[[str], object]] = {
    ("general", "tick_period"): lambda text: values.seconds(text, 0.1, 60),
    ("general", "watchdog_threshold"): _duration,
    ("logging", "verbose"): values.yes_no,
    ("logging", "level"): _level,
    ("logging", "levels"): _levels,
    ("logging:console", "enabled"): values.yes_no,
    ("logging:console", "format"): _format,
    ("logging:file", "path"): _log_file,
    ("logging:file", "format"): _format,
    ("logging:file", "backup_count"): _number,
    ("logging:file", "backup_max_bytes"): _number,
    ("logging:file", "rotate_every"): _rotate_every,
    ("logging:syslog", "enabled"): values.yes_no,
    ("logging:syslog", "address"): _address,
    ("logging:syslog", "format"): _syslog_format,
    ("housekeeping", "at"): _time_of_day,
    ("housekeeping", "limit"): _time_of_day,
    ("housekeeping", "run_at_startup"): values.yes_no,
    ("asab:proactor", "max_workers"): _number,
    ("asab:proactor", "default_executor"): values.yes_no,
}
