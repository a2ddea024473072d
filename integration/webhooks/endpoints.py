"""Webhooks as people set them up: made, given a new secret, started again."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from integration.models import Webhook

from . import addresses, sealing, signing

FORMER_LIVES = timedelta(days=7)
SECRET_BYTES = 32


def create(webhook: Webhook) -> str:
    """Save a new webhook; its secret is given here once and never again. Raises NoKeys."""
    secret = secrets.token_bytes(SECRET_BYTES)
    webhook.secret = sealing.seal(secret)
    webhook.save()
    return signing.written(secret)


@transaction.atomic
def new_secret(webhook: Webhook, *, now: datetime) -> str:
    """Give it another secret; for a week messages are signed with both. Raises NoKeys."""
    secret = secrets.token_bytes(SECRET_BYTES)
    sealed = sealing.seal(secret)
    latest = Webhook.objects.select_for_update().get(pk=webhook.pk)  # somebody else may have given it one
    webhook.former_secret, webhook.secret = latest.secret, sealed
    webhook.former_until = now + FORMER_LIVES
    webhook.save(update_fields=["secret", "former_secret", "former_until"])  # it may be stopped meanwhile
    return signing.written(secret)


def secrets_of(webhook: Webhook, *, now: datetime) -> list[bytes]:
    """Give the secrets to sign with, the newest first. Raises NoKeys."""
    kept = [webhook.secret]
    if webhook.former_until and webhook.former_until > now:
        kept.append(webhook.former_secret)
    return [sealing.unseal(bytes(each)) for each in kept]


def start_again(webhook: Webhook) -> None:
    """Tell it again: the newest state of each list is told as a new message."""
    webhook.stopped_at, webhook.stopped_because = None, ""
    webhook.save(update_fields=["stopped_at", "stopped_because"])


def problem_with_address(url: str) -> str:
    """Say why an address cannot be called; "" when it can, as far as can be seen without asking for it."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return "Only https addresses are called: the message says what changes in your company."
    if parts.username or parts.password or parts.fragment:
        return "The address holds a user, a password or a fragment. Leave them out: messages are signed."
    try:
        ipaddress.ip_address(parts.hostname)
    except ValueError:
        return ""  # a name; where it leads is looked at each time
    if addresses.may_call(parts.hostname, settings.WEBHOOK_NETWORKS):
        return ""
    return "This address is in a private network, which WEBHOOK_NETWORKS does not name. Add it there first."
