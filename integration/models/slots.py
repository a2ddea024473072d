"""The turns of the clock that were taken, so that each is taken once."""

from __future__ import annotations

from django.db import models


class ScheduleSlot(models.Model):
    """One turn of one schedule; whoever writes the row has the turn."""

    schedule = models.CharField(max_length=200)
    slot = models.DateTimeField("due at")
    taken_by = models.CharField("task", max_length=100)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "slot"], name="schedule_slot_once")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.slot:%Y-%m-%d %H:%M}"
