"""The command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zkdash import __version__, app, cli
from zkdash.config import Config, ConfigError
from zkdash.errors import StartError

PROGRAM = [sys.executable, "-m", "zkdash"]

Runs = list[tuple[Config, Callable[[], Config], bool]]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ASAB_ZOOKEEPER_SERVERS", "ASAB_CONFIG", "STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    path = tmp_path / "zkdash.conf"
    path.write_text("[zookeeper:prod]\nservers = zk1\n")
    return path


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What the application is run with, without running it."""
    calls: Runs = []

    def run(config: Config, reload: Callable[[], Config], *, verbose: bool = False) -> int:
        calls.append((config, reload, verbose))
        return 7

    monkeypatch.setattr(app, "run", run)
    return calls


def names(config: Config) -> list[str]:
    return [cluster.name for cluster in config.clusters]


# ---------------------------------------------------------------- run


@pytest.mark.parametrize("command", [[], ["run"]])
def test_it_runs_what_file_and_command_line_say(command: list[str], conf: Path, ran: Runs) -> None:
    options = ["-c", str(conf), "--listen", "127.0.0.1:0", "-v", "--store", "sqlite:///here.db", "lab=h1,h2:99/x"]
    assert cli.main([*command, *options]) == 7
    config, _, verbose = ran[0]
    assert names(config) == ["prod", "lab"]
    assert config.web.listen == (("127.0.0.1", 0),)
    assert config.store.url == "sqlite:///here.db"
    assert verbose


