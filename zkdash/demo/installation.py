"""Finding the ZooKeeper that this machine has."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from zkdash.errors import StartError

DEBIAN_JARS = Path("/usr/share/java")
DEBIAN_NAMES = ("zookeeper.jar", "slf4j-simple.jar", "servlet-api.jar", "netty-codec.jar", "netty-resolver.jar")
WHAT_TO_INSTALL = (
    "install Debian's package (apt-get install zookeeper), or set ZOOKEEPER_HOME to an unpacked Apache ZooKeeper"
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A Java program and the class path that has ZooKeeper's server."""

    java: str
    classpath: str


def find_zookeeper() -> Installation:
    """The ZooKeeper to run: of $ZOOKEEPER_HOME, of Debian's package, or beside the zkServer.sh of the PATH.

    Raises StartError, which says what to install, when there is none.
    """
    return Installation(_find_java(), _find_classpath())


def _find_java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None) or shutil.which("java")
    if java is None:
        raise StartError("ZooKeeper needs Java: apt-get install default-jre-headless, or set JAVA_HOME")
    return java


def _find_classpath() -> str:
    if home := os.environ.get("ZOOKEEPER_HOME"):
        if found := of_home(Path(home)):
            return found
        raise StartError(f"ZOOKEEPER_HOME={home} has no zookeeper-*.jar in it or in its lib folder: {WHAT_TO_INSTALL}")
    if (DEBIAN_JARS / "zookeeper.jar").exists():
        # Its manifest names what else it needs, all but what logging, AdminServer and TLS need.
        return os.pathsep.join(str(DEBIAN_JARS / name) for name in DEBIAN_NAMES)
    if (script := shutil.which("zkServer.sh")) and (found := of_home(Path(script).resolve().parent.parent)):
        return found
    raise StartError(f"there is no ZooKeeper on this machine: {WHAT_TO_INSTALL}")


def of_home(home: Path) -> str:
    """The class path of an unpacked release, "" for none; its jars are in lib/, before 3.5 some in the folder."""
    jars = [jar for folder in (home, home / "lib") for jar in sorted(folder.glob("*.jar"))]
    if not any(jar.name.startswith("zookeeper-") for jar in jars):
        return ""
    return os.pathsep.join(str(jar) for jar in jars)
