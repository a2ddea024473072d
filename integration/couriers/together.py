"""Quantities of several lines of an order, set in one call: all of them or none (docs/decisions/0016)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from integration.bc import BatchAnswer, Client, Operation, odata
from integration.bc.reading import PurchaseOrderLine, read
from integration.errors import IntegrationError, TemporaryError, UnknownOutcome

from .orders import LINES

AT_ONCE = 50  # of the hundred that BC takes: a batch holds its place for all of them
Change = tuple[PurchaseOrderLine, Mapping[str, Any]]


@contextmanager
def posting_nothing() -> Iterator[None]:
    """Change in the block what posts nothing: a lost answer does no harm there, it is set again."""
    try:
        yield
    except UnknownOutcome as lost:
        raise TemporaryError(
            "Business Central broke off before anything was posted. It is sent again by itself.",
            code=lost.code,
            status=lost.status,
            raw=lost.raw,
        ) from lost


def set_quantities(client: Client, changes: Sequence[Change]) -> list[PurchaseOrderLine]:
    """Set what is to be posted of each line; gives the lines as they are then."""
    changed = []
    with posting_nothing():
        for start in range(0, len(changes), AT_ONCE):
            changed += _set(client, changes[start : start + AT_ONCE])
    return changed


def _set(client: Client, changes: Sequence[Change]) -> list[PurchaseOrderLine]:
    if len(changes) == 1:
        ((line, change),) = changes
        return [read(PurchaseOrderLine, client.update(LINES, line.id, change, etag=line.etag or ""))]
    answers = client.batch([_operation(line, change) for line, change in changes])
    if (error := _first_error(answers)) is not None:
        raise error
    return [read(PurchaseOrderLine, _told(answer)) for answer in answers]


def _operation(line: PurchaseOrderLine, change: Mapping[str, Any]) -> Operation:
    return Operation("PATCH", odata.key_path(LINES, line.id), change, etag=line.etag)


def _first_error(answers: Sequence[BatchAnswer]) -> IntegrationError | None:
    """Give the error of the part that failed; the others only say that they were taken back or not tried.

    Where none failed and some were passed over, the answer is lost: taken at its word it would never end.
    """
    failed = [answer for answer in answers if answer.error is not None]
    own = next((answer.error for answer in failed if answer.status >= 300), None)
    return own or (_lost() if failed else None)


def _told(answer: BatchAnswer) -> Mapping[str, Any]:
    if answer.entity is None:
        raise _lost()
    return answer.entity


def _lost() -> UnknownOutcome:
    return UnknownOutcome("Business Central told only a part of what became of the lines.")
