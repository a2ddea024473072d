"""Which order line a billed line, or a part of it, means, where a person said so; only taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .document import Quantity
from .invoice import SupplierInvoice


class LineLink(models.Model):
    """A proposal that a person confirmed; it holds as long as the billed line says what it said then."""

    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.PROTECT, related_name="links")
    line = models.PositiveIntegerField()
    order_number = models.CharField(max_length=50)
    order_line = models.PositiveIntegerField()
    # What the line said, and which order it named before.
    item = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=250, blank=True)
    former_order_number = models.CharField(max_length=50, blank=True)
    former_order_line = models.PositiveIntegerField(null=True, blank=True)
    # Where a line was split: which one, how much of it this is, and its figures before.
    part_of = models.PositiveIntegerField(null=True, blank=True)
    quantity = Quantity(null=True, blank=True)
    former_figures = models.JSONField(null=True, blank=True)
    score = models.PositiveSmallIntegerField()
    points = models.JSONField(default=list, help_text="What spoke for it, in words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True, help_text="Without a person: the line changed")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "line"],
                condition=models.Q(undone_at__isnull=True),
                name="line_link_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_by__isnull=True) | models.Q(undone_at__isnull=False),
                name="line_link_undone_who_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(part_of__isnull=True, quantity__isnull=True, former_figures__isnull=True)
                | models.Q(part_of__isnull=False, quantity__isnull=False, former_figures__isnull=False),
                name="line_link_part_has_its_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line} is {self.order_number}/{self.order_line}"

    @property
    def billed_line(self) -> int:
        """The line as the supplier numbers it."""
        return self.line if self.part_of is None else self.part_of
