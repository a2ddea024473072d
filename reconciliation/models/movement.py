"""Inventory movements: physical in the CAFM, financial in BC."""

from __future__ import annotations

from django.db import models

from .document import Document, Quantity


class InventoryMovement(Document):
    class Kind(models.TextChoices):
        CONSUMPTION = "consumption", "consumption"
        ADJUSTMENT = "adjustment", "adjustment"
        TRANSFER = "transfer", "transfer"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    posted_on = models.DateField()
    work_order = models.CharField(max_length=50, blank=True)
    reason = models.CharField(max_length=100, blank=True)
    from_location = models.CharField(max_length=10, blank=True)
    to_location = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "number"], name="movement_number_once"),
        ]


class InventoryMovementLine(models.Model):
    movement = models.ForeignKey(
        InventoryMovement, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField()
    item = models.CharField(max_length=20)
    quantity = Quantity(help_text="Consumption: positive leaves stock, negative comes back")
    unit = models.CharField(max_length=10)
    location = models.CharField(max_length=10, blank=True)
    account = models.CharField(max_length=20, blank=True)
    asset = models.CharField(max_length=20, blank=True)
    dimensions = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["movement", "line"], name="movement_line_once")]

    def __str__(self) -> str:
        return f"{self.movement_id}/{self.line} {self.item}"
