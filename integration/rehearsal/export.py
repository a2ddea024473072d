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
    """An export that was read once and is read again event by event: it may be larger than memory."""

    path: Path
    hash: str
    count: int

    @property
    def name(self) -> str:
        return self.path.name

    def events(self) -> Iterator[Any]:
        """Give the events in the order of the file."""
        with _opened(self.path) as file:
            yield from _events(self.path, file, hashlib.sha256())


def read(path: Path) -> Export:
    """Read a file of events; raises ExportError."""
    digest = hashlib.sha256()
    try:
        with _opened(path) as file:
            count = sum(1 for _event in _events(path, file, digest))
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}.") from error
    return Export(path, digest.hexdigest(), count)


def _opened(path: Path) -> Any:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _events(path: Path, lines: Any, digest: Any) -> Iterator[Any]:
    for number, line in enumerate(lines, start=1):
        digest.update(line)
        if not line.strip():
            continue
        try:
            yield json.loads(line, parse_float=Decimal)
        except ValueError as error:
            raise ExportError(f"{path}, line {number}: this is no JSON object: {error}.") from error
