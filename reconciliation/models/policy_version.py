"""Published matching rules: what the engine judged by, and when; never changed afterwards."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models

from masterdata.models import Company


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def of(self, company: Company) -> PolicyVersionQuerySet:
        return self.filter(company=company)

    def approved(self) -> PolicyVersionQuerySet:
        """What counts or will count, the earliest first."""
        return self.filter(state=PolicyVersion.State.APPROVED).order_by("in_force_from")

    def in_force(self, at: datetime.datetime) -> PolicyVersion | None:
        """Give the version that counts at a moment; None before the first."""
        return self.approved().filter(in_force_from__lte=at).last()


class PolicyVersion(models.Model):
    """A company's levels, tolerances and options as a whole, proposed by one person and approved by another.

    The database refuses to change or delete one; only a proposal may be decided, and a version that is not
    in force yet may be withdrawn.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "waits for a second person"
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="policy_versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    content = models.JSONField(help_text="The policy in the form of a match case")
    reason = models.TextField()
    wanted_from = models.DateField(
        null=True, blank=True, help_text="The day from which it shall count; empty is at once"
    )
    in_force_from = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty for the rules that were shipped or were there before versions were kept",
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="policy_version_number_once"),
            models.UniqueConstraint(
                fields=["company"],
                condition=models.Q(state="proposed"),
                name="policy_one_proposal_at_a_time",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="policy_version_says_why"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="nobody_approves_their_own_policy",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="policy_version_decided_who_and_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(in_force_from__isnull=False, decided_by__isnull=False)
                | models.Q(in_force_from__isnull=False, proposed_by__isnull=True),
                name="policy_version_counts_when_a_second_person_agreed",
            ),
        ]
        permissions = [
            ("propose_policy", "Can propose matching rules"),
            ("approve_policy", "Can approve the matching rules that another person proposed"),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    def counts_at(self, moment: datetime.datetime) -> bool:
        """Tell whether it was in force by then; a later version may have followed it."""
        return (
            self.state == self.State.APPROVED
            and self.in_force_from is not None
            and self.in_force_from <= moment
        )
