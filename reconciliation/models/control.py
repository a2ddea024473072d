"""The control totals of a day as they were taken, what differed, and who signed them off."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Company
from reconciliation.totals import Cause, Kind

from .document import Quantity

KINDS = [(kind.value, kind.value.replace("_", " ")) for kind in Kind]
CAUSES = [(cause.value, cause.label) for cause in Cause]


class ControlDayQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> ControlDayQuerySet:
        return self.filter(company=company)

    def unsigned(self) -> ControlDayQuerySet:
        """What nobody has signed, and may be taken again."""
        standing = SignOff.objects.filter(day=models.OuterRef("pk"), withdrawn_at=None)
        return self.exclude(models.Exists(standing))


class ControlDay(models.Model):
    """A day of a company, compared; taken again it is written anew, until somebody signs it off."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()
    taken_at = models.DateTimeField()
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the day is over by the company's own clock"
    )
    unread = models.TextField("why Business Central was not read", blank=True)

    objects = ControlDayQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "date"], name="control_day_once")]
        permissions = [
            ("sign_off_day", "Can sign off the totals of a day"),
            ("retake_day", "Can take the totals of a day again"),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.date}"

    def get_absolute_url(self) -> str:
        return reverse("calendar-day", args=[self.date.isoformat()])

    def is_over(self, now: datetime.datetime) -> bool:
        """Whether nothing more can come on this day; without its clock the installation's counts."""
        return now >= self.ends_at if self.ends_at else timezone.localdate(now) > self.date


class ControlTotal(models.Model):
    """What one side adds up to of a kind; no count means that this side says nothing."""

    class Side(models.TextChoices):
        CAFM = "cafm", "CAFM"
        PORTAL = "portal", "portal"
        BC = "bc", "Business Central"

    day = models.ForeignKey(ControlDay, on_delete=models.CASCADE, related_name="totals")
    kind = models.CharField(max_length=30, choices=KINDS)
    side = models.CharField(max_length=6, choices=Side.choices)
    count = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0, help_text="Of the portal: posted, or nothing to post")
    quantity = Quantity(null=True)
    amounts = models.JSONField(default=dict, help_text="By currency, as texts")
    rows = models.JSONField(default=list, help_text="Number, what is said of it, quantity, amount, currency")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "side"], name="control_total_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.side}: {self.count}"


class ControlDifference(models.Model):
    """One thing on which two sides did not agree when the day was taken."""

    day = models.ForeignKey(ControlDay, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=30, choices=KINDS)
    cause = models.CharField(max_length=20, choices=CAUSES)
    number = models.CharField(max_length=50, blank=True)
    sentence = models.TextField()
    to_do = models.TextField("what to do")
    owner = models.CharField(max_length=150)
    cafm = models.CharField("CAFM", max_length=100, blank=True)
    portal = models.CharField(max_length=100, blank=True)
    bc = models.CharField("Business Central", max_length=100, blank=True)
    since = models.DateTimeField(null=True)
    address = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.sentence


class SignOff(models.Model):
    """Somebody looked at a day and stands for it; the hash says which figures they saw."""

    day = models.ForeignKey(ControlDay, on_delete=models.PROTECT, related_name="sign_offs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    note = models.TextField(blank=True)
    differences = models.PositiveIntegerField(help_text="How many differed, and were signed for")
    sha256 = models.CharField("SHA-256 of the figures", max_length=64)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(withdrawn_at=None), name="day_signed_off_once"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~models.Q(withdrawn_why=""),
                name="sign_off_withdrawn_by_someone_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(differences=0) | ~models.Q(note=""),
                name="sign_off_of_differences_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_id} by {self.by_id}"
