"""Counts and sums of the cases, kept by the database so that no screen has to add up a million rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from masterdata.models import Company

from .document import Money


class TallyQuerySet(models.QuerySet["CaseTally"]):
    def of(self, company: Company, cut: str) -> TallyQuerySet:
        return self.filter(company=company, cut=cut)


class CaseTally(models.Model):
    """How many cases fall together under one cut, and their money; rows of the same key are added up.

    Triggers on the cases only ever add rows here, negative ones too, so that nobody waits for anybody;
    tallies.fold() makes one row of many. What a cut does not tell apart is empty.
    """

    class Cut(models.TextChoices):
        DESK = "desk", "status, owner and reason; closed cases too"
        VENDOR = "vendor", "status and vendor of the open ones"
        DUE = "due", "due day of the open ones"
        DISCOUNT = "discount", "last day of the cash discount of the open ones"
        OPENED = "opened", "day on which the open ones were opened"

    # The database checks no keys here: these rows are written by triggers from rows that it has checked.
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    cut = models.CharField(max_length=8, choices=Cut.choices)
    status = models.CharField(max_length=10, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    code = models.CharField(max_length=30, blank=True, default="")
    vendor_number = models.CharField(max_length=20, blank=True, default="")
    vendor_name = models.CharField(max_length=100, blank=True, default="")
    day = models.DateField(null=True)
    currency = models.CharField(max_length=10)
    cases = models.BigIntegerField()
    amount = Money()
    discount = Money()
    is_folded = models.BooleanField(default=False)

    objects = TallyQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["company", "cut", "vendor_number"], name="case_tally_by_cut"),
            # Holds all that the worklist and the boards ask for, so that the rows, which lie scattered over
            # the table as the triggers and the folding wrote them, are not read at all.
            models.Index(
                fields=["company", "cut", "status", "day"],
                include=["owner", "code", "currency", "cases", "amount", "discount"],
                name="case_tally_covering",
            ),
            models.Index(fields=["company"], condition=models.Q(is_folded=False), name="case_tally_unfolded"),
        ]

    def __str__(self) -> str:
        return f"{self.cut} {self.status} {self.code} {self.currency}: {self.cases}"
