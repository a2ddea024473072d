"""Who has to agree to a release over somebody's limit: tiers, signatures, and who stands in for whom."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models import Company

from .case import Resolution
from .document import Money


class ApprovalTier(models.Model):
    """A group that has to agree to releases over an amount; a company's tiers sign one after the other."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="approval_tiers")
    position = models.PositiveSmallIntegerField()
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    above = Money(help_text="In ledger currency; what lets more through needs this tier")

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "position"], name="approval_tier_once"),
            models.CheckConstraint(condition=models.Q(above__gte=0), name="approval_tier_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.group} above {self.above}"


class Signature(models.Model):
    """One person's agreement to a proposal, for one tier; nobody signs twice, nor what they proposed."""

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="signatures")
    position = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resolution", "position"], name="tier_signed_once"),
            models.UniqueConstraint(fields=["resolution", "by"], name="nobody_signs_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.resolution_id}/{self.position} by {self.by_id}"


class Absence(models.Model):
    """Days on which somebody is away and a colleague stands in: gets their cases, and signs for them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(deputy=models.F("person")), name="nobody_is_their_own_deputy"
            ),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} until {self.last_day}: {self.deputy}"

    def covers(self, day: datetime.date) -> bool:
        return self.first_day <= day <= self.last_day
