"""Goods receipts: counted in the CAFM, posted in BC for the accepted quantity."""

from __future__ import annotations

from django.db import models

from .document import Document, Quantity, number_once
from .order import PurchaseOrder


class GoodsReceipt(Document):
    order_number = models.CharField(max_length=50)
    order = models.ForeignKey(PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField()
    received_by = models.CharField(max_length=150)
    delivery_note = models.CharField(max_length=50, blank=True)
    reversed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [number_once("receipt")]
        indexes = [models.Index(fields=["company", "order_number"], name="receipt_by_order")]


class GoodsReceiptLine(models.Model):
    receipt = models.ForeignKey(GoodsReceipt, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField()
    order_line = models.PositiveIntegerField()
    quantity_received = Quantity()
    quantity_accepted = Quantity()
    quantity_rejected = Quantity()
    reject_reason = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=10)
    location = models.CharField(max_length=10, blank=True)
    lot = models.CharField(max_length=50, blank=True)
    serial = models.CharField(max_length=50, blank=True)
    price_quantity = Quantity(null=True, blank=True, help_text="How many of the unit it is priced in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receipt", "line"], name="receipt_line_once"),
            models.CheckConstraint(
                condition=models.Q(
                    quantity_received__gte=0, quantity_accepted__gte=0, quantity_rejected__gte=0
                ),
                name="receipt_line_quantities_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}/{self.line}"
