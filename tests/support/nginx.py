"""A real nginx in front of zkdash, with the configuration that docs/access.md gives."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import self_signed
from zkdash.demo.loopback import wait_until

DOCS = Path(__file__).parents[2] / "docs/access.md"
CONFIG = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
{documented}
}}
"""


@contextmanager
def nginx(folder: Path, port: int, zkdash_port: int) -> Iterator[None]:
    """nginx on 127.0.0.1:`port` with TLS, before a zkdash below /zkdash."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = self_signed(folder)
    (documented,) = re.findall(r"```nginx\n(map .*?)```", DOCS.read_text(), re.DOTALL)
    for written, meant in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/tools.pem", f"{certificate}"),
        ("/etc/ssl/tools.key", f"{key}"),
        ("127.0.0.1:8080", f"127.0.0.1:{zkdash_port}"),
    ):
        assert written in documented
        documented = documented.replace(written, meant)
    config = folder / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""
    config.write_text(CONFIG.format(user=user, folder=folder, documented=documented))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([program, "-p", f"{folder}", "-c", f"{config}", "-e", "stderr"], stderr=log)
    try:
        wait_until(lambda: _listens(port), 10, "nginx listens")
        yield
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
