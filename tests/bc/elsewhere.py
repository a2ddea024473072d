"""A server that answers what it is told and remembers what it was asked, for what the sandbox never does."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from integration.sandbox import tls


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is answered to it."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Reply]


@dataclass
class Elsewhere:
    """The running server."""

    url: str
    ca_bundle: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serve(
    folder: Path, answer: Answer, *, prepare: Callable[[ssl.SSLContext], None] = lambda context: None
) -> Iterator[Elsewhere]:
    """Run the server for the block; `prepare` may change its TLS."""
    context = tls.server_context(folder)
    prepare(context)
    server = ThreadingHTTPServer(("localhost", 0), _handler(answer))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.elsewhere = Elsewhere(f"https://localhost:{server.server_port}", str(folder / tls.CA_FILE))
    server.handle_error = lambda request, address: None  # a handshake that fails is what some tests want
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.elsewhere
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers), body)
            self.server.elsewhere.asked.append(asked)
            reply = answer(asked)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names that http.server looks for

        def log_message(self, *args: object) -> None:
            pass

    return Handler
