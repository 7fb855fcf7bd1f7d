"""Makes the man page and the shells' completions out of the parsers of the command line: share/.

python -m docs.manual.make
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import shtab
from argparse_manpage.manpage import Manpage

from zkdash import cli, cli_alerts, cli_users

SHARE = Path(__file__).parents[2] / "share"
MANUAL = "man/man1/zkdash.1"
COMPLETIONS = {"bash": "bash-completion/completions/zkdash", "zsh": "zsh/site-functions/_zkdash"}
SUMMARY = "one browser page for many Apache ZooKeeper clusters"
ALERTS = ("test", "replay")


class Made(Exception):
    """Carries a parser out of the function that makes it."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


class Recorder(argparse.ArgumentParser):
    """Gives itself instead of parsing anything."""

    def parse_args(self, *_: object) -> NoReturn:  # type: ignore[override]  # nothing is parsed
        raise Made(self)


def made_by(make: Callable[[], object]) -> argparse.ArgumentParser:
    """The parser that `make` would have used."""
    try:
        make()
    except Made as made:
        return made.parser
    raise LookupError("it made no parser")


def whole() -> argparse.ArgumentParser:
    """The command line as one parser with commands."""
    top = cli._parser()
    usage = "zkdash [COMMAND] [-c FILE] [--listen ADDRESS] [--store URL] [-v] [NAME=SERVERS ...]"
    options: dict[str, Any] = {"parents": [top], "conflict_handler": "resolve", "add_help": False}
    parser = argparse.ArgumentParser(prog="zkdash", usage=usage, description=top.description, **options)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add(commands, "check", top, "Read the configuration, say every mistake in it or what would be watched, and end.")
    add(commands, "export", cli._export_parser())
    add(commands, "demo", cli._demo_parser())
    alerts = commands.add_parser("alerts", help="send a test to a receiver, or say what would have been sent")
    of_alerts = alerts.add_subparsers(metavar="COMMAND")
    for name in ALERTS:
        add(of_alerts, name, made_by(lambda name=name: cli_alerts.parse(Recorder, str, [name])))  # type: ignore[misc]  # bound now
    users = commands.add_parser("user", help="say who may sign in by a password")
    of_users = users.add_subparsers(metavar="COMMAND")
    for name in cli_users.COMMANDS:
        add(of_users, name, made_by(lambda name=name: cli_users.parse(Recorder, [name])))  # type: ignore[misc]  # bound now
    parser._actions.sort(key=lambda action: action is not commands)  # a command is completed before a cluster is
    for each in everyone(parser):
        for action in each._actions:
            if action.metavar == "FILE":
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # where shtab looks for it
    return parser


def add(commands: Any, name: str, like: argparse.ArgumentParser, description: str = "") -> None:
    """Add a command with the options of another parser."""
    text = description or like.description or ""
    options: dict[str, Any] = {"parents": [like], "conflict_handler": "resolve", "add_help": False}
    prog = like.prog if like.prog != "zkdash" else f"zkdash {name}"
    commands.add_parser(name, prog=prog, description=text, help=text.partition(". ")[0].rstrip("."), **options)


def everyone(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of all its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from everyone(each)


def manual() -> str:
    """The man page, without a date or a version: it says what this zkdash does."""
    os.environ["COLUMNS"] = "100"  # else argparse asks the terminal
    data = {"prog": "zkdash", "project_name": "zkdash", "description": SUMMARY, "manual_title": "zkdash"}
    page = str(Manpage(whole(), format="single-commands-section", _data=data))
    return f'.TH ZKDASH "1" "" "zkdash" "zkdash"\n{page.partition(chr(10))[2].rstrip()}\n'


def files() -> dict[str, str]:
    """What stands in share/, by its path there."""
    made = {path: shtab.complete(whole(), shell).rstrip() + "\n" for shell, path in COMPLETIONS.items()}
    return {MANUAL: manual(), **made}


def main() -> None:
    for path, text in files().items():
        (SHARE / path).parent.mkdir(parents=True, exist_ok=True)
        (SHARE / path).write_text(text)


if __name__ == "__main__":
    main()
