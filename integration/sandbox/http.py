"""Read HTTP/1.1 requests from a socket and write replies: only what an API client needs, with bounds."""

import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

MAX_HEADER_BYTES = 32 * 1024
MAX_BODY_BYTES = 350 * 1024 * 1024  # BC's own limit
_CHUNK = 65536
_JSON = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass
class Request:
    """One request: `path` as sent, `segments` decoded, header names in lower case."""

    method: str
    target: str
    path: str
    query_text: str
    headers: dict[str, str]
    body: bytes = b""
    entity_set: str = ""  # noted by the router, for the counts
    keep_alive: bool = True

    @property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.split("/") if part]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_text, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


@dataclass
class Reply:
    """One reply. `cut` says how much of it reaches the client: all, half, or nothing at all."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = _JSON
    cut: str = "all"

    def as_bytes(self, *, keep_alive: bool) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Unknown')}"]
        if self.body:
            lines.append(f"Content-Type: {self.content_type}")
        if self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(self.body)}")
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if not keep_alive:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


class Malformed(Exception):  # noqa: N818 - what the client sent, not what we did
    """Bytes that are no request we take; `status` is the answer before the connection closes."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Connection:
    """The requests of one client connection, one after another."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._buffer = b""

    def read_request(self) -> Request | None:
        """The next request; None when the client has closed. Raises Malformed, OSError."""
        head = self._read_head()
        if head is None:
            return None
        request = _parse_head(head)
        request.body = self._read_body(request)
        return request

    def _read_head(self) -> bytes | None:
        end = self._buffer.find(b"\r\n\r\n")
        while end < 0:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise Malformed(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            received = self._stream.recv(_CHUNK)
            if not received:
                return None
            self._buffer += received
            end = self._buffer.find(b"\r\n\r\n")
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        return head

    def _read_body(self, request: Request) -> bytes:
        if "transfer-encoding" in request.headers:
            raise Malformed(HTTPStatus.LENGTH_REQUIRED)
        length_text = request.headers.get("content-length", "0")
        if not length_text.isdecimal():
            raise Malformed(HTTPStatus.BAD_REQUEST)
        length = int(length_text)
        if length > MAX_BODY_BYTES:
            raise Malformed(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length <= len(self._buffer):
            body, self._buffer = self._buffer[:length], self._buffer[length:]
            return body
        return self._read_long_body(length)

    def _read_long_body(self, length: int) -> bytes:
        parts, missing = [self._buffer], length - len(self._buffer)
        self._buffer = b""
        while missing:
            received = self._stream.recv(min(_CHUNK * 4, missing))
            if not received:
                raise ConnectionResetError("The client left in the middle of a body.")
            parts.append(received)
            missing -= len(received)
        return b"".join(parts)


def _parse_head(head: bytes) -> Request:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
        raise Malformed(HTTPStatus.BAD_REQUEST)
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Malformed(HTTPStatus.BAD_REQUEST)
        headers[name.lower()] = value.strip()
    path, _, query_text = words[1].partition("?")
    request = Request(words[0], words[1], path, query_text, headers)
    request.keep_alive = headers.get("connection", "").lower() != "close" and words[2] != "HTTP/1.0"
    return request
