"""Take documents out of the line while Business Central lacks something that they need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integration.models import Message

from .line import WAIT_SECONDS
from .moving import move_all
from .transitions import PAUSED, STUCK, State

UNKNOWN_NAME = "BadRequest_NotFound"  # BC's code for a field, or an entity set, that it does not have


def hold(
    kind: str, sentence: str, *, concerns: Callable[[Mapping[str, Any]], bool], names: Collection[str] = ()
) -> int:
    """Let those messages of a kind wait, those too that BC refused because a name is gone; returns how many.

    What may have reached BC is left alone: it is looked for, not sent. A held message is built anew when the
    pause ends, with the mapping of that day.
    """
    which = Q(state=State.READY)
    for name in names:
        which |= Q(state__in=STUCK, error_code=UNKNOWN_NAME, error_detail__contains=f"'{name}'")
    held = Message.objects.filter(which, document_kind=kind, unknown_since=None)
    payloads = held.values_list("pk", "payload").iterator()
    concerned = [pk for pk, payload in payloads if concerns(payload or {})]
    look_at = timezone.now() + timedelta(seconds=WAIT_SECONDS)
    return move_all(
        held.filter(pk__in=concerned), PAUSED, waiting_for=sentence[:300], next_attempt_at=look_at
    )
