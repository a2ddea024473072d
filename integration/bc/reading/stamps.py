"""What rows of every list are read with: their ids, and the moments of their last changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integration.bc.names import ID, MODIFIED
from integration.bc.reading.values import as_guid, as_moment


@dataclass
class Stamps:
    """Of each row, in their order; a row that cannot be told is named by its place, and is in neither."""

    ids: list[str] = field(default_factory=list)
    modified_at: list[datetime | None] = field(default_factory=list)
    wrong: dict[int, str] = field(default_factory=dict)


def read_stamps(rows: Sequence[Mapping[str, Any]]) -> Stamps:
    """Read them; of a moment that many rows share only the first is read."""
    try:
        told = [row.get(MODIFIED) or "" for row in rows]
        moments = {moment: as_moment(moment) for moment in set(told)}
        return Stamps([_id(row) for row in rows], list(map(moments.__getitem__, told)))
    except (KeyError, ValueError, TypeError):
        return _one_by_one(rows)


def _one_by_one(rows: Sequence[Mapping[str, Any]]) -> Stamps:
    stamps = Stamps()
    for place, row in enumerate(rows):
        try:
            bc_id, moment = _id(row), as_moment(row.get(MODIFIED) or "")
        except (KeyError, ValueError, TypeError) as exc:
            stamps.wrong[place] = f"It came without an id or a moment that can be read: {exc}."
            continue
        stamps.ids.append(bc_id)
        stamps.modified_at.append(moment)
    return stamps


def _id(row: Mapping[str, Any]) -> str:
    bc_id = as_guid(row[ID])
    if bc_id is None:
        raise ValueError("its id is empty")
    return bc_id
