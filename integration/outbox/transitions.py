"""Every way in which a message's state may change, as one table: from, to, who, why, what is written.

`moving.py` makes the moves. The database holds the same pairs and refuses all others (the trigger
`message_moves`); docs/message-states.md shows the table to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import QuerySet

from integration.models import Message

State = Message.State

WAITING, READY, CLAIMED, SENDING = State.WAITING, State.READY, State.CLAIMED, State.SENDING
VERIFYING, DONE, DEAD = State.VERIFYING, State.DONE, State.DEAD
REJECTED, CANCELLED = State.REJECTED, State.CANCELLED


class Who(Enum):
    """Who may make a move."""

    BUILDER = "whoever builds what is sent"
    WORKER = "the worker that holds it"
    SWEEPER = "the sweeper, for a worker that is gone"
    PERSON = "a person"
    EVENT = "an event of the CAFM"
    PULL = "a pull from Business Central"
    CONTRACT = "a check of the contract"
    NIGHT = "the nightly look for doubled documents"


@dataclass(frozen=True, eq=False)
class Move:
    """One way from a state to another."""

    name: str
    start: frozenset[State]
    end: State
    who: Who
    why: str
    sets: frozenset[str] = frozenset()
    clears: Mapping[str, Any] = field(default_factory=dict)
    only_unsent: bool = False  # only what is known not to be in Business Central

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Give all that is written; what the move does not know of is our own mistake."""
        if strange := given.keys() - self.sets:
            raise TypeError(f"The move '{self.name}' does not set {', '.join(sorted(strange))}.")
        return {"state": self.end, **self.clears, **given}

    def open_to(self, messages: QuerySet[Message]) -> QuerySet[Message]:
        """Keep those messages that may make the move."""
        open_to_it = messages.filter(state__in=self.start)
        return open_to_it.filter(unknown_since=None) if self.only_unsent else open_to_it


LEASE: dict[str, Any] = {"lease_until": None, "lease_by": ""}
ERROR: dict[str, Any] = {"error": "", "error_code": "", "error_detail": ""}
TOLD = frozenset(ERROR)
FILED = TOLD | {"cause", "worth", "first_failed_at", "remap"}  # what a message gets when it is stuck
BUILT_OF = frozenset({"payload", "mapping_version", "line_mapping_version", "mapped_from"})
NOT_DUE: dict[str, Any] = {"next_attempt_at": None}
NO_WAIT: dict[str, Any] = {"waiting_for": ""}
ENDED = {**NOT_DUE, **NO_WAIT, **ERROR, "unknown_since": None}
ANEW = {**ERROR, "attempts": 0}
KEEPS = {"remap": False}  # the versions of the mapping that it is built with now are its own
ANEW_MAPPED = {"remap": True}  # its mapping was at fault: the next build takes the one in force
STUCK = frozenset({DEAD, REJECTED})
HELD_BY_WORKER = frozenset({CLAIMED, SENDING})
UNSENT = frozenset({WAITING, READY, DEAD, REJECTED})


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


