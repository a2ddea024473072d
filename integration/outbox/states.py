"""The states of a message, and which may follow which."""

from __future__ import annotations

from typing import Any

from integration.models import Message

State = Message.State

TRANSITIONS = {
    State.WAITING: {State.READY, State.REJECTED, State.DONE, State.CANCELLED},
    State.READY: {State.CLAIMED, State.WAITING, State.CANCELLED},
    State.CLAIMED: {
        State.SENDING,
        State.READY,
        State.WAITING,
        State.VERIFYING,
        State.DONE,
        State.DEAD,
        State.REJECTED,
        State.CANCELLED,
    },
    State.SENDING: {State.DONE, State.READY, State.VERIFYING, State.DEAD, State.REJECTED},
    State.VERIFYING: {State.CLAIMED},
    State.DEAD: {State.READY, State.VERIFYING, State.WAITING, State.DONE, State.CANCELLED},
    State.REJECTED: {State.READY, State.VERIFYING, State.WAITING, State.DONE, State.CANCELLED},
}  # done and cancelled are final


class OutboxError(Exception):
    """The message cannot be moved that way; the text says why and what to do."""


class LostLease(Exception):  # noqa: N818 - nothing is wrong, somebody else has the message now
    """Another worker has taken the message over; drop what you have."""


def check(message: Message, to: Message.State) -> None:
    if to not in TRANSITIONS.get(State(message.state), set()):
        raise OutboxError(f"{message} is {message.get_state_display()}; it cannot become {to.label}.")


def change(message: Message, **changes: Any) -> None:
    """Change a message that no worker holds."""
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=list(changes))
