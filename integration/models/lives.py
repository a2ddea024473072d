"""The lives of this database: from a start of PostgreSQL, or the restore of a backup, to the next one."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class DatabaseLife(models.Model):
    """One life, as the workers have seen it; the newest row is the life of now.

    A restored backup does not know what was sent after it was made. A message that has no attempt yet is
    sent without a look only in a life that is vouched for, and that no reason to look weighs on.
    """

    place = models.CharField(
        max_length=120, help_text="The cluster, its timeline and the table: another one after a restore"
    )
    started_at = models.DateTimeField("PostgreSQL started at")
    seen_at = models.DateTimeField()
    vouched_at = models.DateTimeField(
        null=True, help_text="When it was made sure that Business Central knows no more than this database"
    )
    look_until = models.DateTimeField(
        null=True, help_text="Until then each message is looked for before it is sent"
    )
    reason = models.TextField(blank=True, help_text="Why each message is looked for")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(look_until__isnull=True) | ~models.Q(reason=""),
                name="database_life_says_why_it_looks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} since {self.started_at:%Y-%m-%d %H:%M:%S}"

    def is_in_doubt(self, now: datetime) -> bool:
        """Say whether a message that seems new may have been sent in a former life."""
        return self.vouched_at is None or (self.look_until is not None and self.look_until > now)
