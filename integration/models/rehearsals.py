"""Rehearsals of the cutover: what an export would have come to, kept so that the trend can be seen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company

from .opening import OpeningRun


class Rehearsal(models.Model):
    """One rehearsal: an export taken the whole way without writing, and what it came to."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    export = models.CharField(max_length=200, help_text="The name of the file that was rehearsed")
    export_hash = models.CharField(max_length=64, help_text="SHA-256 of what it said")
    by = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    trouble = models.TextField(blank=True)
    masters = models.PositiveIntegerField(default=0, help_text="Records taken over from Business Central")
    events = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0, help_text="Calls that Business Central would have had")
    opening = models.ForeignKey(
        OpeningRun,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The open balances that it began with",
    )
    totals = models.JSONField(
        default=list, help_text="What is open on orders in Business Central, by currency, before and after"
    )
    calls_per_second = models.FloatField(default=0, help_text="What it may be called at, by the settings")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="rehearsal_latest")]

    def __str__(self) -> str:
        return f"rehearsal {self.pk} of {self.export}"

    @property
    def seconds_at_budget(self) -> float:
        """How long the calls take at the least, at the rate that the settings allow."""
        return self.calls / self.calls_per_second if self.calls_per_second else 0.0


class RehearsedDocument(models.Model):
    """What would become of one document of the export."""

    class Fate(models.TextChoices):
        POSTS = "posts", _("would be posted")
        KEPT = "kept", _("kept, nothing to post")
        BLOCKED = "blocked", _("invoice would be held back")
        WAITS = "waits", _("would wait")
        FAILS = "fails", _("would be stuck")
        REFUSED = "refused", _("would not be taken in")

    NEED_SOMEONE = [Fate.BLOCKED, Fate.WAITS, Fate.FAILS, Fate.REFUSED]

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=60)
    number = models.CharField(max_length=100)
    event_id = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    fate = models.CharField(max_length=10, choices=Fate.choices)
    cause = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=150, blank=True)
    sentence = models.TextField(blank=True)
    amount = models.DecimalField(
        max_digits=28, decimal_places=8, null=True, help_text="In ledger currency; empty where none is known"
    )
    lines = models.JSONField(default=list, help_text="Line by line: what is sent, or what holds it back")

    class Meta:
        indexes = [models.Index(fields=["rehearsal", "fate", "cause"], name="rehearsed_by_cause")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.fate}"
