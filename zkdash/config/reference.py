"""etc/zkdash.conf, made from the table of options: `python -m zkdash.config.reference > etc/zkdash.conf`."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

from .kinds import SECTION, Kind, kinds
from .option import Option
from .options import OPTIONS, SECTIONS

WIDTH = 100
HEAD = """\
# The configuration of zkdash: every option there is, commented out, with its default.
#
#   zkdash -c FILE          reads it
#   zkdash check -c FILE    says every mistake in it, or what would be watched
#
# A comment has a line of its own. A value goes on in further lines if they are indented. yes and no are also true
# and false, on and off, 1 and 0. $NAME and ${NAME} are variables of the environment, $THIS_DIR is the folder of
# this file, ${section:key} is another value of it, $$ is a dollar sign. On SIGHUP the file is read again: changes in
# [zookeeper…], [alert:…], [access] and [grant:…] take effect at once, the rest when zkdash is started again. This
# file is made from zkdash/config/options.py.
"""
EXAMPLES = {
    "zookeeper:NAME": """\
#[zookeeper:prod]
#servers = zk1.example.com,zk2.example.com,zk3.example.com
#label = Production

#[zookeeper:kafka]
#z_path = zookeeper://kafka1:2181,kafka2:2181/kafka
#session_timeout = 6s
""",
}


def reference() -> str:
    return "\n".join((HEAD, *_sections()))


def _sections() -> Iterator[str]:
    for name, words in SECTIONS.items():
        yield _section(name, words)
        if name == SECTION:
            yield from map(_of_type, kinds().values())


def _of_type(kind: Kind) -> str:
    first = f"\n{_comment(f'With type = {kind.name}: {kind.words}')}\n{_header(SECTION)}\n#type = {kind.name}\n"
    return "\n".join([first, *map(_option, kind.options)])


def _section(name: str, words: str) -> str:
    return "\n".join([f"\n{_comment(words)}", _header(name), "", *_options(name)])


def _header(name: str) -> str:
    return f"#[{name}]" if name.endswith(":NAME") or name.startswith("asab:alert:") else f"[{name}]"


def _options(section: str) -> Iterator[str]:
    if section in EXAMPLES:
        yield EXAMPLES[section]
    yield from (_option(option) for option in OPTIONS if option.section == section)


def _option(option: Option) -> str:
    return f"{_comment(option.words)}\n#{option.key} = {option.default}".rstrip() + "\n"


def _comment(words: str) -> str:
    return textwrap.fill(words, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


if __name__ == "__main__":
    sys.stdout.write(reference())