MADE_READY = Move(
    "made ready",
    _from(WAITING),
    READY,
    Who.BUILDER,
    "what it waited for is there",
    BUILT_OF | {"next_attempt_at"},
    {**NO_WAIT, **KEEPS},
    only_unsent=True,
)
BUILT = Move(
    "built",
    _from(CLAIMED),
    CLAIMED,
    Who.WORKER,
    "its payload is built when it is first claimed",
    BUILT_OF | {"next_attempt_at"},
    {**NO_WAIT, **KEEPS},
)
PUT_OFF = Move(
    "put off",
    _from(WAITING, CLAIMED),
    WAITING,
    Who.BUILDER,
    "a record that it names is missing, its kind rests, or it is held back",
    frozenset({"waiting_for", "next_attempt_at", "attempts"}),
    LEASE,
    only_unsent=True,
)
NEEDS_NOTHING = Move(
    "needs nothing",
    _from(WAITING, CLAIMED),
    DONE,
    Who.BUILDER,
    "there is nothing to post",
    frozenset({"done_at"}),
    {**LEASE, **NOT_DUE, **NO_WAIT},
    only_unsent=True,
)
CANNOT_BE_WRITTEN = Move(
    "cannot be written",
    _from(WAITING, CLAIMED),
    REJECTED,
    Who.BUILDER,
    "the field mapping finds it wrong",
    (FILED - ANEW_MAPPED.keys()) | {"mapped_from"},
    {**LEASE, **NOT_DUE, **NO_WAIT, **ANEW_MAPPED},
    only_unsent=True,
)
TAKEN = Move(
    "claimed",
    _from(READY, VERIFYING),
    CLAIMED,
    Who.WORKER,
    "it is due and its chain is free",
    frozenset({"fence", "attempts", "lease_until", "lease_by"}),
)
SEND = Move(
    "about to be sent",
    HELD_BY_WORKER,
    SENDING,
    Who.WORKER,
    "the next call may change Business Central",
    BUILT_OF | {"lease_until"} | KEEPS.keys(),  # what it is built of, where that is written with the sending
)
SETTLED = Move(
    "settled",
    _from(CLAIMED),
    CLAIMED,
    Who.WORKER,
    "its lost call is proven to have posted nothing",
    frozenset({"attempts"}),
    {"unknown_since": None, "looks": 0},
)
POSTED = Move(
    "posted",
    HELD_BY_WORKER,
    DONE,
    Who.WORKER,
    "Business Central has it, once",
    frozenset({"done_at", "bc_id", "bc_number"}),
    {**LEASE, **ENDED},
)
ANSWER_LOST = Move(
    "answer lost",
    HELD_BY_WORKER,
    VERIFYING,
    Who.WORKER,
    "nobody knows yet whether it was posted",
    frozenset({"unknown_since", "looks", "next_attempt_at"}),
    LEASE,
)
TRY_LATER = Move(
    "tried later",
    HELD_BY_WORKER,
    READY,
    Who.WORKER,
    "nothing was posted, and that may pass",
    TOLD | {"next_attempt_at", "attempts", "first_failed_at"},
    LEASE,
    only_unsent=True,
)
REFUSED = Move(
    "refused",
    HELD_BY_WORKER,
    REJECTED,
    Who.WORKER,
    "Business Central says that its content is wrong",
    FILED,
    {**LEASE, **NOT_DUE},
)
GIVEN_UP = Move(
    "given up",
    HELD_BY_WORKER,
    DEAD,
    Who.WORKER,
    "it was tried often enough",
    FILED,
    {**LEASE, **NOT_DUE},
)
WITHDRAWN = Move(
    "withdrawn",
    _from(CLAIMED),
    CANCELLED,
    Who.WORKER,
    "its document need not be posted any more",
    clears={**LEASE, **NOT_DUE},
    only_unsent=True,
)
HANDED_BACK = Move(
    "handed back",
    _from(REJECTED),
    CANCELLED,
    Who.WORKER,
    "accounts payable judges the invoice again",
    only_unsent=True,
)
FREED = Move(
    "freed",
    _from(CLAIMED),
    READY,
    Who.SWEEPER,
    "its worker is gone and had sent nothing",
    frozenset({"next_attempt_at"}),
    LEASE,
    only_unsent=True,
)
FREED_TO_LOOK = Move(
    "freed to look",
    HELD_BY_WORKER,
    VERIFYING,
    Who.SWEEPER,
    "its worker is gone and may have posted it",
    frozenset({"unknown_since", "next_attempt_at"}),
    LEASE,
)
KILLED_ITS_WORKERS = Move(
    "killed its workers",
    HELD_BY_WORKER,
    DEAD,
    Who.SWEEPER,
    "several workers died over it",
    FILED | {"unknown_since"},
    {**LEASE, **NOT_DUE},
)
RETRIED = Move(
    "retried by hand",
    STUCK,
    WAITING,
    Who.PERSON,
    "its cause is mended; it is built anew",
    frozenset({"next_attempt_at", "remap"}),
    ANEW,
    only_unsent=True,
)
LOOKED_FOR_BY_HAND = Move(
    "looked for by hand",
    STUCK,
    VERIFYING,
    Who.PERSON,
    "its cause is mended; it may be there already",
    frozenset({"next_attempt_at"}),
    ANEW,
)
ENTERED_BY_HAND = Move(
    "entered by hand",
    _from(WAITING, DEAD, REJECTED),
    DONE,
    Who.PERSON,
    "someone typed the document into Business Central, or it was found there",
    frozenset({"done_at", "bc_id", "bc_number"}),
    ENDED,
)
CANCELLED_BY_HAND = Move(
    "cancelled by hand",
    UNSENT,
    CANCELLED,
    Who.PERSON,
    "nobody wants it any more",
    clears=NOT_DUE,
    only_unsent=True,
)
DROPPED = Move(
    "dropped",
    UNSENT,
    CANCELLED,
    Who.EVENT,
    "its document was cancelled, reversed or replaced",
    clears=NOT_DUE,
    only_unsent=True,
)
RENEWED = Move(
    "renewed",
    UNSENT,
    WAITING,
    Who.EVENT,
    "its document has changed before it was sent",
    frozenset({"next_attempt_at"}),
    ANEW,
    only_unsent=True,
)
LOOKED_AT_AGAIN = Move(
    "looked at again",
    _from(WAITING),
    READY,
    Who.EVENT,
    "its order has come or has changed",
    frozenset({"next_attempt_at"}),
    {**NO_WAIT, "payload": None, "mapped_from": ""},
    only_unsent=True,
)
SEEN_POSTED = Move(
    "seen posted",
    _from(WAITING, DEAD, REJECTED),
    DONE,
    Who.PULL,
    "someone posted it in Business Central",
    frozenset({"done_at", "bc_id", "bc_number"}),
    ENDED,
)
PAUSED = Move(
    "paused",
    _from(READY, DEAD, REJECTED),
    WAITING,
    Who.CONTRACT,
    "Business Central lacks what it uses",
    frozenset({"waiting_for", "next_attempt_at"}),
    {**ANEW, **ANEW_MAPPED},
    only_unsent=True,
)
HELD_BACK = Move(
    "held back",
    _from(READY),
    WAITING,
    Who.NIGHT,
    "what it follows is in Business Central more than once",
    frozenset({"waiting_for", "next_attempt_at"}),
    only_unsent=True,
)

MOVES = tuple(value for value in list(globals().values()) if isinstance(value, Move))
BEGINNINGS = (WAITING, READY)  # of a new message

TRANSITIONS = {
    state: frozenset(move.end for move in MOVES if state in move.start and move.end != state)
    for state in State
}  # done and cancelled are final
