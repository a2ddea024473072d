"""Purchase orders: made in the CAFM, validated and posted by BC."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from .document import Document, Money, Quantity, number_once


class PurchaseOrder(Document):
    class State(models.TextChoices):
        OPEN = "open", "open"
        UNAPPROVED = "unapproved", "not approved"
        CLOSED = "closed", "closed"
        CANCELLED = "cancelled", "cancelled"

    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    vendor_number = models.CharField(max_length=20)
    currency = models.CharField(max_length=10)
    order_date = models.DateField()
    expected_on = models.DateField(null=True, blank=True)
    location = models.CharField(max_length=10, blank=True)
    purchase_request = models.CharField(max_length=50, blank=True)
    approved_by = models.CharField(max_length=150)
    agreed = models.JSONField(
        null=True, blank=True, help_text="Who bills, a blanket's limits and the like: see agreements.py"
    )
    former = models.JSONField(null=True, blank=True, help_text="What earlier versions of it said")
    reopened_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Opened by us in BC for a change, and to be released again",
    )

    class Meta:
        constraints = [number_once("order")]
        indexes = [
            models.Index(fields=["company", "bc_number"], name="order_by_bc_number"),
            models.Index(fields=["company", "vendor_number"], name="order_by_vendor"),
        ]


class PurchaseOrderLine(models.Model):
    class Kind(models.TextChoices):
        ITEM = "item", "item"
        ACCOUNT = "account", "G/L account"
        SERVICE = "service", "service"
        FIXED_ASSET = "fixed_asset", "fixed asset"

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    item = models.CharField(max_length=20, blank=True)
    account = models.CharField(max_length=20, blank=True)
    asset = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=250, blank=True)
    quantity = Quantity()
    unit = models.CharField(max_length=10, blank=True)
    unit_price = Money()
    price_base = Quantity(default=1)
    discount_percent = models.DecimalField(max_digits=8, decimal_places=5, default=0)
    location = models.CharField(max_length=10, blank=True)
    work_order = models.CharField(max_length=50, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    match_level = models.CharField(max_length=10, blank=True)
    dimensions = models.JSONField(default=dict, blank=True)
    agreed = models.JSONField(
        null=True, blank=True, help_text="Price breaks, milestones and the like: see agreements.py"
    )
    cancelled = models.BooleanField(default=False, help_text="No more of it is to come")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=models.Q(price_base__gt=0), name="order_line_price_base_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line} {self.description}"

    @property
    def gross(self) -> Decimal:
        return gross_of(self)

    @property
    def discount(self) -> Decimal:
        """The line's discount as an amount."""
        return discount_of(self)


def gross_of(line: Any) -> Decimal:
    """Give the amount of an order line, or of a plain row of one, before its discount."""
    return Decimal(line.quantity * line.unit_price / line.price_base)


def discount_of(line: Any) -> Decimal:
    """Give the discount of an order line, or of a plain row of one, as an amount."""
    return gross_of(line) * Decimal(line.discount_percent) / 100


class OrderCharge(models.Model):
    """A charge that the order plans for, such as freight."""

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="charges")
    code = models.CharField(max_length=20)
    amount = Money()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "code"], name="order_charge_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"