def test_clusters_need_no_file(ran: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.main(["prod=zk1:2181,zk2:2181", "staging=zk9:2181"]) == 7
    assert names(ran[0][0]) == ["prod", "staging"]
    monkeypatch.setenv("ASAB_ZOOKEEPER_SERVERS", "zk1:2181")
    assert cli.main([]) == 7
    assert names(ran[1][0]) == ["zookeeper"]


def test_asabs_variable_names_the_file_when_the_command_line_does_not(
    conf: Path, ran: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASAB_CONFIG", str(conf))
    assert cli.main([]) == 7
    assert ran[0][0].files == (conf,)


def test_a_reload_reads_the_file_again_and_keeps_what_the_command_line_said(conf: Path, ran: Runs) -> None:
    cli.main(["-c", str(conf), "lab=h"])
    _, reload, _ = ran[0]
    conf.write_text("[zookeeper:other]\nservers = zk1\n")
    assert names(reload()) == ["other", "lab"]
    conf.write_text("[zookeeper:lab]\nservers = zk1\n")
    with pytest.raises(ConfigError, match="lab = h: a cluster of this name is there already"):
        reload()


def test_a_broken_configuration_is_said_in_plain_lines(
    conf: Path, ran: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    conf.write_text("[web]\nlisten = x\n[zookeeper:a]\nservers = h:0\n")
    assert cli.main(["-c", str(conf)]) == 1
    assert ran == []
    out, err = capsys.readouterr()
    assert out == ""
    assert err.replace(f"{conf}", "FILE") == (
        "FILE:2: [web] listen = x: x has no port: write x:8080\n"
        "FILE:4: [zookeeper:a] servers = h:0: a port is from 1 to 65535\n"
        "zkdash: 2 mistakes in the configuration\n"
    )


def test_what_keeps_it_from_starting_is_one_plain_line(
    conf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: object, **__: object) -> int:
        raise StartError("127.0.0.1:8080 is in use: choose another port with --listen")

    monkeypatch.setattr(app, "run", run)
    assert cli.main(["-c", str(conf)]) == 1
    assert capsys.readouterr() == ("", "zkdash: 127.0.0.1:8080 is in use: choose another port with --listen\n")


def test_an_interrupt_is_no_stack_trace(
    conf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "run", run)
    assert cli.main(["-c", str(conf)]) == 128 + signal.SIGINT
    assert capsys.readouterr() == ("", "")


# ---------------------------------------------------------------- check


def test_check_says_what_would_be_watched(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-c", str(conf), "lab=h/x"]) == 0
    out, err = capsys.readouterr()
    assert "Cluster prod\n  servers zk1:2181\n" in out
    assert "Cluster lab\n  servers h:2181\n  path /x," in out
    assert err == ""


def test_check_says_every_mistake(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conf.write_text("[web]\nlissten = x\n[zookeeper:a]\nservers = h:0\n")
    assert cli.main(["check", "-c", str(conf)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 3
    assert "did you mean listen?" in err


def test_the_reference_is_a_configuration_without_a_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-c", str(Path(__file__).parents[1] / "etc/zkdash.conf")]) == 0
    assert "No cluster is configured. Name one on the command line, as in: zkdash prod=" in capsys.readouterr().out


@pytest.mark.parametrize("file", ["/dev/null", "/", "missing.conf", "", "\udcff"])
def test_a_configuration_that_is_no_file_is_one_plain_line(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-c", file]) == 1
    lines = capsys.readouterr().err.split("\n")
    assert lines[1:] == ["zkdash: 1 mistake in the configuration", ""]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_configuration_that_may_not_be_read(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    conf.chmod(0)
    assert cli.main(["check", "-c", str(conf)]) == 1
    assert "cannot be read: permission denied" in capsys.readouterr().err


# ---------------------------------------------------------------- what it does not understand


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lisen=x"], "unknown option --lisen=x; did you mean --listen?"),
        (["-x"], "unknown option -x"),
        (["chek"], "a command goes first, as in: zkdash check"),
        (["prod=h", "demo"], "a command goes first, as in: zkdash demo"),
        (["zk1:2181"], "give the cluster zk1:2181 a name, as in: zkdash prod=zk1:2181"),
        (["/etc/hostname"], "a configuration file is named by -c: zkdash -c /etc/hostname"),
        (["--listen"], "argument --listen: expected one argument"),
        (["demo", "--port", "x"], "argument --port: write a number from 0 to 65535"),
        (["demo", "--port", "65536"], "argument --port: write a number from 0 to 65535"),
        (["demo", "prod=h"], "the demo brings its own clusters: leave out prod=h"),
    ],
)
def test_what_it_does_not_understand(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.rstrip("\n").split("\n")
    assert said in first
    assert second.endswith("--help says what there is.")


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"zkdash {__version__}\n"
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "zkdash prod=zk1:2181,zk2:2181,zk3:2181 staging=zk9:2181" in text
    assert max(map(len, text.split("\n"))) <= 120
    assert cli.main(["demo", "--help"]) == 0
    assert "--port" in capsys.readouterr().out


def test_the_demo_gets_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    from zkdash.demo import script

    ports: list[int | None] = []

    def demo(port: int | None = None) -> int:
        ports.append(port)
        return 0

    monkeypatch.setattr(script, "main", demo)
    assert [cli.main(["demo"]), cli.main(["demo", "--port", "0"])] == [0, 0]
    assert ports == [None, 0]


# ---------------------------------------------------------------- as a process


def test_the_program_answers_with_nothing_heavy_imported(conf: Path) -> None:
    slow = "{'kazoo', 'sqlalchemy', 'aiohttp', 'jinja2'}"
    script = f"import sys; from zkdash.cli import main; code = main(); print({slow} & set(sys.modules)); sys.exit(code)"
    for options in (["--help"], ["check", "-c", str(conf)]):
        done = subprocess.run([sys.executable, "-c", script, *options], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.rstrip().rpartition("\n")[2], done.stderr) == (0, "set()", "")


def test_the_program_ends_with_the_exit_code(conf: Path) -> None:
    conf.write_text("[web]\nlissten = \x1b[31mred\n")
    done = subprocess.run([*PROGRAM, "check", "-c", str(conf)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{conf}:2: [web] lissten: there is no such option; did you mean listen?\n")
    assert "\x1b" not in done.stderr


def test_a_label_that_the_terminal_does_not_know_is_no_stack_trace(conf: Path) -> None:
    conf.write_text("[zookeeper:prod]\nservers = zk1\nlabel = Žatec\n")
    environ = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [*PROGRAM, "check", "-c", str(conf)], capture_output=True, text=True, check=False, env=environ
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Cluster prod (\\u017datec)\n" in done.stdout


def test_a_closed_pipe_is_no_stack_trace(conf: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        done = subprocess.run(
            [*PROGRAM, "check", "-c", str(conf)], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.stderr == ""
