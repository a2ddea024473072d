"""Make the moves of the table in transitions.py: one message, one that a worker holds, or many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from integration.models import Message

from .transitions import Move


class OutboxError(Exception):
    """The message cannot be moved that way; the text says why and what to do."""


class LostLease(Exception):  # noqa: N818 - nothing is wrong, somebody else has the message now
    """Another worker has taken the message over; drop what you have."""


def may(message: Message, how: Move) -> bool:
    """Say whether a message may make that move now."""
    is_unsent = message.unknown_since is None or not how.only_unsent
    return message.state in how.start and is_unsent


def check(message: Message, how: Move) -> None:
    """Refuse a move that the message may not make now."""
    if message.unknown_since and how.only_unsent and message.state in how.start:
        raise OutboxError(
            f"{message} may be in Business Central. Look there first, then mark it done or retry it."
        )
    if not may(message, how):
        told = f"{message} is {message.get_state_display()}"
        raise OutboxError(f"{told}; it cannot become {how.end.label}.")


def move(message: Message, how: Move, **given: Any) -> None:
    """Move a message that no worker holds, locked by us."""
    check(message, how)
    if not _write(Message.objects.filter(pk=message.pk), message, how, given):
        raise OutboxError(f"{message} has changed meanwhile; it cannot become {how.end.label}.")


def move_held(message: Message, how: Move, only: Q | None = None, /, **given: Any) -> None:
    """Move a message that we hold, under its fence; raises LostLease when another worker has it."""
    held = Message.objects.filter(only or Q(), pk=message.pk, fence=message.fence)
    if not _write(held, message, how, given):
        raise LostLease(f"{message} was taken over")


def move_all(messages: QuerySet[Message], how: Move, **given: Any) -> int:
    """Move those of the messages that may make the move, in one statement; returns how many."""
    return how.open_to(messages).update(**how.values(given))


def file_under(message: Message, **cause: Any) -> None:
    """Say why a stuck message is stuck, where that was not said yet; it does not move."""
    Message.objects.stuck().filter(pk=message.pk, cause=None).update(**cause)


def _write(row: QuerySet[Message], message: Message, how: Move, given: Mapping[str, Any]) -> bool:
    values = how.values(given)
    if not how.open_to(row).update(**values):
        return False
    for name, value in values.items():
        setattr(message, name, value)
    return True
