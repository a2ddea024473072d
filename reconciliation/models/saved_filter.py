"""Questions to the worklist that people keep, for themselves or for everyone."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SavedFilter(models.Model):
    """A question as an address has it, under a name."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "name"], name="saved_filter_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["name"], condition=models.Q(is_shared=True), name="saved_filter_shared")
        ]

    def __str__(self) -> str:
        return self.name
