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

INVOICES = "supplier_invoice."


class ExportError(Exception):
    """The export cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Export:
    """An export that was read once and is read again event by event: it may be larger than memory."""

    path: Path
    hash: str
    count: int
    invoices: frozenset[str] = frozenset()
    """The vendors' numbers of the invoices in it."""

    @property
    def name(self) -> str:
        return self.path.name

    def events(self) -> Iterator[Any]:
        """Give the events in the order of the file; raises ExportError, also when it has changed."""
        digest = hashlib.sha256()
        yield from _events(self.path, digest)
        if digest.hexdigest() != self.hash:
            raise ExportError(f"{self.path} has changed since its rehearsal began. Rehearse it again.")


def read(path: Path) -> Export:
    """Read a file of events; raises ExportError."""
    digest = hashlib.sha256()
    count, invoices = 0, set()
    for event in _events(path, digest):
        count += 1
        if number := _invoice_number(event):
            invoices.add(number)
    return Export(path, digest.hexdigest(), count, frozenset(invoices))


def _invoice_number(event: Any) -> str:
    told = event if isinstance(event, dict) else {}
    data = told.get("data")
    if not isinstance(data, dict) or not str(told.get("type", "")).startswith(INVOICES):
        return ""
    number = data.get("number")
    return number if isinstance(number, str) else ""


def _events(path: Path, digest: Any) -> Iterator[Any]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                digest.update(line)
                if line.strip():
                    yield _event(path, number, line)
    except (OSError, EOFError) as error:  # a packed file that is cut off ends with the second
        why = getattr(error, "strerror", None) or error
        raise ExportError(f"{path} cannot be read: {why}.") from error


def _event(path: Path, number: int, line: bytes) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except ValueError as error:
        raise ExportError(f"{path}, line {number}: this is no JSON object: {error}.") from error
