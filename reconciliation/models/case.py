"""Exception cases: an invoice that does not tie out, and what people did about it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from masterdata.models import Company

from .document import Money, Quantity
from .invoice import SupplierInvoice
from .match import MatchDecision

# Where no day is known it counts as the last of all, so that an index can give the rows in their order.
LAST_DAY = datetime.date.max
DUE = Coalesce("due_on", models.Value(LAST_DAY))
DISCOUNT_UNTIL = Coalesce("discount_until", models.Value(LAST_DAY))
AT_RISK = Coalesce("discount_amount", models.Value(Decimal(0), output_field=Money()))
# All numbers and names of a case, to be searched for any part of them.
SOUGHT = models.Func(
    "invoice_number",
    "order_number",
    "vendor_number",
    "vendor_name",
    "bc_number",
    arg_joiner=" || ' ' || ",
    template="lower(' ' || %(expressions)s)",
)

# A constraint ties a case's end to its status, so an index needs not to know the statuses.
OPEN = models.Q(closed_at__isnull=True)
CLOSED = models.Q(closed_at__isnull=False)


def _in_order(name: str, *columns: str | models.expressions.Combinable) -> models.Index:
    """Give the index that hands out a company's open cases in one of the worklist's orders."""
    return models.Index("company", *columns, "id", condition=OPEN, name=f"case_open_by_{name}")


class CaseQuerySet(models.QuerySet[Any]):
    def open(self) -> CaseQuerySet:
        return self.filter(status__in=ExceptionCase.OPEN_STATUSES)

    def of(self, company: Company) -> CaseQuerySet:
        return self.filter(company=company)


class ExceptionCase(models.Model):
    """One blocked invoice. The copied figures keep the worklist to one table."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        WAITING = "waiting", _("waiting for receipt")
        PROPOSED = "proposed", _("waiting for approval")
        RELEASED = "released", _("released")
        REJECTED = "rejected", _("rejected")
        CLEARED = "cleared", _("cleared itself")

    OPEN_STATUSES = [Status.OPEN, Status.WAITING, Status.PROPOSED]

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", db_index=False)
    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.PROTECT, related_name="cases")
    decision = models.ForeignKey(MatchDecision, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    wait_until = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.CharField(max_length=200, blank=True, help_text="The event that cleared it")
    # The worklist's columns, copied at each judgement.
    invoice_number = models.CharField(max_length=50)
    vendor_number = models.CharField(max_length=20)
    vendor_name = models.CharField(max_length=100, blank=True)
    order_number = models.CharField(max_length=50, blank=True)
    code = models.CharField("reason", max_length=30, help_text="The finding with the most money")
    reasons = models.PositiveSmallIntegerField("number of reasons", default=1)
    difference = Money(default=0)
    percent = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    amount = Money("invoice amount", default=0)
    currency = models.CharField(max_length=10)
    due_on = models.DateField(null=True, blank=True)
    discount_until = models.DateField("discount until", null=True, blank=True)
    discount_amount = Money("cash discount", null=True, blank=True, help_text="Lost after that day")
    # Business Central's number of the invoice, kept by a trigger on the invoices.
    bc_number = models.CharField("BC number", max_length=20, blank=True, default="", editable=False)

    history = HistoricalRecords(excluded_fields=["bc_number"])
    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(status__in=["open", "waiting", "proposed"]),
                name="one_open_case_per_invoice",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, status__in=["open", "waiting", "proposed"])
                | models.Q(closed_at__isnull=False, status__in=["released", "rejected", "cleared"]),
                name="case_closed_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "status", "opened_at", "id"], name="case_worklist"),
            _in_order("age", "opened_at"),
            _in_order("due", DUE),
            _in_order("invoice", "invoice_number"),
            _in_order("vendor", "vendor_number", DUE),
            _in_order("reason", "code", DUE),
            _in_order("order", "order_number", DUE),
            _in_order("amount", "amount"),
            _in_order("difference", "difference"),
            _in_order("discount", DISCOUNT_UNTIL),
            _in_order("risk", AT_RISK),
            models.Index("company", "closed_at", "id", condition=CLOSED, name="case_closed_by_time"),
            models.Index(
                "company",
                "vendor_number",
                "code",
                "closed_at",
                condition=CLOSED,
                name="case_closed_by_vendor",
            ),
            GinIndex(OpClass(SOUGHT, name="gin_trgm_ops"), name="case_sought"),
        ]
        permissions = [
            ("resolve_case", "Can wait, reject and release within the limit"),
            ("approve_case", "Can approve a release over the limit"),
            ("confirm_delivery", "Can confirm what was received or done, and at which price"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_number} from {self.vendor_name or self.vendor_number}: {self.code}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN_STATUSES


class Finding(models.Model):
    """A reason of the latest judgement, as the engine gave it."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="findings", db_index=False)
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    line = models.PositiveIntegerField(null=True)
    subject = models.CharField(max_length=50, blank=True)
    effect = models.CharField(max_length=5)
    base = Quantity(null=True, decimal_places=8, max_digits=28)
    actual = Quantity(null=True, decimal_places=8, max_digits=28)
    variance = Quantity(null=True, decimal_places=8, max_digits=28)
    unit = models.CharField(max_length=10, blank=True)
    percent = models.DecimalField(max_digits=24, decimal_places=9, null=True)
    amount = Money(null=True)
    broken = models.JSONField(default=list)
    released = models.BooleanField(default=False)
    sentence = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "position"], name="finding_once")]

    def __str__(self) -> str:
        return self.sentence


class Resolution(models.Model):
    """What a person decided, why, and on which figures; a release counts for those figures only."""

    class Kind(models.TextChoices):
        RELEASE = "release", _("release")
        REJECT = "reject", _("reject")
        WAIT = "wait", _("wait for receipt")
        REOPEN = "reopen", _("open again")
        OVERRIDE = "override", _("release of some reasons")
        NOTE = "note", _("asked or recorded")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for approval")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")
        UNDONE = "undone", _("undone")

    case = models.ForeignKey(ExceptionCase, on_delete=models.PROTECT, related_name="resolutions")
    action = models.CharField(max_length=30, blank=True, help_text="The row of the table of actions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DONE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()
    reason_code = models.CharField(max_length=30, blank=True)
    wait_until = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    overrides = models.JSONField(default=list, help_text="The figures that a release covers")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="resolution_says_why"),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("by")),
                name="nobody_approves_their_own_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="resolution_decided_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="proposed"), name="one_proposal_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by}: {self.reason}"


class Undoable(models.Model):
    """What somebody has just done with a case, and how it was before; for half a minute it can be undone."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="undoables")
    resolution = models.ForeignKey(
        Resolution, null=True, blank=True, on_delete=models.CASCADE, related_name="undoables"
    )
    action = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    former_status = models.CharField(max_length=10, choices=ExceptionCase.Status.choices)
    former_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    former_wait_until = models.DateField(null=True, blank=True)
    left_as = models.CharField(max_length=80, help_text="The case right afterwards; only then it is undone")
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.action} of case {self.case_id} by {self.by_id}"
