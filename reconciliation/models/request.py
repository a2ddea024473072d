"""Purchase requests: kept here, for BC takes none; the order that follows names its request."""

from __future__ import annotations

from django.db import models

from .document import Document, Money, Quantity, number_once


class PurchaseRequest(Document):
    requested_by = models.CharField(max_length=150)
    approved_by = models.CharField(max_length=150)
    approved_at = models.DateTimeField()
    needed_by = models.DateField(null=True, blank=True)
    work_order = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [number_once("request")]


class PurchaseRequestLine(models.Model):
    request = models.ForeignKey(
        PurchaseRequest, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField()
    item = models.CharField(max_length=20, blank=True)
    account = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=250)
    quantity = Quantity()
    unit = models.CharField(max_length=10)
    estimated_unit_price = Money(null=True, blank=True)
    currency = models.CharField(max_length=10, blank=True)
    location = models.CharField(max_length=10, blank=True)
    dimensions = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "line"], name="request_line_once")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.line} {self.description}"
