"""The morning mail of a company, and by when each flow is expected to have moved."""

from __future__ import annotations

import datetime
import uuid
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from masterdata.models import Company

from .escalation import Channel

DAYS = RegexValidator(r"^[1-7](,[1-7])*$", "Days of the week with commas, Monday is 1: 1,2,3,4,5.")


def is_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is no time zone. Write it as Europe/Berlin.")


class TimeZone(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A time zone by its name; empty is the one of the installation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"max_length": 60, "blank": True, "validators": [is_time_zone]}
        super().__init__(*args, **usual | kwargs)


class MorningMail(models.Model):
    """Whom a company's day is told in the morning, and when, by the company's own clock."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", verbose_name="tell")
    at = models.TimeField(default=datetime.time(8))
    time_zone = TimeZone()
    enabled = models.BooleanField(default=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"{self.company} at {self.at:%H:%M}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)


def zone_of(company: Company) -> ZoneInfo:
    """Give the zone of a company's days: that of its morning mail, else the installation's."""
    rule: MorningMail | None = MorningMail.objects.filter(company=company).first()
    return rule.zone if rule else ZoneInfo(settings.TIME_ZONE)


def today_of(company: Company, *, now: datetime.datetime | None = None) -> datetime.date:
    """Tell which day it is by a company's own clock."""
    return (now or timezone.now()).astimezone(zone_of(company)).date()


class Morning(models.Model):
    """The mail of one morning: the row is written once, so it is sent once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    date = models.DateField(help_text="The morning; it tells of the day before")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    told = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    error = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "date"], name="morning_once"),
            models.CheckConstraint(
                condition=models.Q(state="queued", ended_at=None)
                | (~models.Q(state="queued") & models.Q(ended_at__isnull=False)),
                name="morning_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.date}"


class Expectation(models.Model):
    """A flow that has to have moved by a time of day; its silence is an alarm."""

    class Flow(models.TextChoices):
        EVENTS = "events", _("events of the CAFM")
        RECEIPTS = "receipts", _("goods receipts of the CAFM")
        TOTALS = "totals", _("daily totals of the CAFM")
        MASTERS = "masters", _("master data of Business Central")
        INVOICES = "invoices", _("invoices of Business Central")
        DRIFT = "drift", _("comparison of master data")
        DOUBLES = "doubles", _("look for doubled documents")

    name = models.CharField(max_length=100, unique=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: every one",
    )
    flow = models.CharField(max_length=10, choices=Flow.choices)
    by = models.TimeField("expected by")
    days = models.CharField("on these days", max_length=13, default="1,2,3,4,5,6,7", validators=[DAYS])
    hours = models.PositiveSmallIntegerField("within so many hours before", default=24)
    time_zone = TimeZone()
    enabled = models.BooleanField(default=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="expectation_has_hours"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)

    def due_before(self, now: datetime.datetime) -> datetime.datetime:
        """Tell the last moment by which it had to have moved; `days` names one of each week at least."""
        local = now.astimezone(self.zone)
        wanted = {int(each) for each in self.days.split(",")}
        for back in range(8):
            day = local.date() - datetime.timedelta(days=back)
            moment = datetime.datetime.combine(day, self.by, tzinfo=self.zone)
            if day.isoweekday() in wanted and moment <= local:
                return moment
        raise ValueError(f"{self.name} names no day of the week.")
