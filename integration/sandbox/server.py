"""A threaded HTTPS server with full control of the socket: one thread per connection, keep-alive."""

import logging
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus

from integration.sandbox.http import Connection, Malformed, Reply, Request

logger = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 300.0
FINISH_SECONDS = 5.0
BACKLOG = 256

Handler = Callable[[Request], Reply]


class Server:
    """Listens on loopback and answers each request with what `handle` returns."""

    def __init__(self, port: int, context: ssl.SSLContext, handle: Handler) -> None:
        self._context = context
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._is_stopping = False
        self.port: int = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Accept connections until `stop` is called."""
        while not self._is_stopping:
            try:
                plain, _address = self._listener.accept()
            except OSError:
                break
            threading.Thread(target=self._serve_connection, args=(plain,), daemon=True).start()

    def stop(self) -> None:
        """Take no more requests, let those under way finish, then end the connections."""
        self.close_listener()
        with self._lock:
            for stream in self._connections:
                _shut(stream, socket.SHUT_RD)
            self._idle.wait_for(lambda: not self._connections, FINISH_SECONDS)

    def close_listener(self) -> None:
        """Take no more connections, so that `serve` returns; safe in a signal handler."""
        self._is_stopping = True
        _shut(self._listener, socket.SHUT_RDWR)
        self._listener.close()

    def _serve_connection(self, plain: socket.socket) -> None:
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(HANDSHAKE_SECONDS)
            stream = self._context.wrap_socket(plain, server_side=True)
        except OSError:
            plain.close()
            return
        with self._lock:
            self._connections.add(stream)
        try:
            stream.settimeout(IDLE_SECONDS)
            self._serve_requests(stream)
        except OSError:
            logger.debug("A client left")
        finally:
            stream.close()
            with self._lock:
                self._connections.discard(stream)
                self._idle.notify_all()

    def _serve_requests(self, stream: ssl.SSLSocket) -> None:
        connection = Connection(stream)
        while not self._is_stopping:
            try:
                request = connection.read_request()
            except Malformed as refusal:
                stream.sendall(Reply(refusal.status).as_bytes(keep_alive=False))
                return
            if request is None:
                return
            if not _send(stream, self._answer(request), keep_alive=request.keep_alive):
                return

    def _answer(self, request: Request) -> Reply:
        try:
            return self._handle(request)
        except Exception:
            logger.exception("Failed on %s %s", request.method, request.path)
            return Reply(
                HTTPStatus.INTERNAL_SERVER_ERROR, b'{"error":{"code":"Unknown","message":"See the log"}}'
            )


def _send(stream: ssl.SSLSocket, reply: Reply, *, keep_alive: bool) -> bool:
    """Send the reply, or the part of it that a fault lets through; False when the connection is done."""
    if reply.cut == "nothing":
        _reset(stream)
        return False
    content = reply.as_bytes(keep_alive=keep_alive)
    if reply.cut == "half":
        stream.sendall(content[: len(content) - len(reply.body) // 2 - 1])
        return False
    stream.sendall(content)
    return keep_alive


def _reset(stream: ssl.SSLSocket) -> None:
    """Close without a farewell, as a broken line does."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def _shut(stream: socket.socket, how: int) -> None:
    try:
        socket.socket.shutdown(stream, how)  # not TLS's own shutdown: that would break a reply under way
    except OSError:
        logger.debug("The socket was closed already")
