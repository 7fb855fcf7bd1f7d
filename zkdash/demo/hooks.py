"""A tiny receiver of webhooks, for the demo."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from zkdash.demo.loopback import LOOPBACK


class HookReceiver:
    """Listens on a free loopback port, answers every POST with 204 and hands its JSON to `received`."""

    def __init__(self, received: Callable[[dict[str, Any]], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(204)
                self.end_headers()
                received(json.loads(body))

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: `received` says it."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="hooks", daemon=True).start()

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://{LOOPBACK}:{self._server.server_port}/hook"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
