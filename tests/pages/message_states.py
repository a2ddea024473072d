"""docs/message-states.md, from the table of moves."""

from __future__ import annotations

from pathlib import Path

from integration.models import Message
from integration.outbox.transitions import BEGINNINGS, MOVES, Move

PAGE = Path(__file__).resolve().parents[2] / "docs" / "message-states.md"
HEAD = """# The states of a message

One row of `integration_message` is one document's way to Business Central. This page is written from
`integration/outbox/transitions.py` by `python -m tests.pages`; a test compares the two.

The database refuses every other change of a state, and holds besides:

- What is done or cancelled stays as it is, and what has not ended is never deleted.
- The fence rises with each claim. Attempts fall only by one that never left, or when a person, an event or
  the end of a pause begins anew.
- What waits or is ready has a time at which it is looked at.
- What may be in Business Central is never ready, waiting, done or cancelled.
- What is stuck says why; a posted order or invoice has its number.

"""
TABLE = """| Move | From | To | Who may | Why | Sets | Clears | Only what was never sent |
|---|---|---|---|---|---|---|---|
"""


def text() -> str:
    """Give the page as it should be."""
    named = ", ".join(state.value for state in BEGINNINGS)
    last = f"\nA new message is {named}. Ended: {', '.join(Message.FINAL)}.\n"
    return HEAD + TABLE + "".join(_row(move) for move in MOVES) + last


def _row(move: Move) -> str:
    cells = [
        move.name,
        ", ".join(sorted(move.start)),
        move.end.value,
        move.who.value,
        move.why,
        ", ".join(sorted(move.sets)),
        ", ".join(sorted(move.clears)),
        "yes" if move.only_unsent else "",
    ]
    return "| " + " | ".join(cells) + " |\n"
