"""Who is told when work is stuck: rules, channels, what is wrong, and each message on its way to people."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from masterdata.models import Company
from reconciliation.models.document import Money

from .dead_letters import Cause

MINUTES = RegexValidator(r"^\s*(\d{1,5}(\s*,\s*\d{1,5})*)?\s*$", "Minutes with commas, such as 240, 1440.")


class Subject(models.TextChoices):
    """What a rule is about."""

    FAILING = "failing", _("failing, and tried again")
    DEAD = "dead", _("dead letter")
    REFUSED = "refused", _("refused by Business Central")
    WAITING = "waiting", _("waiting for something")
    STOPPED = "stopped", _("deliveries stopped")
    HELD = "held", _("held records")
    RUN = "run", _("failed run")
    STANDSTILL = "standstill", _("Business Central does not answer")
    RIGHTS = "rights", _("conflicting duties")
    CLOCK = "clock", _("the clock or a worker stands still")
    SILENT = "silent", _("nothing came by the time it was expected")
    CASES = "cases", _("exceptions that wait")
    DOUBLED = "doubled", _("more than once in Business Central")


class Channel(models.Model):
    """A way to people. An address that is itself a key to post there is kept encrypted."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        TEAMS = "teams", "Microsoft Teams"
        SLACK = "slack", "Slack"
        WEBHOOK = "webhook", _("webhook")

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.EMAIL)
    audience = models.CharField(
        "whom",
        max_length=150,
        blank=True,
        help_text="Of e-mail: “owner” is whoever a cause or an exception is given to, else it is a role",
    )
    recipients = models.TextField(
        "e-mail addresses", blank=True, help_text="For e-mail to no role: one or more, with commas"
    )
    address = models.BinaryField(editable=False, default=b"")
    leads_to = models.CharField(max_length=200, blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    tried_at = models.DateTimeField("last tried", null=True, blank=True, editable=False)
    told_at = models.DateTimeField("last success", null=True, blank=True, editable=False)
    error = models.TextField("last error", blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField("tried again", null=True, blank=True, editable=False)

    OWNER = "owner"

    history = HistoricalRecords(
        excluded_fields=["address", "tried_at", "told_at", "error", "failures", "rests_until"]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="email", leads_to="")
                | ~models.Q(kind="email") & models.Q(recipients="", audience=""),
                name="channel_is_reached_one_way",
            ),
            models.CheckConstraint(
                condition=models.Q(audience="") | models.Q(recipients=""),
                name="channel_tells_addresses_or_a_role",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EscalationRule(models.Model):
    """Tell a channel of a subject, from an age and an amount on; sooner when a period is about to end."""

    name = models.CharField(max_length=100, unique=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: every one",
    )
    subject = models.CharField("what", max_length=10, choices=Subject.choices)
    after_minutes = models.PositiveIntegerField("from which age, in minutes", default=0)
    from_attempt = models.PositiveSmallIntegerField(
        "or from which attempt", null=True, blank=True, help_text="For what is failing and tried again"
    )
    least_amount = Money(
        "from which amount",
        null=True,
        blank=True,
        help_text="Of all documents of a cause, in ledger currency. Empty: also what has no price",
    )
    period_days = models.PositiveSmallIntegerField(
        "days before a period ends", default=0, help_text="0: the end of a period makes no difference"
    )
    period_minutes = models.PositiveIntegerField(
        "then from which age, in minutes", default=0, help_text="Where that is sooner"
    )
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="rules", verbose_name="tell")
    reminders = models.CharField(
        "reminders, minutes after the first", max_length=100, blank=True, validators=[MINUTES]
    )
    enabled = models.BooleanField(default=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name

    @property
    def reminder_minutes(self) -> list[int]:
        return sorted({int(each) for each in self.reminders.split(",") if each.strip()} - {0})

    def reminders_by(self, waited: timedelta) -> int:
        """Count the reminders that are due so long after the first telling; the last gap comes again."""
        minutes, passed = self.reminder_minutes, waited.total_seconds() / 60
        due = sum(passed >= each for each in minutes)
        if minutes and due == len(minutes):
            due += int((passed - minutes[-1]) // minutes[-1])
        return due

    def reminded_after(self, step: int) -> timedelta | None:
        """Tell when reminder number `step` is due after the first telling; None when there is none."""
        minutes = self.reminder_minutes
        if not minutes:
            return None
        beyond = max(0, step - len(minutes))
        return timedelta(minutes=minutes[min(step, len(minutes)) - 1] + beyond * minutes[-1])


class IncidentQuerySet(models.QuerySet[Any]):
    def of(self, company: Company) -> IncidentQuerySet:
        return self.filter(company=company)

    def open(self) -> IncidentQuerySet:
        return self.filter(closed_at=None)

    def unacknowledged(self) -> IncidentQuerySet:
        """What nobody has taken on yet, of what people are told of by now."""
        told = Notification.objects.filter(incident=models.OuterRef("pk"))
        return self.open().filter(models.Exists(told), acknowledged_at=None)


class Incident(models.Model):
    """All that is wrong for one cause; open until the last of it is mended."""

    filed_under = models.ForeignKey(
        Cause, null=True, on_delete=models.SET_NULL, related_name="incidents", help_text="Of dead letters"
    )
    former = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The last one of this cause, which was mended: so it came back",
    )

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    cause = models.CharField(max_length=200)
    sentence = models.TextField()
    query = models.CharField(max_length=300, blank=True, help_text="The address where it is listed")
    count = models.PositiveIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    worth = Money(null=True, help_text="Of all its documents, in ledger currency")
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    round = models.PositiveSmallIntegerField(default=1, help_text="Rises when it grows after someone took it")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "subject", "cause"],
                condition=models.Q(closed_at=None),
                name="incident_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at=None, acknowledged_by=None)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="incident_acknowledged_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="incident_latest")]
        permissions = [("acknowledge_incident", "Can take on what people are told of")]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}: {self.sentence}"

    def get_absolute_url(self) -> str:
        return reverse("incident", args=[self.pk])


class IncidentNote(models.Model):
    """What people did about an incident, and what became of it; rows are only appended."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True, help_text="Empty when Tieout did it by itself")
    text = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["incident", "-id"], name="incident_note_latest")]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.text}"


class Turn(models.Model):
    """When the clock last let somebody look at what is stuck: one row, so that its silence is noticed."""

    looked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="turn_is_one_row")]

    def __str__(self) -> str:
        return f"looked at {self.looked_at}"


class Notification(models.Model):
    """One telling of an incident: by one rule, once for each step, so nobody is told twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("on its way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")
        ACKNOWLEDGED = "acknowledged", _("not needed: taken on")
        SETTLED = "settled", _("not needed: mended")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notifications")
    rule = models.ForeignKey(EscalationRule, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField(help_text="0 is the first telling, then the reminders")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="notifications")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    told = models.CharField(max_length=500, blank=True, help_text="The addresses, of a mail")
    title = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "rule", "round", "step"], name="notification_once"),
            models.CheckConstraint(
                condition=models.Q(state="queued", ended_at=None)
                | (~models.Q(state="queued") & models.Q(ended_at__isnull=False)),
                name="notification_ended_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at"],
                condition=models.Q(state="queued"),
                name="notification_due",
            )
        ]

    def __str__(self) -> str:
        return self.title or f"{self.rule_id} about {self.incident_id}, step {self.step}"
