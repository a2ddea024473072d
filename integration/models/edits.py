"""What a person changed in a message before it was sent again; what was built stays beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from .fields import ExactJSONField
from .outbox import Message


class PayloadEditQuerySet(models.QuerySet[Any]):
    def in_force(self) -> PayloadEditQuerySet:
        return self.filter(ended_at=None)

    def end(self, *, at: datetime) -> None:
        self.in_force().update(ended_at=at)


class PayloadEdit(models.Model):
    """One edit. It holds for what was built when it was made, and for nothing that is built later."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="edits")
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=300)
    original = ExactJSONField(help_text="What was built from the record and the field mapping")
    edited = ExactJSONField(help_text="What is sent instead")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When another edit took its place")

    objects = PayloadEditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(ended_at=None), name="payload_edit_one_in_force"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="payload_edit_says_why"),
        ]

    def __str__(self) -> str:
        return f"edit of message {self.message_id} by {self.by}"
