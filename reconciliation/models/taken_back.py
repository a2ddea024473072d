"""Goods taken back: a receipt that was a mistake, and goods that went back to the vendor."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from .document import Document, Quantity, number_once
from .order import PurchaseOrder
from .receipt import GoodsReceipt


class ReceiptReversal(Document):
    """Says that a receipt did not happen; the receipt itself carries the day, and no longer counts."""

    receipt_number = models.CharField(max_length=50)
    receipt = models.ForeignKey(GoodsReceipt, null=True, on_delete=models.PROTECT, related_name="reversals")
    reversed_on = models.DateField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [number_once("reversal")]
        indexes = [models.Index(fields=["company", "receipt_number"], name="reversal_by_receipt")]

    @property
    def order_number(self) -> str:
        return self.receipt.order_number if self.receipt is not None else ""

    @property
    def order(self) -> PurchaseOrder | None:
        return self.receipt.order if self.receipt is not None else None


class GoodsReturn(Document):
    """Goods that went back to the vendor, accepted ones or such as had been rejected."""

    order_number = models.CharField(max_length=50)
    order = models.ForeignKey(PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="returns")
    returned_on = models.DateField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [number_once("return")]
        indexes = [models.Index(fields=["company", "order_number"], name="return_by_order")]


class GoodsReturnLine(models.Model):
    goods_return = models.ForeignKey(
        GoodsReturn, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField()
    order_line = models.PositiveIntegerField()
    quantity = Quantity()
    quantity_rejected = Quantity(
        null=True,
        blank=True,
        help_text="How many of these had been rejected. Where nobody tells, all were accepted.",
    )
    unit = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["goods_return", "line"], name="return_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="return_line_positive"),
            models.CheckConstraint(
                condition=models.Q(quantity_rejected__isnull=True)
                | models.Q(quantity_rejected__gte=0, quantity_rejected__lte=models.F("quantity")),
                name="return_line_rejected_within_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goods_return_id}/{self.line}"

    @property
    def quantity_accepted(self) -> Decimal:
        """What went back of the accepted goods: all of it, unless somebody said else."""
        accepted: Decimal = self.quantity - (self.quantity_rejected or Decimal(0))
        return accepted
