"""Write a message for each list that has changed since it was last told to a webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from integration.cafm import masterdata
from integration.models import ApiKey, Webhook, WebhookMessage

TYPE = "masterdata.changed"
State = WebhookMessage.State


def write_due(*, now: datetime) -> int:
    """Write what is to be told; returns how many messages."""
    keys = ApiKey.objects.valid().filter(scopes__contains=[ApiKey.Scope.MASTERDATA.value])
    webhooks = Webhook.objects.filter(enabled=True, stopped_at=None, key__in=keys)
    return sum(_write(pk, now) for pk in webhooks.values_list("pk", flat=True))


def body(listed: str, cursor: str, *, now: datetime) -> str:
    """Write what is told: which list, and the cursor of its newest change; never what has changed."""
    data = {"list": listed, "cursor": cursor}
    return json.dumps({"type": TYPE, "timestamp": now.isoformat(), "data": data})


@transaction.atomic
def _write(pk: int, now: datetime) -> int:
    """Write what one webhook is to be told, unless somebody else is at it: else a change is told twice."""
    webhooks = Webhook.objects.select_related("key__company").filter(pk=pk)
    webhook = webhooks.select_for_update(skip_locked=True, of=("self",)).first()
    messages = list(_due(webhook, now)) if webhook else []
    return len(WebhookMessage.objects.bulk_create(messages))


def _due(webhook: Webhook, now: datetime) -> Iterator[WebhookMessage]:
    latest = {
        message.listed: message for message in webhook.messages.order_by("listed", "-pk").distinct("listed")
    }
    for told in masterdata.LISTS:
        if not masterdata.may_read(webhook.key, told.name) or (
            webhook.lists and told.name not in webhook.lists
        ):
            continue
        before = latest.get(told.name)
        if before and before.state == State.PENDING:
            continue  # it goes first; what changed meanwhile is told after it
        newest = masterdata.newest(told, webhook.key.company)
        cursor = newest.write(told.name)
        # A message that was given up is told again once a person has started the webhook again.
        is_told = before is not None and before.cursor == cursor and before.state == State.DELIVERED
        if newest != masterdata.Cursor() and not is_told:
            yield WebhookMessage(
                webhook=webhook,
                listed=told.name,
                cursor=cursor,
                body=body(told.name, cursor, now=now),
                next_attempt_at=now,
            )
