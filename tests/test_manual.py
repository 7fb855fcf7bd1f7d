"""The man page and the completions are those of the present command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from docs.manual.make import COMPLETIONS, MANUAL, SHARE, files
from zkdash.cli import main

MADE_BY = (3, 11)
"""The Python whose argparse the files in share/ come from: another one lays its words out otherwise."""


def test_what_is_in_share_is_what_would_be_made_now() -> None:
    made = files()
    there = {path: (SHARE / path).read_text() for path in made}
    if sys.version_info[:2] == MADE_BY:
        assert there == made, "make manual"
    assert {path: sorted(text.split()) for path, text in there.items() if path != MANUAL} == {
        path: sorted(text.split()) for path, text in made.items() if path != MANUAL
    }


@pytest.mark.parametrize("command", [[], ["check"], ["export"], ["demo"], ["alerts", "replay"], ["user", "add"]])
def test_every_option_is_in_the_manual(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*command, "--help"])
    options = {word.strip("[](),") for word in capsys.readouterr().out.split() if word.startswith(("--", "[--"))}
    text = (SHARE / MANUAL).read_text().replace("\\-", "-")
    assert {option for option in options - {"--help"} if option not in text} == set()


def test_bash_completes_commands_and_options() -> None:
    script = f"""source {SHARE / COMPLETIONS["bash"]}
COMP_WORDS=(zkdash ex); COMP_CWORD=1; _shtab_zkdash; echo "${{COMPREPLY[@]}}"
COMP_WORDS=(zkdash export --for); COMP_CWORD=2; _shtab_zkdash; echo "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["export", "--format"]
