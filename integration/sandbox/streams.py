"""Contents of attachments and pictures: read and written as bytes at an address of their own."""

import base64

from integration.sandbox.entities.declare import EntitySet, Field
from integration.sandbox.errors import Refusal, read_only
from integration.sandbox.http import Reply, Request
from integration.sandbox.store import Transaction
from integration.sandbox.table import Row

_OCTETS = "application/octet-stream"


def read(row: Row, stream: Field) -> Reply:
    """The bytes; 204 when there are none yet."""
    content = base64.b64decode(row[stream.column])
    return Reply(200, content, content_type=_OCTETS) if content else Reply(204)


def write(tx: Transaction, spec: EntitySet, row: Row, stream: Field, request: Request) -> None:
    """Replace the bytes; raises Refusal on a type that is no stream of bytes."""
    if stream.read_only:
        raise read_only(stream.name)
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != _OCTETS and not kind.startswith("image/"):
        message = f"The content type '{kind}' is not supported. Send {_OCTETS}."
        raise Refusal(415, "BadRequest_UnsupportedMediaType", message)
    changes: dict[str, object] = {stream.column: base64.b64encode(request.body).decode()}
    if "byteSize" in spec.by_name:
        changes["byteSize"] = len(request.body)
    tx.update(spec.table, row.id, changes)


def links(spec: EntitySet, row: Row, base: str) -> bytes:
    """The addresses of the row's streams, as the inside of a JSON object."""
    parts = []
    for each in spec.streams:
        address = f"{base}/{spec.name}({row.id})/{each.name}"
        if not each.read_only:
            parts.append(f'"{each.name}@odata.mediaEditLink":"{address}"')
        parts.append(f'"{each.name}@odata.mediaReadLink":"{address}"')
    return ",".join(parts).encode()
