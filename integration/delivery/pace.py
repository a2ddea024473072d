"""When to look and to try again: the plans of backoff.py, stretched or shrunk by OUTBOX_PACE."""

from __future__ import annotations

import random
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from integration import backoff
from integration.errors import IntegrationError
from integration.models import Message


def next_look(message: Message, *, looks: int) -> float | None:
    """Seconds until the next look; the plan is stretched or shrunk by OUTBOX_PACE."""
    pace = settings.OUTBOX_PACE
    since = since_sent(message) / pace if pace else backoff.SETTLE_SECONDS[-1]
    seconds = backoff.next_look(looks, since_sent=since)
    return None if seconds is None else paced(seconds)


def since_sent(message: Message) -> float:
    since: datetime = message.unknown_since or timezone.now()
    return (timezone.now() - since).total_seconds()


def paced(seconds: float) -> float:
    return seconds * float(settings.OUTBOX_PACE)


def wait(attempts: int, error: Exception) -> float:
    if isinstance(error, IntegrationError) and error.retry_after is not None:
        return error.retry_after
    return paced(backoff.delay(max(1, attempts), random=random.random))
