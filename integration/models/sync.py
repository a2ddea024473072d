"""Pulls from Business Central: each run, what it did, and where the next one begins."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company


class SyncState(models.Model):
    """How far an entity has been read; the next delta begins here, less an overlap."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    watermark = models.DateTimeField(null=True)
    full_wanted_at = models.DateTimeField("when reading everything became needed", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "entity"], name="sync_state_once")]

    def __str__(self) -> str:
        return f"{self.entity} up to {self.watermark}"


class SyncRun(models.Model):
    class Kind(models.TextChoices):
        DELTA = "delta", _("changes")
        FULL = "full", _("everything")
        RECORDS = "records", _("single records")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField("last sign of life", null=True)
    finished_at = models.DateTimeField(null=True)
    resumes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    stop_asked_by = models.CharField(max_length=150, blank=True)
    rows_expected = models.PositiveIntegerField("rows BC has to tell", null=True)
    rows_before = models.PositiveIntegerField("rows read by the runs that it goes on from", default=0)
    rows_read = models.PositiveIntegerField("read", default=0)
    rows_new = models.PositiveIntegerField("new", default=0)
    rows_changed = models.PositiveIntegerField("changed", default=0)
    rows_unchanged = models.PositiveIntegerField("unchanged", default=0)
    rows_deleted = models.PositiveIntegerField("deleted", default=0)
    rows_failed = models.PositiveIntegerField("failed", default=0)
    rows_waiting = models.PositiveIntegerField("waiting", default=0)
    rows_filtered = models.PositiveIntegerField("filtered", default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "entity"],
                condition=models.Q(state="running") & ~models.Q(kind="records"),
                name="one_run_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="running") | models.Q(finished_at__isnull=False),
                name="sync_run_finished_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "entity", "-id"], name="sync_run_of_list"),
            models.Index(fields=["company", "started_at"], name="sync_run_of_window"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"

    @property
    def actor(self) -> str:
        """Who the history of a changed row names."""
        return f"sync {self.entity} run {self.pk}"


class SyncIssue(models.Model):
    """A record that a run had to skip, and why."""

    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="issues")
    record = models.CharField(max_length=100)
    reason = models.TextField()

    def __str__(self) -> str:
        return f"{self.record}: {self.reason}"


class SyncPlace(models.Model):
    """Where a pull under way has come to: whoever goes on begins at the page after the last one written."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=SyncRun.Kind.choices)
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    page = models.PositiveIntegerField("pages written", default=0)
    rows = models.PositiveIntegerField("rows read", default=0)
    onward = models.TextField("address of the next page", blank=True)
    latest = models.DateTimeField("latest change seen", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "entity"], name="sync_place_once")]

    def __str__(self) -> str:
        return f"{self.entity} after page {self.page}"


class ScannedPage(models.Model):
    """The ids of one page of a full pull; what none of the pages holds is gone from BC."""

    place = models.ForeignKey(SyncPlace, on_delete=models.CASCADE, related_name="pages")
    page = models.PositiveIntegerField()
    ids = ArrayField(models.UUIDField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "page"], name="scanned_page_once")]

    def __str__(self) -> str:
        return f"page {self.page} of {self.place_id}"


class HeldRecord(models.Model):
    """A record that could not be mirrored yet; every run tries it again, until it fits or is gone."""

    class Why(models.TextChoices):
        FAILED = "failed", _("cannot be used as it is")
        WAITING = "waiting", _("waits for another record")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    bc_id = models.UUIDField("BC id")
    record = models.CharField(max_length=100)
    why = models.CharField(max_length=10, choices=Why.choices)
    reason = models.TextField()
    since = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "entity", "bc_id"], name="held_once")]

    def __str__(self) -> str:
        return f"{self.entity} {self.record}: {self.reason}"
