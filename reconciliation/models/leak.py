"""What the rules let through on an invoice although it bills more than its order."""

from __future__ import annotations

from django.db import models

from masterdata.models import Company

from .document import Money
from .invoice import SupplierInvoice


class Leak(models.Model):
    """The money above the order that one check let through, in the company's currency.

    It follows from the invoice's latest judgement, and is written with it (losing.py).
    """

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # found by leak_by_day
    invoice = models.ForeignKey(
        SupplierInvoice, on_delete=models.CASCADE, related_name="+", db_index=False
    )  # found by leak_once
    check_name = models.CharField(max_length=20)
    vendor_number = models.CharField(max_length=20)
    day = models.DateField(help_text="Of the invoice")
    amount = Money()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "check_name"], name="leak_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="leak_is_money"),
        ]
        indexes = [models.Index(fields=["company", "day"], name="leak_by_day")]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.check_name} {self.amount}"
