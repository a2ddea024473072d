"""Files beside a case: what people add, and the invoice's original as Business Central keeps it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .case import ExceptionCase
from .invoice import SupplierInvoice

MOST_BYTES = 20 * 1024 * 1024


class FileKind(models.TextChoices):
    PDF = "pdf", "PDF"
    XML = "xml", "XML"
    PNG = "png", "picture"
    JPEG = "jpeg", "photo"


class File(models.Model):
    """Bytes, with what they are by their content; kept in the database, which no web server hands out."""

    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Attachment(File):
    """A file that somebody added to a case; it stays for ever, like what is said."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.PROTECT, related_name="attachments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sha256"], name="case_file_once"),
            models.CheckConstraint(
                condition=models.Q(size__gt=0, size__lte=MOST_BYTES), name="case_file_is_not_too_large"
            ),
        ]


class InvoiceFile(File):
    """An original of an invoice, read from Business Central."""

    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.CASCADE, related_name="files")
    bc_id = models.UUIDField("BC id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "bc_id"], name="invoice_file_once"),
            models.CheckConstraint(
                condition=models.Q(size__gt=0, size__lte=MOST_BYTES), name="invoice_file_is_not_too_large"
            ),
        ]


class OriginalLook(models.Model):
    """That somebody wants to see an invoice's original, and what came of looking for it there."""

    invoice = models.OneToOneField(SupplierInvoice, on_delete=models.CASCADE, related_name="original_look")
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"], condition=models.Q(looked_at__isnull=True), name="original_look_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.problem or self.looked_at or 'to do'}"
