"""Forget what was sent when it failed, once nobody needs it: payloads hold people's names and prices."""

from __future__ import annotations

from datetime import datetime, timedelta

from integration.models import Attempt, Message

KEPT_DAYS = 90
BATCH = 1000


def forget_requests(*, now: datetime) -> int:
    """Forget old requests of messages that have ended; returns how many. A dead letter's never."""
    old = Attempt.objects.filter(request__isnull=False, ended_at__lt=now - timedelta(days=KEPT_DAYS))
    ended = old.filter(message__state__in=Message.FINAL).order_by("ended_at").values("pk")[:BATCH]
    return Attempt.objects.filter(pk__in=ended).forget_requests()
