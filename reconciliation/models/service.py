"""Service confirmations: the requester's word that a service was delivered."""

from __future__ import annotations

from django.db import models

from .document import Document, Money, Quantity, number_once
from .order import PurchaseOrder


class ServiceConfirmation(Document):
    order_number = models.CharField(max_length=50)
    order = models.ForeignKey(
        PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="confirmations"
    )
    confirmed_on = models.DateField()
    confirmed_by = models.CharField(max_length=150)
    accepted = models.BooleanField()

    class Meta:
        constraints = [number_once("confirmation")]
        indexes = [models.Index(fields=["company", "order_number"], name="confirmation_by_order")]


class ServiceConfirmationLine(models.Model):
    """Part of a service, told as a quantity or as an amount in the order's currency."""

    confirmation = models.ForeignKey(
        ServiceConfirmation, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField()
    order_line = models.PositiveIntegerField()
    quantity = Quantity(null=True, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    amount = Money(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["confirmation", "line"], name="confirmation_line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=False) | models.Q(amount__isnull=False),
                name="confirmation_line_says_how_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.confirmation_id}/{self.line}"
