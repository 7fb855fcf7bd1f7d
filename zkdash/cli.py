"""The command line: `zkdash` watches, `zkdash check` only reads the configuration, `zkdash demo` shows it all.

What is slow to import is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from zkdash import __version__
from zkdash.errors import StartError

if TYPE_CHECKING:
    from zkdash.config import Config

OK, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130

DESCRIPTION = """\
One browser page for many Apache ZooKeeper clusters: their states, live; their znodes; a timeline of what
happened; and a hook for when one is lost. zkdash only reads, it never writes to a cluster."""

EXAMPLES = """\
commands, before anything else:
  check                  read the configuration, say every mistake in it or what would be watched, and end
  alerts                 send a test to an alert's receiver, or say what would have been sent (zkdash alerts --help)
  export                 write a subtree to a file: JSON, YAML or zip (zkdash export --help)
  user                   say who may sign in by a password (zkdash user --help)
  demo                   start ZooKeeper servers of its own and watch them come and go (zkdash demo --help)

examples:
  zkdash prod=zk1:2181,zk2:2181,zk3:2181 staging=zk9:2181
  zkdash kafka=kafka1:2181/kafka           only what is below /kafka
  zkdash -c zkdash.conf                    etc/zkdash.conf shows every option
  zkdash check -c zkdash.conf
  ASAB_ZOOKEEPER_SERVERS=zk1:2181 zkdash   the cluster is called zookeeper

A running zkdash reads its configuration again on SIGHUP. It listens on http://127.0.0.1:8080 unless told otherwise."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; gives the exit code: 0, 1 for failed, 2 for not understood."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments[:1] == ["demo"]:
            return _demo(_demo_parser().parse_args(arguments[1:]))
        if arguments[:1] == ["export"]:
            return _export(_export_parser().parse_args(arguments[1:]))
        if arguments[:1] == ["user"]:
            return _user(arguments[1:])
        if arguments[:1] == ["alerts"]:
            return _alerts(arguments[1:])
        command = _check if arguments[:1] == ["check"] else _run
        if arguments[:1] in (["check"], ["run"]):
            arguments = arguments[1:]
        return command(_parser().parse_args(arguments))
    except SystemExit as end:  # argparse's, after --help, --version or a line about what it did not understand
        return end.code if isinstance(end.code, int) else FAILED
    except StartError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would flush it at its end, and complain
        return FAILED


def _run(options: argparse.Namespace) -> int:
    load = _loader(options)
    config = _load(load)
    if config is None:
        return FAILED
    from zkdash import app

    return app.run(config, load, verbose=options.verbose)


