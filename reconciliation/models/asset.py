"""What the CAFM tells about its assets; Business Central keeps a fixed asset for each."""

from __future__ import annotations

from django.db import models

from .document import Document


class AssetNotice(Document):
    """An asset was registered, has changed or was retired; `number` is the asset's."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", "registered"
        CHANGED = "changed", "changed"
        RETIRED = "retired", "retired"

    class Status(models.TextChoices):
        READY = "ready", "on its way to BC"
        POSTED = "posted", "told in BC"
        LATE = "late", "came too late, nothing is done"
        CANCELLED = "cancelled", "given up"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    told_at = models.DateTimeField(null=True, blank=True, help_text="The event's own time, where it has one")
    description = models.CharField(max_length=250)
    serial_number = models.CharField(max_length=50, blank=True)
    asset_class = models.CharField("class", max_length=50, blank=True)
    location = models.CharField(max_length=10, blank=True)
    acquired_on = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=50, blank=True)
    order_line = models.PositiveIntegerField(null=True, blank=True)
    parent = models.CharField(max_length=50, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number", "kind"],
                condition=models.Q(kind__in=["registered", "retired"]),
                name="asset_registered_and_retired_once",
            ),
        ]
        indexes = [models.Index(fields=["company", "number"], name="asset_notice_by_asset")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
