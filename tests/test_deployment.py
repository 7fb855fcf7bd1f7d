"""What people install from: the image, the compose file, the systemd unit, and what a bare machine is told."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from zkdash import config

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "etc/zkdash.service"
DOCKER_CONF = ROOT / "etc/zkdash.docker.conf"


# ---------------------------------------------------------------- the image


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as pairs of word and rest, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def runtime_stage() -> dict[str, str]:
    """The last stage: the last of each instruction."""
    lines = instructions()
    start = max(i for i, (word, _) in enumerate(lines) if word == "FROM")
    return dict(lines[start:])


def test_the_image_is_built_in_one_stage_and_runs_in_another() -> None:
    stages = [rest for word, rest in instructions() if word == "FROM"]
    assert stages == ["python:${PYTHON}-slim AS build", "python:${PYTHON}-slim"]


def test_what_the_image_is_built_from_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in ignored


def test_the_image_runs_as_nobody_special_and_writes_to_its_volume_alone() -> None:
    stage = runtime_stage()
    assert stage["USER"] == "10001:10001"
    assert stage["VOLUME"] == stage["WORKDIR"] == "/var/lib/zkdash"
    assert "PYTHONDONTWRITEBYTECODE=1" in stage["ENV"]


def test_the_image_has_its_templates_compiled() -> None:
    build = (ROOT / "Dockerfile").read_text().partition("\nFROM python:${PYTHON}-slim\n")[0]
    assert "compile_templates()" in build
    assert "PYTHONDONTWRITEBYTECODE" not in build


def test_the_image_asks_its_own_health_without_curl() -> None:
    _, command = runtime_stage()["HEALTHCHECK"].split("CMD ")
    program, option, code = yaml.safe_load(command)
    assert (program, option) == ("python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert "http://127.0.0.1:8080/healthz" in code


def test_the_image_starts_with_a_configuration_that_has_no_mistake() -> None:
    assert yaml.safe_load(runtime_stage()["ENTRYPOINT"]) == ["zkdash", "-c", "/etc/zkdash/zkdash.conf"]
    assert runtime_stage()["COPY"] == "etc/zkdash.docker.conf /etc/zkdash/zkdash.conf"
    read = config.load([DOCKER_CONF], {"ASAB_ZOOKEEPER_SERVERS": "zk1:2181,zk2:2181"})
    assert read.web.listen == (("0.0.0.0", 8080),)  # noqa: S104 - inside a container that is how one is reached
    assert read.web.without_sign_in
    assert read.store.url.endswith(":////var/lib/zkdash/zkdash.sqlite")
    assert [cluster.servers for cluster in read.clusters] == [(("zk1", 2181), ("zk2", 2181))]


def may_mount() -> bool:
    try_it = ["unshare", "--mount", "mount", "-o", "remount,ro,bind", "/"]
    return bool(shutil.which("unshare")) and subprocess.run(try_it, capture_output=True, check=False).returncode == 0


def test_the_image_needs_no_root_file_system_that_it_can_write_to(tmp_path: Path) -> None:
    if not may_mount():
        pytest.skip("only who may mount can make the root file system read-only")
    state = tmp_path / "state"
    state.mkdir()
    script = (
        f"mount --bind {state} {state} && mount -o remount,ro,bind / && cd {state} && ! touch {tmp_path}/elsewhere"
        f" && exec {sys.executable} -m zkdash -c {DOCKER_CONF} --listen 127.0.0.1:0 --store sqlite:///{state}/log"
    )
    environment = os.environ | {"ASAB_ZOOKEEPER_SERVERS": "127.0.0.1:1", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"zkdash: (http://127\.0\.0\.1:\d+/)\n", process.stdout.readline())
            assert said is not None
            health = yaml.safe_load(runtime_stage()["HEALTHCHECK"].split("CMD ")[1])[2]
            asked = [sys.executable, "-c", health.replace("http://127.0.0.1:8080/", said[1])]
            assert subprocess.run(asked, check=False).returncode == 0
        finally:
            process.terminate()
    assert process.returncode == 0
    assert {path.name.split("-")[0] for path in state.iterdir()} == {"log"}


# ---------------------------------------------------------------- compose


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


def test_compose_runs_zkdash_read_only_and_open_to_this_machine_alone(compose: dict[str, Any]) -> None:
    service = compose["services"]["zkdash"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    (volume,) = service["volumes"]
    assert volume.split(":") == ["zkdash", "/var/lib/zkdash"]
    assert "zkdash" in compose["volumes"]


def test_compose_watches_the_three_servers_of_one_ensemble(compose: dict[str, Any]) -> None:
    servers = {name: entry for name, entry in compose["services"].items() if name != "zkdash"}
    watched = compose["services"]["zkdash"]["environment"]["ASAB_ZOOKEEPER_SERVERS"]
    assert watched == ",".join(f"{name}:2181" for name in servers)
    ensemble = " ".join(f"server.{n}={name}:2888:3888;2181" for n, name in enumerate(servers, 1))
    assert [entry["environment"]["ZOO_MY_ID"] for entry in servers.values()] == [1, 2, 3]
    assert {entry["environment"]["ZOO_SERVERS"] for entry in servers.values()} == {ensemble}


# ---------------------------------------------------------------- systemd


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_accepts_the_unit_and_finds_it_hardened(tmp_path: Path) -> None:
    unit = tmp_path / "zkdash.service"
    unit.write_text(UNIT.read_text().replace("/opt/zkdash/bin/zkdash", "/bin/true"))  # it wants a program that exists
    for arguments in (["verify", str(unit)], ["security", "--offline=yes", "--threshold=20", "--no-pager", str(unit)]):
        done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_unit_reloads_by_the_signal_that_zkdash_knows() -> None:
    lines = UNIT.read_text().splitlines()
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
    assert "DynamicUser=yes" in lines
    assert "StateDirectory=zkdash" in lines


# ---------------------------------------------------------------- a bare machine


def bare(folder: Path, **programs: str) -> dict[str, str]:
    """An environment whose PATH holds a shell's basics and these scripts; nobody is root there."""
    for name in ("sh", "cat", "mktemp", "rm", "tail", "env"):
        (folder / name).symlink_to(shutil.which(name) or "")
    for name, script in {"id": "echo 1000", **programs}.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def ensure(environment: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / ".ci/ensure", *names], env=environment, capture_output=True, text=True, check=False)


