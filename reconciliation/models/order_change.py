"""Changes and cancellations of purchase orders: each event on its own way to BC."""

from __future__ import annotations

from django.db import models

from .document import Document
from .order import PurchaseOrder


class OrderChange(Document):
    """A later version of an order, or its cancellation; `number` is the order's."""

    class Kind(models.TextChoices):
        CHANGED = "changed", "changed"
        CANCELLED = "cancelled", "cancelled"

    class Status(models.TextChoices):
        READY = "ready", "on its way to BC"
        POSTED = "posted", "posted in BC"
        WITH_ORDER = "with_order", "told with the order itself"
        LATE = "late", "came too late, nothing is done"
        SUPERSEDED = "superseded", "a later version took its place"
        CANCELLED = "cancelled", "given up"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.PositiveIntegerField(null=True, blank=True, help_text="A cancellation has none")
    order = models.ForeignKey(PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="changes")
    reason = models.CharField(max_length=300, blank=True)
    cancelled_lines = models.JSONField(
        default=list, blank=True, help_text="The lines that are cancelled; none means the whole order"
    )
    began_order = models.BooleanField(default=False, help_text="It came before the approval of the order")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number", "version"],
                condition=models.Q(kind="changed"),
                name="order_change_version_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="changed", version__isnull=False)
                | models.Q(kind="cancelled", version__isnull=True),
                name="order_change_has_its_version",
            ),
        ]
        indexes = [models.Index(fields=["company", "number"], name="order_change_by_order")]

    def __str__(self) -> str:
        if self.kind == self.Kind.CANCELLED:
            return f"cancellation of {self.number}"
        return f"{self.number} version {self.version}"

    @property
    def order_number(self) -> str:
        return self.number