def _check(options: argparse.Namespace) -> int:
    config = _load(_loader(options))
    if config is None:
        return FAILED
    from zkdash.config.describe import describe

    encoding = sys.stdout.encoding  # of a terminal that may not know every sign in a label or a path
    sys.stdout.write(describe(config).encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
    return OK


def _demo(options: argparse.Namespace) -> int:
    from zkdash.demo import script

    return script.main(port=options.port)


def _export(options: argparse.Namespace) -> int:
    config = _load(_loader(options))
    if config is None:
        return FAILED
    from zkdash import cli_export

    return cli_export.run(config, options)


def _alerts(arguments: Sequence[str]) -> int:
    from zkdash import cli_alerts

    options = cli_alerts.parse(_Parser, _cluster, arguments)
    config = _load(_loader(options))
    return FAILED if config is None else cli_alerts.run(config, options)


def _user(arguments: Sequence[str]) -> int:
    from zkdash import cli_users

    return cli_users.run(cli_users.parse(_Parser, arguments))


def _loader(options: argparse.Namespace) -> Callable[[], Config]:
    """Reads the configuration afresh at each call. Raises ConfigError."""
    files = options.config or ([os.environ["ASAB_CONFIG"]] if os.environ.get("ASAB_CONFIG") else [])

    def load() -> Config:
        from zkdash import config

        return config.load(
            map(Path, files), os.environ, options.clusters, listen=options.listen, store_url=options.store
        )

    return load


def _load(load: Callable[[], Config]) -> Config | None:
    """The configuration, or None after all of its mistakes are said."""
    from zkdash.config import ConfigError

    try:
        return load()
    except ConfigError as error:
        for mistake in error.mistakes:
            _say(str(mistake))
        number = len(error.mistakes)
        _say(f"zkdash: {number} mistake{'s' if number > 1 else ''} in the configuration")
        return None


class _Parser(argparse.ArgumentParser):
    """argparse, with a plain line and a hint where it would print its usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISUSED, f"zkdash: {message}\n{self.prog} --help says what there is.\n")

    def parse_args(self, args: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]  # only this form is used
        options, unknown = self.parse_known_args(args)
        if unknown:
            if not unknown[0].startswith("-"):  # only the demo has no use for words
                self.error(f"the demo brings its own clusters: leave out {unknown[0]}")
            near = difflib.get_close_matches(unknown[0].partition("=")[0], self._option_string_actions, 1)
            self.error(f"unknown option {unknown[0]}" + (f"; did you mean {near[0]}?" if near else ""))
        return options


def _parser() -> _Parser:
    parser = _Parser(
        prog="zkdash",
        usage="zkdash [check] [-c FILE] [--listen ADDRESS] [--store URL] [-v] [NAME=SERVERS ...]",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "clusters", nargs="*", type=_cluster, metavar="NAME=SERVERS",
        help="a cluster to watch, beside those of the file: NAME=HOST:PORT,HOST:PORT or NAME=HOST:PORT/PATH",
    )  # fmt: skip
    parser.add_argument("-c", "--config", action="append", metavar="FILE", help="read this configuration file")
    parser.add_argument("--listen", metavar="ADDRESS", help="serve the pages here, as [web] listen: 127.0.0.1:8080")
    parser.add_argument("--store", metavar="URL", help="keep the log here, as [store] url: sqlite:///zkdash.sqlite")
    parser.add_argument("-v", "--verbose", action="store_true", help="log everything")
    parser.add_argument("--version", action="version", version=f"zkdash {__version__}")
    return parser


def _demo_parser() -> _Parser:
    parser = _Parser(
        prog="zkdash demo",
        description="Start real ZooKeeper servers on free ports of this machine, fill them, stop, freeze and bring"
        " them back in turn, and watch them. Ctrl-C ends it all and leaves nothing behind.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=_port, help="serve the pages on this port of 127.0.0.1 (8080; 0: a free one)")
    return parser


def _export_parser() -> _Parser:
    parser = _Parser(
        prog="zkdash export",
        usage="zkdash export [-c FILE] [--format json|yaml|zip] [-o FILE] NAME[:PATH] [NAME=SERVERS ...]",
        description="Write a subtree with its data, stats and access lists, in a stable order: the same znodes give the"
        " same bytes. It needs no running zkdash, and only reads.",
        allow_abbrev=False,
    )
    parser.add_argument("what", metavar="NAME[:PATH]", help="the cluster, and where to begin: prod:/brokers")
    parser.add_argument("clusters", nargs="*", type=_cluster, metavar="NAME=SERVERS", help="as for zkdash itself")
    parser.add_argument("-c", "--config", action="append", metavar="FILE", help="read this configuration file")
    parser.add_argument("--format", choices=("json", "yaml", "zip"), default="json", help="json unless told otherwise")
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="write here and not to the standard output")
    parser.add_argument("--no-stat", dest="stat", action="store_false", help="leave stats out, to compare clusters")
    parser.add_argument("--no-acl", dest="acl", action="store_false", help="leave access lists out")
    parser.add_argument("--unmask", action="store_true", help="with secrets, which [masking] hides otherwise")
    parser.add_argument(
        "--wait", type=_seconds, default=0, metavar="SECONDS",
        help="should the cluster be lost on the way, wait so long for it, and go on where it stood",
    )  # fmt: skip
    parser.set_defaults(listen=None, store=None)
    return parser


def _cluster(text: str) -> str:
    """Refuses what can't be meant as a cluster; what is wrong within one is said with the rest of the mistakes."""
    if "=" in text:
        return text
    if near := difflib.get_close_matches(text, ("alerts", "check", "demo", "export", "run", "user"), 1):
        raise argparse.ArgumentTypeError(f"a command goes first, as in: zkdash {near[0]}")
    if Path(text).is_file():
        raise argparse.ArgumentTypeError(f"a configuration file is named by -c: zkdash -c {text}")
    raise argparse.ArgumentTypeError(f"give the cluster {text} a name, as in: zkdash prod={text}")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError("write a number from 0 to 65535")
    return int(text)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise argparse.ArgumentTypeError("write a number of seconds")
    return int(text)


def _fail(line: str) -> int:
    _say(f"zkdash: {line}")
    return FAILED


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
