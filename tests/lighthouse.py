"""Lighthouse on every page, against the local Chromium: accessibility and best practices 100, performance 95 and more.

make lighthouse                      all pages
make lighthouse ARGS="/timeline"     only these
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from docs.pictures.scene import LOST, scene

VERSION = "12.8.2"
FOLDER = Path(".tools/lighthouse")
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CHROMIUM = "/usr/bin/chromium"
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100}
SETTLED_S = 20.0
PAGES = (
    "/",
    "/clusters/orders-kafka",
    f"/clusters/{LOST}",
    "/clusters/orders-kafka/charts",
    "/clusters/orders-kafka/clients",
    "/clusters/orders-kafka/availability",
    "/clusters/orders-kafka/usage",
    "/clusters/orders-kafka/znodes/apps/shop/config",
    "/search",
    "/compare",
    "/timeline",
    "/alerts",
    "/alerts/incidents/1",
    "/go",
    "/glossary",
    "/api/docs",
)


def main() -> None:
    install()
    failed = False
    with scene() as running:
        time.sleep(SETTLED_S)
        running.trouble()
        time.sleep(SETTLED_S)
        print("| page | " + " | ".join(WANTED) + " |\n|---|" + "---|" * len(WANTED))
        for page in sys.argv[1:] or PAGES:
            scores = measure(running.url + page)
            print(f"| `{page}` | " + " | ".join(str(scores[name]) for name in WANTED) + " |", flush=True)
            failed |= any(scores[name] < least for name, least in WANTED.items())
    if failed:
        raise SystemExit("lighthouse: a page has less than is wanted")


def install() -> None:
    """The npm client fetches it once, and only into .tools."""
    if not PROGRAM.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*command, f"lighthouse@{VERSION}"], check=True)


def measure(url: str) -> dict[str, int]:
    """The scores of one page, of 100; what costs something is said on stderr."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        options = [f"--only-categories={','.join(WANTED)}", "--preset=desktop", "--output=json", "--quiet"]
        flags = [f"--output-path={file.name}", "--chrome-flags=--headless=new --no-sandbox"]
        environment = os.environ | {"CHROME_PATH": CHROMIUM}
        subprocess.run([PROGRAM, url, *options, *flags], check=True, env=environment, timeout=180)
        report = json.loads(Path(file.name).read_text())
    for name, category in report["categories"].items():
        if name != "performance" or category["score"] * 100 < WANTED[name]:
            for part in category["auditRefs"]:
                audit = report["audits"][part["id"]]
                if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                    print(f"{url}: {name}: {audit['title']} {audit.get('displayValue', '')}", file=sys.stderr)
    return {name: round(category["score"] * 100) for name, category in report["categories"].items()}


if __name__ == "__main__":
    main()
