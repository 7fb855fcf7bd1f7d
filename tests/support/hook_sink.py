"""A webhook receiver in a thread, for tests of whole processes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.receiver import Hit

SILENT_S = 60.0


class HookSink:
    """Writes down every POST and answers each with `status`."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.taken: list[Hit] = []
        """Those that were answered with a yes."""
        self.status = 204
        self.answers = threading.Event()
        """While it is not set nothing is answered, and what comes then is lost in the end."""
        self.answers.set()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hit, status = Hit("POST", self.path, headers, body, time.monotonic()), sink.status
                sink.hits.append(hit)
                if not sink.answers.is_set():
                    sink.answers.wait(SILENT_S)
                    self.close_connection = True
                    return
                if status < 300:
                    sink.taken.append(hit)
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def answer(self, status: int) -> None:
        """Answer so from now on."""
        self.status = status

    def config(self, **more: str) -> str:
        """An [alert:…] section that posts here."""
        lines = {"type": "webhook", "url": self.url, **more}
        return "[alert:sink]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())

    def types(self, cluster: str) -> list[str]:
        """The types of the hooks for a cluster, in the order in which they came."""
        return [hit.json()["type"] for hit in self.hits if hit.json()["data"]["cluster"] == cluster]

    @contextlib.contextmanager
    def serving(self) -> Iterator[HookSink]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()
