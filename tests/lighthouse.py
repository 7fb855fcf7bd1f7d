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
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from docs.pictures.scene import LOST, scene
from tests.support.http import OUR_FORM, request
from tests.support.shared import share
from tests.support.signed import OURS, PASSWORD, user
from tests.support.zkdash_process import ZkDashProcess
from zkdash.config.users import write_users

VERSION = "12.8.2"
FOLDER = Path(".tools/lighthouse")
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CHROMIUM = "/usr/bin/chromium"
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100}
SETTLED_S = 20.0
PAGES = (
    "/",
    "/?view=wall",
    "EMPTY/",
    "/clusters/orders-kafka",
    f"/clusters/{LOST}",
    "/clusters/orders-kafka/servers/SERVER",
    "/clusters/orders-kafka/charts",
    "/clusters/orders-kafka/clients",
    "/clusters/orders-kafka/availability",
    "/clusters/orders-kafka/usage",
    "/clusters/orders-kafka/count?path=/apps",
    "/clusters/orders-kafka/holder?path=/apps",
    "/clusters/orders-kafka/watchers?path=/apps",
    "/clusters/orders-kafka/znodes",
    "/clusters/orders-kafka/znodes/apps/shop/config",
    "/clusters/orders-kafka/znodes/brokers/topics?tab=children",
    "/search",
    "/search?name=orders&cluster=orders-kafka",
    "/compare",
    "/compare?left=orders-kafka:/apps&right=orders-kafka:/brokers",
    "/timeline",
    "/timeline/events/EVENT",
    "/timeline/events/EVENT/story",
    "/alerts",
    "/alerts/history",
    "/alerts/incidents/1",
    "/alerts/deliveries",
    "/alerts/deliveries/DELIVERY",
    "/alerts/silences",
    "/alerts/silences/new",
    "/alerts/silences/SILENCE",
    "/alerts/routes/on-call",
    "/views",
    "/shares",
    "/shares/new?of=/timeline",
    "/s/SHARE",
    "/status/house",
    "/go",
    "/keys",
    "/locale",
    "/glossary",
    "/components",
    "/api/docs",
    "SIGNED/sign-in",
    "SIGNED/",
    "SIGNED/account",
    "SIGNED/account/everybody",
    "SIGNED/audit",
)
"""EMPTY is a zkdash without clusters, SIGNED one that people sign in to; other words in capitals are ids."""


def main() -> None:
    install()
    failed = False
    with scene() as running, signed() as (signed_url, cookie):
        time.sleep(SETTLED_S)
        running.trouble()
        time.sleep(SETTLED_S)
        known = ids(running.url)
        print("| page | " + " | ".join(WANTED) + " |\n|---|" + "---|" * len(WANTED))
        for page in sys.argv[1:] or PAGES:
            url = page if page.startswith(("EMPTY", "SIGNED")) else running.url + page
            url = url.replace("EMPTY", running.empty_url).replace("SIGNED", signed_url)
            for word, id in known.items():
                url = url.replace(word, id)
            mine = cookie if page.startswith("SIGNED") and page != "SIGNED/sign-in" else ""
            scores = measure(url, mine) or measure(url, mine)  # now and then it gets no trace of a page
            print(f"| `{page}` | " + " | ".join(str(scores.get(name, "–")) for name in WANTED) + " |", flush=True)
            failed |= any(scores.get(name, 0) < least for name, least in WANTED.items())
    if failed:
        raise SystemExit("lighthouse: a page has less than is wanted")


@contextmanager
def signed() -> Iterator[tuple[str, str]]:
    """The address of a zkdash that people sign in to, and the cookie of an admin."""
    with tempfile.TemporaryDirectory(prefix="zkdash-lighthouse-") as name:
        folder = Path(name)
        write_users(folder / "users", [user("ada")])
        config = f"""\
[access]
sign_in = basic
users_file = {folder}/users
[grant:everybody]
users = *
role = admin
"""
        with closing(ZkDashProcess(folder / "zkdash", config).start()) as process:
            form = urlencode({"user": "ada", "password": PASSWORD, "next": ""}).encode()
            answer = request(process.port, "POST", "/sign-in", headers=OUR_FORM, body=form)
            yield process.url(""), answer.headers["set-cookie"].partition(";")[0]


def ids(url: str) -> dict[str, str]:
    """What the words in capitals stand for, of the zkdash at this address."""
    port = urlsplit(url).port or 0

    def of(path: str) -> Any:
        return json.loads(request(port, "GET", f"/api/v1{path}").text)

    lost = [event for event in of(f"/events?cluster={LOST}")["events"] if event["cause"] == "session-timeout"]
    silence = {"reason": "a new kernel", "by": "ada", "lasts": "1h", "matchers": {"clusters": ["lab"]}}
    headers = OURS | {"Content-Type": "application/json"}
    made = request(port, "POST", "/api/v1/silences", headers=headers, body=json.dumps(silence).encode())
    return {
        "SERVER": of("/clusters/orders-kafka/ensemble")["servers"][0]["name"],
        "EVENT": str(lost[-1]["id"]),
        "DELIVERY": of("/deliveries")["deliveries"][0]["id"],
        "SILENCE": str(json.loads(made.text)["id"]),
        "SHARE": share(port, f"/clusters/{LOST}").removeprefix("/s/"),
    }


def install() -> None:
    """The npm client fetches it once, and only into .tools."""
    if not PROGRAM.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*command, f"lighthouse@{VERSION}"], check=True)


def measure(url: str, cookie: str = "") -> dict[str, int]:
    """The scores of one page, of 100, or {} where it fails; what costs something is said on stderr."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        options = [f"--only-categories={','.join(WANTED)}", "--preset=desktop", "--output=json", "--quiet"]
        flags = [f"--output-path={file.name}", "--chrome-flags=--headless=new --no-sandbox"]
        if cookie:
            options.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        environment = os.environ | {"CHROME_PATH": CHROMIUM}
        ended = subprocess.run([PROGRAM, url, *options, *flags], env=environment, timeout=180)
        if ended.returncode:
            return {}
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
