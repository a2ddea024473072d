"""An edit of a person, applied to what is built: it holds only for what its author saw."""

from __future__ import annotations

from typing import Any

from integration.bc import dumps
from integration.models import Message, PayloadEdit

STEP = "Open Edit: edit it again, or give the edit up"


def in_force(message: Message) -> PayloadEdit | None:
    """Give the edit that holds for a message; only what was stuck once can have one."""
    if message.first_failed_at is None:
        return None
    found: PayloadEdit | None = message.edits.in_force().first()
    return found


def fits(edit: PayloadEdit, built: Any) -> bool:
    """Tell whether what is built now is what the edit was made on."""
    return dumps(edit.original) == dumps(built)


def outdated(edit: PayloadEdit) -> str:
    """Say why an edited message is not sent: neither what is built nor what was edited is surely right."""
    day = f"{edit.at:%Y-%m-%d}"
    return f"{edit.by} edited it on {day}, and what is built from its record has changed since"
