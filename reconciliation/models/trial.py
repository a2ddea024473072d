"""Trials: matching rules tried on the invoices that came before, without judging any of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from masterdata.models import Company

from .document import Money
from .invoice import SupplierInvoice
from .match import MatchDecision
from .policy_version import PolicyVersion


class RulesTrial(models.Model):
    """Rules, a span of days, and how far the stored questions of these days have been asked again."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        STOPPED = "stopped", "stopped"
        FAILED = "failed", "failed"
        DONE = "done", "done"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(
        PolicyVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The version that is tried; empty is the draft as it was then",
    )
    policy = models.JSONField(help_text="The rules that are tried, in the form of a match case")
    since = models.DateField(help_text="The first day on which the invoices came")
    until = models.DateField(help_text="The last day on which the invoices came")

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(help_text="Judged invoices of these days when it began")
    judged = models.PositiveIntegerField(default=0)
    unreadable = models.PositiveIntegerField(
        default=0, help_text="Stored questions that today's engine cannot read"
    )
    after = models.BigIntegerField(default=0, help_text="The key of the last invoice that was judged")
    trouble = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stopped_by = models.CharField(max_length=150, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=models.Q(state="running"), name="rules_trial_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")), name="rules_trial_days_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", finished_at__isnull=False)
                | (~models.Q(state="done") & models.Q(finished_at__isnull=True)),
                name="rules_trial_done_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.pk}"

    @property
    def percent(self) -> int:
        return 100 if self.state == self.State.DONE else 100 * self.judged // max(self.total, 1)


class TriedInvoice(models.Model):
    """An invoice on which the tried rules say something else, or which lets money through.

    Amounts are in the company's currency; empty where there was no exchange rate.
    """

    class Change(models.TextChoices):
        RELEASED = "released", "held then, let through now"
        BLOCKED = "blocked", "let through then, held now"
        EASED = "eased", "let through by a person then, by the rules now"
        OTHER = "other", "held for other reasons"
        SAME = "same", "as before"

    trial = models.ForeignKey(RulesTrial, on_delete=models.CASCADE, related_name="invoices")
    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(MatchDecision, on_delete=models.CASCADE, related_name="+")
    vendor_number = models.CharField(max_length=20)
    change = models.CharField(max_length=10, choices=Change.choices)
    outcome_then = models.CharField(max_length=10)
    outcome_tried = models.CharField(max_length=10)
    amount = Money(null=True)
    lacks_rate = models.BooleanField(default=False, help_text="In no sum, for want of a rate")
    gone = models.JSONField(default=list, help_text="Reasons that no longer hold it, with their figures")
    came = models.JSONField(default=list, help_text="Reasons that hold it now, with their figures")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "invoice"], name="tried_invoice_once")]
        indexes = [models.Index(fields=["trial", "change", "-amount"], name="tried_by_change")]

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.invoice_id} {self.change}"


class LetThrough(models.Model):
    """Money that one rule lets through on one invoice, in the company's currency: then, and as tried."""

    trial = models.ForeignKey(RulesTrial, on_delete=models.CASCADE, related_name="let_through")
    tried = models.ForeignKey(TriedInvoice, on_delete=models.CASCADE, related_name="let_through")
    vendor_number = models.CharField(max_length=20)
    check_name = models.CharField(max_length=20)
    scope = models.CharField(max_length=150, help_text="For whom the rule counts, in words")
    then = Money(default=0)
    as_tried = Money(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(then__gte=0, as_tried__gte=0), name="let_through_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.check_name} {self.scope}"
