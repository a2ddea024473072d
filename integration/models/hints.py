"""What Business Central tells us of by webhook: our subscriptions there, and hints still to be followed."""

from __future__ import annotations

import uuid

from django.db import models

from masterdata.models import Company


class Subscription(models.Model):
    """One list that BC shall tell us about; only the hash of its secret is kept."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField("list", max_length=30)
    key = models.UUIDField(default=uuid.uuid4, unique=True, help_text="Part of the address that BC calls")
    address = models.CharField(max_length=500)
    secret_hash = models.BinaryField(max_length=32, editable=False)
    bc_subscription_id = models.CharField("BC's subscription", max_length=100, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField("last looked after", null=True)
    expires_at = models.DateTimeField(null=True)
    last_hint_at = models.DateTimeField("last hint", null=True)
    hints = models.PositiveIntegerField(default=0)
    ignored = models.PositiveIntegerField(
        "ignored hints", default=0, help_text="Hints with a wrong secret, or about something else"
    )
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "entity"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.entity} of {self.company_id}"


class Hint(models.Model):
    """A record, or with no id a whole list, that BC says has changed; it is read from BC, never from here."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    bc_id = models.UUIDField("BC id", null=True)
    first_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "entity", "bc_id"], nulls_distinct=False, name="hint_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.bc_id or 'as a whole'}"
