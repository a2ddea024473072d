"""How a person likes the worklist: which columns, how close the rows."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ListLook(models.Model):
    """A choice that goes along to every browser a person signs in with; it holds for every filter."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    hidden = ArrayField(
        models.CharField(max_length=20), default=list, help_text="The columns that are left out"
    )
    is_compact = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{'compact' if self.is_compact else 'comfortable'} for {self.person}"
