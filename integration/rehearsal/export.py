"""Read an export of the CAFM: the events that it would send, one JSON object a line, packed or not."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any


class ExportError(Exception):
    """The export cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Export:
    """The events of an export, in the order of the file."""

    name: str
    hash: str
    events: tuple[Any, ...]


def read(path: Path) -> Export:
    """Read a file of events; raises ExportError."""
    digest = hashlib.sha256()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            events = tuple(_events(path, file, digest))
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}.") from error
    return Export(path.name, digest.hexdigest(), events)


def _events(path: Path, lines: Any, digest: Any) -> Iterator[Any]:
    for number, line in enumerate(lines, start=1):
        digest.update(line)
        if not line.strip():
            continue
        try:
            yield json.loads(line, parse_float=Decimal)
        except ValueError as error:
            raise ExportError(f"{path}, line {number}: this is no JSON object: {error}.") from error
