"""The cutover of each flow: from when on documents of a kind are sent to Business Central."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models import Company

from .outbox import DocumentKind


class FlowSwitch(models.Model):
    """A kind of document that is not simply sent; without a row it is."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=DocumentKind.choices)
    opens_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on it is sent; empty: until somebody opens it"
    )
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)
    changed_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "flow switches"
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="flow_switch_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.opens_at or 'nobody knows when'}"

    def is_open(self, now: datetime) -> bool:
        return self.opens_at is not None and self.opens_at <= now
