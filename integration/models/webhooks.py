"""Who is told that a list has changed, and each message on its way to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .inbox import ApiKey


class Webhook(models.Model):
    """An address of a CAFM; it is told about the lists that its key may read."""

    key = models.ForeignKey(
        ApiKey,
        on_delete=models.PROTECT,
        related_name="webhooks",
        verbose_name="API key",
        help_text="Whose company and lists; when the key ends, nothing more is told",
    )
    name = models.CharField(max_length=100)
    url = models.URLField("address", max_length=500, help_text="An https address that takes POST")
    lists = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    secret = models.BinaryField(editable=False)
    former_secret = models.BinaryField(editable=False, default=b"")
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.TextField(blank=True)

    history = HistoricalRecords(excluded_fields=["secret", "former_secret"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(url__startswith="https://"), name="webhook_address_is_https"
            )
        ]

    def __str__(self) -> str:
        return self.name


class WebhookMessage(models.Model):
    """That a list has changed up to a cursor; of one list there is one message at a time, so order holds."""

    class State(models.TextChoices):
        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    listed = models.CharField("list", max_length=30)
    cursor = models.CharField(max_length=100)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "listed"],
                condition=models.Q(state="pending"),
                name="webhook_one_message_of_a_list",
            ),
            models.CheckConstraint(
                condition=models.Q(state="pending", ended_at=None)
                | (~models.Q(state="pending") & models.Q(ended_at__isnull=False)),
                name="webhook_message_ended_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "listed", "-id"], name="webhook_latest"),
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="webhook_due"),
        ]

    def __str__(self) -> str:
        return f"{self.listed} to {self.webhook_id}"
