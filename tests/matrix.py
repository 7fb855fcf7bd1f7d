"""python -m tests.matrix [VERSION ...]: the protocol and state tests against other versions of ZooKeeper.

Maven brings the jars of each version, with what they need, from Maven Central into .tools/zookeeper/VERSION/lib;
the tests then run with ZOOKEEPER_HOME set to it. A version that is already there is not fetched again.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = re.compile(r"\d+\.\d+\.\d+")
VERSIONS = ("3.4.14", "3.5.10", "3.6.4", "3.7.2", "3.8.4", "3.9.3")
TOP = Path(__file__).parents[1]
FOLDER = TOP / ".tools" / "zookeeper"
TESTS = (
    "tests/test_connection.py",
    "tests/test_states.py",
    "tests/test_multiread.py",
    "tests/integration/test_multiread_servers.py",
    "tests/integration/test_crawl.py",
    "tests/integration/test_watches.py",
    "tests/integration/test_outages.py",
    "tests/integration/test_holders.py",
    "tests/integration/test_version_mix.py",
)
"""What speaks to the server."""

# ZooKeeper's own logging is replaced by slf4j-simple, which says what happened on standard error; metrics and snappy
# are "provided" in ZooKeeper's build, yet the server needs them; so are Jetty and Jackson, which AdminServer needs.
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>zkdash</groupId><artifactId>matrix</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId><version>{version}</version>
      <exclusions>
        <exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-log4j12</artifactId></exclusion>
        <exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId></exclusion>
        <exclusion><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId></exclusion>
        <exclusion><groupId>ch.qos.logback</groupId><artifactId>logback-core</artifactId></exclusion>
      </exclusions>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
    <dependency>
      <groupId>io.dropwizard.metrics</groupId><artifactId>metrics-core</artifactId><version>4.1.12.1</version>
    </dependency>
    <dependency>
      <groupId>org.xerial.snappy</groupId><artifactId>snappy-java</artifactId><version>1.1.10.5</version>
    </dependency>
    <dependency>
      <groupId>org.eclipse.jetty</groupId><artifactId>jetty-servlet</artifactId><version>9.4.56.v20240826</version>
    </dependency>
    <dependency>
      <groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.15.2</version>
    </dependency>
  </dependencies>
</project>
"""


def fetch(version: str) -> Path:
    """The folder with a version's jars in lib/; Maven fetches them if need be."""
    home = FOLDER / version
    if any(home.glob("lib/jetty-server-*.jar")):
        return home
    shutil.rmtree(home, ignore_errors=True)  # an older list of jars
    with tempfile.TemporaryDirectory(prefix="zkdash-matrix-") as folder:
        pom = Path(folder) / "pom.xml"
        pom.write_text(POM.format(version=version))
        lib = Path(folder) / "lib"
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(pom), goal, "-DincludeScope=runtime", f"-DoutputDirectory={lib}"], check=True
        )
        home.mkdir(parents=True, exist_ok=True)
        shutil.move(lib, home / "lib")
    return home


def test(version: str, options: list[str]) -> int:
    """pytest's exit code with this version's servers."""
    environment = {**os.environ, "ZOOKEEPER_HOME": str(fetch(version))}
    sys.stdout.write(f"\nZooKeeper {version}\n")
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *options, *TESTS], cwd=TOP, env=environment).returncode


def main(arguments: list[str]) -> int:
    if shutil.which("mvn") is None:
        sys.stderr.write("zkdash: the matrix needs Maven (Debian: apt-get install maven); skipped\n")
        return 0
    asked = [one for one in arguments if VERSION.fullmatch(one)]
    versions, options = asked or list(VERSIONS), [one for one in arguments if one not in asked]
    codes = {version: test(version, options) for version in versions}
    for version, code in codes.items():
        sys.stdout.write(f"ZooKeeper {version}: {'passed' if code == 0 else f'FAILED ({code})'}\n")
    return int(any(codes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
