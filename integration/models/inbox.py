"""What came in from the CAFM, and the keys it comes in with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company


class ApiKeyQuerySet(models.QuerySet[Any]):
    def valid(self) -> ApiKeyQuerySet:
        now = timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now))


class ApiKey(models.Model):
    """A machine's key: only its SHA-256 is kept, the prefix tells people which one it is."""

    class Scope(models.TextChoices):
        EVENTS = "events", _("send events")
        MASTERDATA = "masterdata", _("read master data")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    key_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    sources = models.JSONField(
        default=list, blank=True, help_text="Event sources this key may send; none means any"
    )
    scopes = models.JSONField(default=list)
    lists = models.JSONField(
        default=list, blank=True, help_text="Master lists this key may read; none means all"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    entra_client_id = models.CharField(
        "application of Entra ID",
        max_length=36,
        blank=True,
        default="",
        help_text="Comes in by its own tokens, and no key is made",
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.UniqueConstraint(
                fields=["entra_client_id"],
                condition=models.Q(revoked_at__isnull=True) & ~models.Q(entra_client_id=""),
                name="application_named_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class InboxEvent(models.Model):
    """One event of the CAFM, stored once: in a company the same (source, id) always gets the same answer."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200)
    type = models.CharField(max_length=60)
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    received_with = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    mapped_with = models.ForeignKey(
        "integration.MappingVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        help_text="The mapping that brought it into our form, where its source has a profile",
    )
    body = models.JSONField()
    body_hash = models.BinaryField(max_length=32)
    document_kind = models.CharField(max_length=30, blank=True)
    document_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why nothing was posted, where that is so")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "source", "event_id"], name="event_once_a_company")
        ]
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="event_by_document"),
            models.Index(fields=["company", "received_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id} from {self.source}"
