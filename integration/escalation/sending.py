"""Bring what is due to its channels: counted before trying, several together, again after pauses."""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integration import backoff
from integration.models import Channel, Notification

from .channels import CannotTell, tell

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 100
MOST_AT_ONCE = 50
LEASE = timedelta(seconds=60)
TURN_SECONDS = 20.0
State = Notification.State


def send_due(*, now: datetime) -> int:
    """Send what is due, one message a channel; returns how many notifications were told."""
    ends, sent = time.monotonic() + TURN_SECONDS, 0
    for channel in Channel.objects.filter(enabled=True).order_by("pk"):
        if time.monotonic() > ends:
            break
        if claimed := _claim(channel, now):
            sent += _send(channel, claimed)
    return sent


@transaction.atomic
def _claim(channel: Channel, now: datetime) -> list[Notification]:
    due = Notification.objects.filter(channel=channel, state=State.QUEUED, next_attempt_at__lte=now)
    rows = due.select_related("incident__company").order_by("next_attempt_at", "pk")
    claimed = list(rows.select_for_update(skip_locked=True, of=("self",))[:MOST_AT_ONCE])
    for each in claimed:
        each.attempts += 1
        each.next_attempt_at = timezone.now() + LEASE
        each.save(update_fields=["attempts", "next_attempt_at"])
    return claimed


def _send(channel: Channel, claimed: list[Notification]) -> int:
    title, body = _words(claimed)
    now = timezone.now()
    try:
        tell(channel, title, body, key=str(claimed[0].key))
    except CannotTell as problem:
        logger.exception("Channel %s failed: %s", channel, problem.sentence)
        Channel.objects.filter(pk=channel.pk).update(tried_at=now, error=problem.sentence)
        for each in claimed:
            _failed(each, problem.sentence)
        return 0
    Channel.objects.filter(pk=channel.pk).update(tried_at=now, told_at=now, error="")
    for each in claimed:
        _ours(each).update(state=State.SENT, ended_at=timezone.now(), title=title, body=body, error="")
    return len(claimed)


def _failed(each: Notification, sentence: str) -> None:
    if each.attempts >= MOST_ATTEMPTS:
        _ours(each).update(state=State.FAILED, ended_at=timezone.now(), error=sentence)
        return
    wait = timedelta(seconds=backoff.delay(each.attempts, random=random.random))
    _ours(each).update(next_attempt_at=timezone.now() + wait, error=sentence)


def _ours(each: Notification):  # type: ignore[no-untyped-def]
    """Find the row while no other worker has it: each claim counts the attempts up."""
    return Notification.objects.filter(pk=each.pk, state=State.QUEUED, attempts=each.attempts)


def _words(claimed: list[Notification]) -> tuple[str, str]:
    lines = [_line(each) for each in claimed]
    if len(lines) == 1:
        return lines[0][:300], lines[0]
    return f"{len(lines)} matters need a person", "\n".join(f"- {line}" for line in lines)


def _line(each: Notification) -> str:
    incident = each.incident
    money = f", {incident.worth:,.2f} {incident.company.ledger_currency}" if incident.worth else ""
    again = "Reminder: " if each.step else ""
    return f"{again}{incident.count} × {incident.get_subject_display()}{money}: {incident.sentence}"