def test_what_cannot_be_installed_is_said_in_one_line(tmp_path: Path) -> None:
    done = ensure(bare(tmp_path) | {"ZOOKEEPER_HOME": str(tmp_path)}, "zookeeper")
    assert done.returncode == 1
    needed = "default-jre-headless"  # ZooKeeper is there, what it runs on is not
    assert done.stderr == f"zkdash: please install: {needed} (Debian: apt-get install {needed})\n"


def test_a_zookeeper_of_ones_own_counts(tmp_path: Path) -> None:
    environment = bare(tmp_path, java="exit 0")
    assert ensure(environment | {"ZOOKEEPER_HOME": str(tmp_path)}, "zookeeper").returncode == 0
    (tmp_path / "zkServer.sh").write_text("#!/bin/sh\n")
    (tmp_path / "zkServer.sh").chmod(0o755)
    assert ensure(environment, "zookeeper").returncode == 0


def test_root_installs_what_is_missing_and_fetches_the_lists_only_when_it_must(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    lists = tmp_path / "lists"
    apt = f'echo "$*" >>{calls}; case $* in *update*) : >{lists} ;; *) [ -e {lists} ] ;; esac'
    python = "case $2 in *print*) echo python3.11-venv ;; *) exit 1 ;; esac"
    done = ensure(bare(tmp_path, **{"id": "echo 0", "python3": python, "apt-get": apt}), "venv")
    assert (done.returncode, done.stderr) == (0, "zkdash: installing python3.11-venv\n")
    install = "-q -y install --no-install-recommends python3.11-venv"
    assert calls.read_text().splitlines() == [install, "-q -y update", install]


def test_make_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    assert targets is not None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert {line.split()[1] for line in done.stdout.splitlines()} == set(targets[1].split())


# ---------------------------------------------------------------- decisions


def dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[\[<>=;]", line)[0] for line in project["dependencies"]}


def test_every_dependency_says_why_it_is_here() -> None:
    pages = {path.stem for path in (ROOT / "docs/decisions").glob("*.md")}
    assert (dependencies() | {"htmx", "fonts", "lucide"}) - pages == set()


def test_every_dependency_is_used() -> None:
    drivers = {"aiosqlite", "asyncpg"}  # SQLAlchemy imports them, by the URL of the store
    source = "\n".join(path.read_text() for path in (ROOT / "zkdash").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", source, re.MULTILINE))
    distributions = importlib.metadata.packages_distributions()
    used = {name.lower().replace("_", "-") for module in imported for name in distributions.get(module, ())}
    installed = {name.lower().replace("_", "-") for names in distributions.values() for name in names}
    assert (dependencies() - drivers) & installed - used == set()


def test_shell_scripts_are_ones() -> None:
    for name, shell in ((".ci/ensure", "sh"), (".ci/run", "bash")):
        subprocess.run([shell, "-n", ROOT / name], check=True)
        assert os.access(ROOT / name, os.X_OK)
