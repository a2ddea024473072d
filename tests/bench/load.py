"""A small load generator: a few connections, each sends its next request when the last was answered."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """How a server fared under a load."""

    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: int) -> float:
        """Milliseconds within which so many per cent were answered."""
        return 1000 * statistics.quantiles(self.times, n=100, method="inclusive")[share - 1]


def post(port: int, path: str, bodies: Sequence[bytes], *, key: str, hands: int) -> Load:
    """Send each body once, from so many connections."""
    requests = [_request(path, body, key) for body in bodies]
    load, lock = Load(0.0), threading.Lock()

    def work(mine: Sequence[bytes]) -> None:
        times, statuses, line = [], set(), None
        for request in mine:
            began = time.perf_counter()
            line = line or _connected(port)
            line.sendall(request)
            status, is_open = _answer(line)
            times.append(time.perf_counter() - began)
            statuses.add(status)
            if not is_open:
                line.close()
                line = None
        with lock:
            load.times += times
            load.statuses |= statuses

    threads = [threading.Thread(target=work, args=(requests[hand::hands],)) for hand in range(hands)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    return load


def _request(path: str, body: bytes, key: str) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {key}",
        "Content-Type: application/cloudevents+json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _connected(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _answer(line: socket.socket) -> tuple[int, bool]:
    """Read one answer to its end: its status, and whether the connection stays open."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += line.recv(65536) or _gone()
    head, _, rest = told.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(each for each in lines if each.startswith(b"content-length:"))
    left = int(length.partition(b":")[2]) - len(rest)
    while left > 0:
        left -= len(line.recv(65536) or _gone())
    return int(head.split(b" ", 2)[1]), b"connection: close" not in lines


def _gone() -> bytes:
    raise ConnectionError("the server closed the connection")
