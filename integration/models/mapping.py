"""Field mappings: which of our fields goes into which of theirs, as rows that an administrator edits."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords


class FieldMapping(models.Model):
    """The mapping of one record form to one BC entity set."""

    name = models.CharField(max_length=60, unique=True)
    source = models.CharField(max_length=60, help_text="Our record, for example purchase_order.line")
    target = models.CharField(max_length=60, help_text="BC's entity set, for example purchaseOrderLines")
    version = models.PositiveIntegerField(default=1, help_text="Rises with each change; messages keep theirs")
    note = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class FieldMappingRow(models.Model):
    """One field: where it comes from, how it is transformed, where it goes."""

    mapping = models.ForeignKey(FieldMapping, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField(
        help_text="BC validates fields in the order received: keys first"
    )
    source = models.CharField(
        max_length=100, blank=True, help_text="Path in our record, for example vendor_number"
    )
    target = models.CharField(max_length=100, help_text="Field of the BC entity")
    transform = models.CharField(max_length=30, default="copy")
    parameters = models.JSONField(default=dict, blank=True)
    default = models.CharField(max_length=200, blank=True)
    required = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mapping", "target"], name="mapping_target_once")]

    def __str__(self) -> str:
        return f"{self.source or 'constant'} → {self.target}"
