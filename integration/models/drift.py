"""Drift: what a comparison of a mirror with Business Central found, while neither was written."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company


class DriftCheckQuerySet(models.QuerySet["DriftCheck"]):
    def latest_of(self, company: Company) -> DriftCheckQuerySet:
        """Give the last comparison of each list."""
        return self.filter(company=company).order_by("entity", "-pk").distinct("entity")


class DriftCheck(models.Model):
    """One comparison of a whole list, with what it counted; `error` says why it did not come to its end."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    checked_at = models.DateTimeField()
    rows_same = models.PositiveIntegerField(default=0)
    rows_differ = models.PositiveIntegerField(default=0)
    rows_missing = models.PositiveIntegerField("in BC and not here", default=0)
    rows_gone = models.PositiveIntegerField("here and gone from BC", default=0)
    rows_held = models.PositiveIntegerField("held back", default=0)
    rows_on_their_way = models.PositiveIntegerField("that the next pull brings", default=0)
    error = models.TextField(blank=True)

    objects = DriftCheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["company", "entity", "-id"], name="drift_check_latest")]

    def __str__(self) -> str:
        return f"{self.entity} {timezone.localtime(self.checked_at):%Y-%m-%d %H:%M}"

    @property
    def compared(self) -> int:
        return self.rows_same + self.drifted + self.rows_held

    @property
    def drifted(self) -> int:
        return self.rows_differ + self.rows_missing + self.rows_gone

    @property
    def staying(self) -> int:
        """How many no coming pull of changes brings: these are the alarm."""
        return self.drifted - self.rows_on_their_way


class DriftedRecord(models.Model):
    """A record that a comparison found to differ; only the first of many are kept, all are counted."""

    class How(models.TextChoices):
        DIFFERS = "differs", _("differs")
        MISSING = "missing", _("is not here")
        GONE = "gone", _("is gone from BC")

    check_run = models.ForeignKey(DriftCheck, on_delete=models.CASCADE, related_name="records")
    bc_id = models.UUIDField("BC id")
    record = models.CharField(max_length=100)
    how = models.CharField(max_length=10, choices=How.choices)
    note = models.TextField(blank=True)
    fields = models.JSONField(default=list, help_text="Name, value here and value in BC of each field")
    is_on_its_way = models.BooleanField("the next pull brings it")

    def __str__(self) -> str:
        return f"{self.record} {self.get_how_display()}"
