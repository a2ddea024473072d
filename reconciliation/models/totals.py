"""What the CAFM says that it did on a day, kind by kind."""

from __future__ import annotations

from django.db import models

from masterdata.models import Company

from .document import Money, Quantity


class DayTotal(models.Model):
    """One kind of one day; what the source tells later of that day takes its place."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    received_from = models.CharField(max_length=200)
    date = models.DateField()
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    quantity = Quantity(null=True, blank=True)
    amount = Money(null=True, blank=True)
    currency = models.CharField(max_length=10, blank=True)
    numbers = models.JSONField(default=list, blank=True, help_text="Which documents, where the CAFM says so")
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "received_from", "date", "line"], name="day_total_line_once"
            ),
        ]
        indexes = [models.Index(fields=["company", "date", "kind"], name="day_total_by_kind")]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}: {self.count}"
