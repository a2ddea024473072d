"""Forget what was sent when it failed, once nobody needs it: payloads hold people's names and prices."""

from __future__ import annotations

from datetime import datetime

from integration.models import Attempt, Message
from integration.models.outbox import AttemptQuerySet
from masterdata import chain

BATCH = 1000


def forget_requests(*, now: datetime) -> int:
    """Forget old requests of messages that have ended; returns how many. A dead letter's never."""
    ended = old_requests(now=now).order_by("ended_at").values("pk")[:BATCH]
    return Attempt.objects.filter(pk__in=ended).forget_requests()


def old_requests(*, now: datetime) -> AttemptQuerySet:
    """Give the attempts whose request's term is over."""
    before = now - chain.kept_days("requests")
    found: AttemptQuerySet = Attempt.objects.filter(request__isnull=False, ended_at__lt=before)
    return found.filter(message__state__in=Message.FINAL)
