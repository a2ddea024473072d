"""Runs that take open balances over on the day of the cutover."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company


class OpeningRun(models.Model):
    """One run over the files of the open balances, with what was wrong and how the totals tie out."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for a worker")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("rows are wrong, nothing was taken over")
        FAILED = "failed", _("failed")

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=150)
    is_dry_run = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    files = models.JSONField(help_text="The files by their names, as they were sent")
    rows = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="The first thousand, by file, row and column")
    totals = models.JSONField(default=list, help_text="What the files and Business Central add up to")
    trouble = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="opening_latest")]

    def __str__(self) -> str:
        return f"open balances {self.pk}"
