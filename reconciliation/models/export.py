"""Lists that people asked for as a file, and the files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from masterdata.models import Company


class CaseExport(models.Model):
    """A question of the worklist, answered in a file by a worker; only who asked may fetch it."""

    class Form(models.TextChoices):
        EXCEL = "xlsx", _("Excel")
        CSV = "csv", _("CSV")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=4, choices=Form, default=Form.CSV)
    query = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(done_at__isnull=True), name="case_export_to_do")
        ]

    def __str__(self) -> str:
        return f"{self.query or 'all'} for {self.by}"
