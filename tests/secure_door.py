"""Our own web application behind TLS on loopback, as Business Central would reach it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from integration.sandbox import tls


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # each request is over before the test's database is emptied


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def opened(certificates: Path) -> Iterator[str]:
    """Serve the application; gives its address."""
    server = make_server("127.0.0.1", 0, _application(), _Server, _Quiet)
    server.socket = tls.server_context(certificates).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection

    handler = WSGIHandler()

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        try:
            return [b"".join(handler(environ, start))]
        finally:
            connection.close()

    return answer
