"""People whose roles together let them do what is to be kept apart, and whether they did."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class DutyConflictQuerySet(models.QuerySet[Any]):
    def standing(self) -> DutyConflictQuerySet:
        return self.filter(gone_at=None)


class DutyConflict(models.Model):
    """Two duties of one person that do not go together: since when, and what was done with both."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    holds = models.BooleanField(help_text="The person has both rights now")
    uses = models.PositiveIntegerField(default=0, help_text="How often both were used on the same matter")
    examples = models.JSONField(default=list)
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = DutyConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=models.Q(gone_at__isnull=True),
                name="duty_conflict_stands_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"
