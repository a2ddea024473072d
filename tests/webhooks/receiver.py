"""An HTTPS receiver that answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from integration.sandbox import tls


class Receiver:
    """Give it as a context: it stops at the end."""

    def __init__(self, certificates: Path, *, only_old_tls: bool = False) -> None:
        receiver = self
        self.answers: list[int] = []  # of the next messages; 204 when there is none
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.released = threading.Event()
        self.released.set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): text for name, text in self.headers.items()}, body))
                receiver.paths.append(self.path)
                receiver.released.wait(20)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("Location", f"{receiver.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = tls.server_context(certificates)
        if only_old_tls:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/tieout"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
