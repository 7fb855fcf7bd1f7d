"""`zkdash user`: who may sign in by a password. A running zkdash takes up the file when it has changed."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from zkdash.config import User, users_file
from zkdash.config.users import is_name, read_users, write_users
from zkdash.errors import StartError

MakeParser = Callable[..., argparse.ArgumentParser]
COMMANDS = {
    "add": "add a user; the password is asked for, or read from the standard input",
    "password": "give a user another password, which ends their sessions",
    "groups": "put a user into other groups, or none",
    "remove": "remove a user, which ends their sessions and their tokens",
    "list": "say who there is",
}


def parse(make: MakeParser, arguments: Sequence[str]) -> argparse.Namespace:
    """What the words after `zkdash user` ask for."""
    what = arguments[0] if arguments else ""
    if what not in COMMANDS:
        words = "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
        parser = make(
            prog="zkdash user",
            usage="zkdash user add|password|groups|remove|list [-c FILE | --file FILE] [NAME]",
            description=f"Say who may sign in by a password, with [access] sign_in = basic.\n\n{words}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.parse_args(arguments if what in ("-h", "--help") else ["--help"])
        raise SystemExit(2)
    parser = make(prog=f"zkdash user {what}", description=f"{COMMANDS[what].capitalize()}.", allow_abbrev=False)
    if what != "list":
        parser.add_argument("name", metavar="NAME", help="what they are called")
    if what in ("add", "groups"):
        parser.add_argument("--groups", default="", metavar="GROUPS", help="groups for [grant:NAME], such as ops,devs")
    parser.add_argument("-c", "--config", action="append", metavar="FILE", help="its [access] users_file is changed")
    parser.add_argument("--file", type=Path, metavar="FILE", help="this file of users is changed")
    parser.set_defaults(what=what)
    return parser.parse_args(arguments[1:])


def run(options: argparse.Namespace) -> int:
    """Do what the options say; gives the exit code. Raises StartError with one plain line for what goes wrong."""
    path = _path(options)
    try:
        users = {user.name: user for user in read_users(path)} if path.exists() else {}
    except ValueError as error:
        raise StartError(f"{path}: {error}") from None
    if options.what == "list":
        for user in users.values():
            sys.stdout.write(f"{user.name}{'  ' + ','.join(user.groups) if user.groups else ''}\n")
        return 0
    _change(users, options)
    try:
        write_users(path, users.values())
    except OSError as error:
        raise StartError(f"{path}: {error.strerror or error}") from None
    return 0


def _change(users: dict[str, User], options: argparse.Namespace) -> None:
    name = options.name
    if not is_name(name):
        raise StartError("a name is printable, has no space, comma, colon, *, ?, [ or ], and at most 100 characters")
    if options.what == "add" and name in users:
        raise StartError(f"{name} is there already: zkdash user password {name}")
    if options.what != "add" and name not in users:
        raise StartError(f"nobody is called {name}")
    match options.what:
        case "remove":
            del users[name]
        case "groups":
            users[name] = replace(users[name], groups=_groups(options.groups))
        case "add":
            users[name] = User(name, _hash(), _groups(options.groups))
        case _:
            users[name] = replace(users[name], hash=_hash())


def _groups(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for group in found:
        if not is_name(group):
            raise StartError(f"{group} can't be a group: leave out spaces, colons, *, ?, [ and ]")
    return found


def _hash() -> str:
    """The hash of the password that is typed twice, or comes as the first line of the standard input."""
    from zkdash.access.passwords import LONGEST, SHORTEST, hashed

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise StartError("these are two different passwords")
    else:
        password = sys.stdin.readline()
    password = password.strip()
    if not SHORTEST <= len(password) <= LONGEST:
        raise StartError(f"a password has {SHORTEST} to {LONGEST} characters")
    return hashed(password)


def _path(options: argparse.Namespace) -> Path:
    if options.file is not None:
        return Path(options.file)
    files = options.config or ([os.environ["ASAB_CONFIG"]] if os.environ.get("ASAB_CONFIG") else [])
    path = users_file(map(Path, files), os.environ)
    if path is None:
        raise StartError("say which file: -c FILE with [access] users_file in it, or --file FILE")
    return path
