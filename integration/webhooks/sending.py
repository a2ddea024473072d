"""Bring messages to their receivers: counted before trying, again after growing pauses, then given up."""

from __future__ import annotations

import logging
import random
import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integration import backoff
from integration.models import ApiKey, Webhook, WebhookMessage
from masterdata import chain

from . import endpoints, posting, sealing, signing

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 100  # the pauses grow to a quarter of an hour, half of it on average: half a day
LEASE = timedelta(seconds=60)  # longer than a receiver may take
TURN_SECONDS = 20.0
State = WebhookMessage.State


def deliver(*, now: datetime) -> int:
    """Send what is due; a receiver that does not answer is left alone for this turn. Returns how many."""
    ends, delivered = time.monotonic() + TURN_SECONDS, 0
    silent: set[int] = set()
    while time.monotonic() < ends and (message := _claim(now, silent)):
        try:
            _send(message)
        except posting.Failed as failure:
            _failed(message, failure)
            if not failure.answered:
                silent.add(message.webhook_id)
        except sealing.NoKeys as exc:
            _stop(message, exc.sentence)
        else:
            delivered += 1
            _end(message, State.DELIVERED)
    return delivered


def send_test(webhook: Webhook) -> None:
    """Send a message that tells nothing; raises Failed and NoKeys."""
    now = timezone.now()
    body = f'{{"type": "webhook.test", "timestamp": "{now.isoformat()}", "data": {{}}}}'
    _post(webhook, f"msg_{uuid.uuid4()}", body)


def forget_old(*, now: datetime) -> None:
    """Forget messages that ended long ago, but of each list the last: it says what was told."""
    old_messages(now=now).delete()


def old_messages(*, now: datetime) -> QuerySet[WebhookMessage]:
    """Give the messages whose term is over."""
    newer = WebhookMessage.objects.order_by("webhook", "listed", "-pk").distinct("webhook", "listed")
    old = WebhookMessage.objects.filter(ended_at__lt=now - chain.kept_days("webhooks"))
    return old.exclude(pk__in=list(newer.values_list("pk", flat=True)))


@transaction.atomic
def _claim(now: datetime, silent: set[int]) -> WebhookMessage | None:
    """Take one message that is due, and count the attempt before it is made."""
    due = WebhookMessage.objects.select_related("webhook").filter(
        state=State.PENDING,
        next_attempt_at__lte=now,
        webhook__enabled=True,
        webhook__stopped_at=None,
        webhook__key__in=ApiKey.objects.valid(),
    )
    free = due.exclude(webhook__in=silent).order_by("next_attempt_at", "pk")
    message = free.select_for_update(skip_locked=True, of=("self",)).first()
    if message is not None:
        message.attempts += 1
        message.next_attempt_at = timezone.now() + LEASE
        message.save(update_fields=["attempts", "next_attempt_at"])
    return message


def _send(message: WebhookMessage) -> None:
    _post(message.webhook, f"msg_{message.key}", message.body)


def _post(webhook: Webhook, key: str, body: str) -> None:
    now = timezone.now()
    secrets = endpoints.secrets_of(webhook, now=now)
    signed = signing.headers(key, int(now.timestamp()), body.encode(), secrets)
    posting.post(webhook.url, body.encode(), signed)


def _failed(message: WebhookMessage, failure: posting.Failed) -> None:
    if failure.is_gone:
        _stop(message, "The receiver answered 410: it is gone, and wants to be told nothing more.")
    elif message.attempts >= MOST_ATTEMPTS:
        _stop(message, f"Given up after {message.attempts} attempts. {failure.sentence}")
    else:
        wait = backoff.delay(message.attempts, random=random.random)
        changes = {"next_attempt_at": timezone.now() + timedelta(seconds=wait), "error": failure.sentence}
        _ours(message).update(**changes)
        logger.info("Did not reach webhook %s: %s", message.webhook, failure.sentence)


@transaction.atomic
def _stop(message: WebhookMessage, reason: str) -> None:
    """Give the message up, and tell nothing more until a person starts the webhook again."""
    if not _end(message, State.DEAD, reason):
        return  # another worker has the message by now, and knows better
    Webhook.objects.filter(pk=message.webhook_id).update(stopped_at=timezone.now(), stopped_because=reason)
    logger.error("Webhook %s was stopped: %s", message.webhook, reason)


def _end(message: WebhookMessage, state: WebhookMessage.State, error: str = "") -> bool:
    """End the message; tells whether it was still ours to end."""
    return bool(_ours(message).update(state=state, ended_at=timezone.now(), error=error))


def _ours(message: WebhookMessage) -> QuerySet[WebhookMessage]:
    """Find the row while no other worker has taken it: each claim counts the attempts up."""
    return WebhookMessage.objects.filter(pk=message.pk, state=State.PENDING, attempts=message.attempts)
