"""Take documents out of the line: Business Central lacks what they need, or has twice what they follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integration.models import Message

from .line import WAIT_SECONDS
from .moving import move_all
from .transitions import HELD_BACK, PAUSED, STUCK, State

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


def hold_chain(chain: str, sentence: str) -> int:
    """Let what is ready in a chain wait, as it was built; returns how many.

    What may have reached BC is left alone, as above. Whoever builds a message asks again, so what waits goes
    on by itself once it may.
    """
    ready = Message.objects.filter(chain=chain, state=State.READY, unknown_since=None)
    look_at = timezone.now() + timedelta(seconds=WAIT_SECONDS)
    return move_all(ready, HELD_BACK, waiting_for=sentence[:300], next_attempt_at=look_at)
