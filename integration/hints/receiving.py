"""Take what BC posts: whoever knows the secret may name a record, and nothing else of it is believed."""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from integration.bc.names import CLIENT_STATE
from integration.models import Hint, Subscription

from .subscribing import is_ours, resource

logger = logging.getLogger(__name__)

COLLECTION = "collection"
RECORD = re.compile(r"\(([0-9a-f-]{36})\)$")


class Unreadable(ValueError):  # noqa: N818
    """The body holds no notifications."""


def knows(key: UUID) -> bool:
    """Tell whether we gave this address to BC."""
    return Subscription.objects.filter(key=key).exists()


def take(key: UUID, body: bytes, *, now: datetime) -> int:
    """Keep each record that is told as a hint, once; returns how many. Raises Unreadable."""
    subscription = Subscription.objects.select_related("company").filter(key=key).first()
    told = _read(body)
    if subscription is None:
        logger.warning("Ignored %s hints to an address that is not in use", len(told))
        return 0
    named = [_named(subscription, each) for each in told if is_ours(subscription, each.get(CLIENT_STATE))]
    ids = {each.bc_id for each in named if each}
    _keep(subscription, ids, now)
    ignored = len(told) - sum(each is not None for each in named)
    changes: dict[str, Any] = {"ignored": F("ignored") + ignored}
    if ids:
        changes |= {"hints": F("hints") + len(told) - ignored, "last_hint_at": now}
    Subscription.objects.filter(pk=subscription.pk).update(**changes)
    if ignored:
        logger.warning("Ignored %s hints about %s: wrong secret or resource", ignored, subscription.entity)
    return len(ids)


def _read(body: bytes) -> list[dict[str, Any]]:
    try:
        told = json.loads(body)["value"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise Unreadable("The body is not JSON with a list of notifications under value.") from exc
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise Unreadable("The notifications are not a list of objects.")
    return told


def _named(subscription: Subscription, told: dict[str, Any]) -> Hint | None:
    """Read which record is meant; None when it is none of the subscribed list."""
    path = str(told.get("resource", "")).partition("?")[0].strip("/").lower()
    listed = resource(subscription.company, subscription.entity).lower()
    if told.get("changeType") == COLLECTION:
        return Hint(bc_id=None) if path.endswith(listed) else None
    found = RECORD.search(path)
    if found is None or not path[: found.start()].endswith(listed):
        return None
    try:
        return Hint(bc_id=UUID(found[1]))
    except ValueError:
        return None


def _keep(subscription: Subscription, ids: set[UUID | None], now: datetime) -> None:
    common = {"company": subscription.company, "entity": subscription.entity}
    times = {"first_at": now, "latest_at": now, "due_at": now}
    Hint.objects.bulk_create(
        [Hint(bc_id=each, **common, **times) for each in ids],
        update_conflicts=True,
        unique_fields=["company", "entity", "bc_id"],
        update_fields=["latest_at"],
    )
