"""The dead-letter desk: why messages are stuck, who takes care of it, and what was sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company
from reconciliation.people import called

from .outbox import Message


class CauseQuerySet(models.QuerySet[Any]):
    def quiet(self, now: datetime) -> CauseQuerySet:
        """What somebody has put aside: ignored, or snoozed until later."""
        return self.filter(models.Q(ignored_at__isnull=False) | models.Q(snoozed_until__gt=now))


class Cause(models.Model):
    """One reason why messages are stuck: the error's code and the thing it names."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=300, help_text="Error code and named thing, for machines")
    code = models.CharField(max_length=80, blank=True)
    things = models.JSONField(default=dict, help_text="What the error names: unit, item, vendor")
    title = models.CharField(max_length=300, help_text="What is wrong, for people")
    next_step = models.CharField(max_length=500, blank=True)

    owner_role = models.CharField(max_length=150, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    ignored_at = models.DateTimeField(null=True, blank=True)

    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    came_back_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was seen again after it had been solved"
    )

    objects = CauseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="cause_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def in_whose_hands(self) -> str:
        """Name the person, else the role, that takes care of it."""
        return called(self.owner) or self.owner_role

    def is_snoozed(self, now: datetime) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > now


class CauseNote(models.Model):
    """What was done about a cause, by whom and why; rows are only appended."""

    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True, help_text="Empty when Tieout did it by itself")
    text = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["cause", "-id"], name="cause_note_latest")]

    def __str__(self) -> str:
        return f"{self.cause_id}: {self.text}"


class ReplayJob(models.Model):
    """Stuck messages that go in line again one after the other, at a rate that a person chose."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")
        DONE = "done", _("done")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    cause = models.ForeignKey(Cause, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    what = models.CharField(max_length=300, help_text="What was chosen, for people")
    per_minute = models.PositiveIntegerField(help_text="Messages a minute")
    remap = models.BooleanField(
        "with the field mapping in force",
        default=False,
        help_text="Else each message keeps the versions it was built with",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done", finished_at__isnull=False)
                | (~models.Q(state="done") & models.Q(finished_at__isnull=True)),
                name="replay_job_done_has_its_time",
            ),
            models.CheckConstraint(condition=models.Q(per_minute__gte=1), name="replay_job_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"replay {self.pk}: {self.what}"


class ReplayItem(models.Model):
    """One message of a replay; a message waits in one replay at a time."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        QUEUED = "queued", _("queued again")
        REFUSED = "refused", _("not queued")

    job = models.ForeignKey(ReplayJob, on_delete=models.CASCADE, related_name="items")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="replays")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    at = models.DateTimeField(null=True, blank=True)
    sentence = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(state="waiting"), name="replay_item_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state="waiting"), name="replay_item_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: message {self.message_id} {self.state}"
