"""What people edited, as its history tells it."""

from __future__ import annotations

from typing import Any

from masterdata.read_only import FieldChange, Told

ACTS = {"+": "added", "~": "changed", "-": "removed"}


def told(entry: Any, subject: str) -> Told:
    """Tell one entry of a history that simple-history keeps."""
    actor = str(entry.history_user) if entry.history_user else "Tieout"
    return Told(entry.history_date, actor, f"{ACTS[entry.history_type]} {subject}", _differences(entry))


def _differences(entry: Any) -> list[FieldChange]:
    before = entry.prev_record if entry.history_type == "~" else None
    if before is None:
        return []
    delta = entry.diff_against(before)
    return [FieldChange(change.field, str(change.old), str(change.new)) for change in delta.changes]
