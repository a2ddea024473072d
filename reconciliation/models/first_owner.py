"""Whose task an exception becomes when it opens, by its reason."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models import Company


class FirstOwner(models.Model):
    """A reason's first owner: one person, or whoever of a role has the fewest open cases."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="first_owners")
    code = models.CharField("reason", max_length=30, blank=True, help_text="Empty: every other reason")
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="role",
        help_text="Goes to whoever of the role is there and has the fewest open cases",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Or always to this person, and to the deputy while they are away",
    )

    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="first_owner_once"),
            models.CheckConstraint(
                condition=models.Q(group__isnull=True, person__isnull=False)
                | models.Q(group__isnull=False, person__isnull=True),
                name="first_owner_is_a_role_or_a_person",
                violation_error_message="Choose a role or a person, one of the two.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code or 'every other reason'}: {self.person or self.group}"
