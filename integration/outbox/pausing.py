"""Take documents out of the line while Business Central lacks something that they need."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from integration.models import Message

from .line import WAIT_SECONDS
from .states import State

UNKNOWN_NAME = "BadRequest_NotFound"  # BC's code for a field, or an entity set, that it does not have


def hold(kind: str, sentence: str, *, names: Collection[str] = ()) -> int:
    """Let messages of a kind wait, those too that BC refused because a name is gone; returns how many.

    What may have reached BC is left alone: it is looked for, not sent. A held message is built anew when the
    pause ends, with the mapping of that day.
    """
    waiting = Message.objects.filter(document_kind=kind, unknown_since=None)
    named = Q()
    for name in names:
        named |= Q(error_detail__contains=f"'{name}'")
    refused = Q(state=State.DEAD, error_code=UNKNOWN_NAME) & named if names else Q(pk=None)
    return waiting.filter(Q(state=State.READY) | refused).update(
        state=State.WAITING,
        waiting_for=sentence[:300],
        attempts=0,
        error="",
        error_code="",
        error_detail="",
        next_attempt_at=timezone.now() + timedelta(seconds=WAIT_SECONDS),
    )
