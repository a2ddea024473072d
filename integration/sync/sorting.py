"""Tell the rows of a page apart: what makes sense, what waits for other records, what filters leave out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from masterdata.batch import Batch
from masterdata.models import Company

from . import filters, lacking, links
from .entities import Entity, Row


@dataclass(frozen=True)
class Sorted:
    """The rows of a page; a place counts the rows that make sense, in the batch and beside it alike."""

    batch: Batch
    """Those that make sense; some of them are marked as left out by a filter."""
    rows: list[Row]
    """The same as BC told them."""
    refused: list[tuple[Row, str]]
    """Those that make none, and why."""
    waiting: dict[int, str]
    """What of the batch names a record that is not here, by its place; and which."""
    left_out: set[int]
    """What of the batch belongs to a record that a filter leaves out."""
    name_of: Callable[[Row], str]
    """Names a row as people know it in BC."""


def sort(company: Company, entity: Entity, wanted: filters.Filter, rows: Sequence[Row]) -> Sorted:
    """Read the rows; put keys in the place of BC's ids; conditions on keys are judged after that.

    What is kept for want of BC's word comes before the conditions, and what is a key here after the ids.
    """
    batch, good, refused = entity.read(rows, company)
    gone = entity.mapping.lacking
    lacking.keep(company, entity, batch, gone - entity.id_fields)
    wanted.without(entity.id_fields).mark(batch)
    resolved = links.resolve(company, entity, batch)
    lacking.keep(company, entity, batch, gone & entity.id_fields)
    wanted.on(entity.id_fields).mark(batch)
    return Sorted(batch, good, refused, resolved.waiting, resolved.left_out, entity.naming())
