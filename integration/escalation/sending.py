"""Bring what is due to its channels: counted before trying, several together, again after pauses.

A channel that fails rests, longer each time, and holds up no other.
"""

from __future__ import annotations

import logging
import random
import time
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integration import backoff
from integration.models import Channel, Notification

from . import audiences, wording
from .channels import CannotTell, tell

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 500  # five days of a channel that is down
MOST_AT_ONCE = 50
LEASE = timedelta(seconds=120)
TURN_SECONDS = 20.0
State = Notification.State


def send_due(*, now: datetime) -> int:
    """Send what is due, one message a channel and person; returns how many notifications were told."""
    ends, sent = time.monotonic() + TURN_SECONDS, 0
    awake = Channel.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), enabled=True)
    for channel in awake.order_by(F("tried_at").asc(nulls_first=True), "pk"):
        if time.monotonic() > ends:
            break
        if claimed := _claim(channel, now):
            sent += _send(channel, claimed)
    return sent


@transaction.atomic
def _claim(channel: Channel, now: datetime) -> list[Notification]:
    due = Notification.objects.filter(channel=channel, state=State.QUEUED, next_attempt_at__lte=now)
    rows = due.select_related("incident__company", "incident__filed_under__owner")
    rows = rows.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True, of=("self",))
    claimed = list(rows[:MOST_AT_ONCE])
    for each in claimed:
        each.attempts += 1
        each.next_attempt_at = timezone.now() + LEASE
        each.save(update_fields=["attempts", "next_attempt_at"])
    return claimed


def _send(channel: Channel, claimed: list[Notification]) -> int:
    """Send to each group of people what concerns it; when one fails, the rest waits with it."""
    groups: dict[tuple[str, ...], list[Notification]] = defaultdict(list)
    for each in claimed:
        groups[audiences.addresses(channel, each.incident)].append(each)
    sent = 0
    for to, told in groups.items():
        title, body = wording.message(told)
        try:
            tell(channel, title, body, key=str(told[0].key), to=to)
        except CannotTell as problem:
            _failed(channel, claimed, problem.sentence)
            return sent
        sent += _sent(told, title, body, to)
    Channel.objects.filter(pk=channel.pk).update(
        tried_at=timezone.now(), told_at=timezone.now(), error="", failures=0, rests_until=None
    )
    return sent


def _sent(told: list[Notification], title: str, body: str, to: tuple[str, ...]) -> int:
    ended = {"state": State.SENT, "ended_at": timezone.now(), "told": ", ".join(to)[:500]}
    return sum(_ours(each).update(title=title, body=body, error="", **ended) for each in told)


def _failed(channel: Channel, claimed: list[Notification], sentence: str) -> None:
    """Let the channel rest; what was not sent is tried again with it."""
    logger.error("Channel %s failed: %s", channel, sentence)
    pause = backoff.delay(channel.failures + 1, random=lambda: random.uniform(0.5, 1))  # noqa: S311 - no secret
    again = timezone.now() + timedelta(seconds=pause)
    Channel.objects.filter(pk=channel.pk).update(
        tried_at=timezone.now(), error=sentence, failures=F("failures") + 1, rests_until=again
    )
    for each in claimed:
        if each.attempts >= MOST_ATTEMPTS:
            _ours(each).update(state=State.FAILED, ended_at=timezone.now(), error=sentence)
        else:
            _ours(each).update(next_attempt_at=again, error=sentence)


def _ours(each: Notification):  # type: ignore[no-untyped-def]
    """Find the row while no other worker has it: each claim counts the attempts up."""
    return Notification.objects.filter(pk=each.pk, state=State.QUEUED, attempts=each.attempts)
