"""What an administrator lets into a mirror: conditions on its fields, as rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from masterdata.models import Company


class MirrorFilter(models.Model):
    """One condition; a record is mirrored when all conditions of its list hold."""

    class Comparison(models.TextChoices):
        IS = "is", _("is one of")
        IS_NOT = "is_not", _("is none of")
        BEGINS = "begins", _("begins with one of")
        FROM = "from", _("is at least")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField("list", max_length=30)
    field = models.CharField(max_length=60)
    comparison = models.CharField(max_length=10, choices=Comparison.choices, default=Comparison.IS)
    values = models.TextField(
        help_text="One value a line, as the list shows it; yes or no, and dates as 2026-01-31"
    )
    enabled = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why, for whoever wonders later")

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "entity", "field", "comparison"], name="mirror_filter_once"
            ),
        ]

    def __str__(self) -> str:
        wanted = ", ".join(self.wanted)
        return f"{self.entity}: {self.field.replace('_', ' ')} {self.get_comparison_display()} {wanted}"

    @property
    def wanted(self) -> list[str]:
        return [line.strip() for line in self.values.splitlines() if line.strip()]
