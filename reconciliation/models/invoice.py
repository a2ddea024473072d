"""Supplier invoices and credit memos: owned by BC, matched here before they are posted."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .document import Document, DocumentQuerySet, Money, Quantity
from .policy_version import PolicyVersion

# A number without what people write differently: case, signs, spaces and leading zeros.
BARE_NUMBER = models.Func(
    models.Func(
        Lower("number"),
        models.Value(r"[\W_]+"),
        models.Value(""),
        models.Value("g"),
        function="regexp_replace",
    ),
    models.Value("(?<![0-9])0+(?=[0-9])"),
    models.Value(""),
    models.Value("g"),
    function="regexp_replace",
)


class InvoiceQuerySet(DocumentQuerySet):
    def due_for_matching(self) -> InvoiceQuerySet:
        return self.filter(match_due=True)


class SupplierInvoice(Document):
    class Type(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_MEMO = "credit_memo", _("credit memo")
        PREPAYMENT = "prepayment", _("advance payment")
        RETENTION_RELEASE = "retention_release", _("release of a retention")

    class Status(models.TextChoices):
        RECEIVED = "received", "not matched yet"
        BLOCKED = "blocked", "blocked"
        READY = "ready", "cleared for posting"
        POSTED = "posted", "posted in BC"
        REJECTED = "rejected", "rejected"

    class Origin(models.TextChoices):
        BC = "bc", "Business Central"
        CAFM = "cafm", "CAFM"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVED)
    type = models.CharField(max_length=20, choices=Type.choices, default=Type.INVOICE)
    origin = models.CharField(max_length=5, choices=Origin.choices)
    vendor_number = models.CharField(max_length=20)
    vendor_name = models.CharField(max_length=100, blank=True)
    invoice_date = models.DateField(null=True)
    due_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=10)
    order_number = models.CharField(
        max_length=50, blank=True, help_text="Our order number, where one order is named"
    )
    discount = Money(default=0)
    tax = Money(default=0)
    rounding = Money(default=0)
    total = Money(null=True)
    retention_percent = models.DecimalField(
        max_digits=8, decimal_places=5, null=True, blank=True, help_text="Held back until later"
    )
    advance = Money(null=True, blank=True, help_text="Set off of what was paid in advance")
    document_url = models.URLField(max_length=500, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the scan: the same file is seen")
    match_due = models.BooleanField(default=True, help_text="Facts changed since the last judgement")
    post_after = models.DateTimeField(
        null=True, blank=True, help_text="Until then whoever let it through may take that back"
    )
    judged_by = models.ForeignKey(
        PolicyVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # a version is never deleted
        help_text="Rules that somebody chose on purpose; empty is those of the day the invoice came",
    )
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="When a pull found that its draft was deleted in Business Central"
    )
    content_hash = models.BinaryField(max_length=16, null=True, editable=False)
    bare_number = models.GeneratedField(
        expression=BARE_NUMBER,
        output_field=models.CharField(max_length=100),
        db_persist=True,
        help_text="Looked for among doubles",
    )

    objects = InvoiceQuerySet.as_manager()  # type: ignore[misc]  # narrower than every document's

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "bc_id"],
                condition=models.Q(bc_id__isnull=False),
                name="invoice_bc_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "vendor_number", "number"], name="invoice_by_vendor_number"),
            models.Index(fields=["id"], condition=models.Q(match_due=True), name="invoice_due_for_matching"),
            models.Index(fields=["company", "order_number"], name="invoice_by_order"),
            models.Index(fields=["company", "vendor_number", "bare_number"], name="invoice_by_bare_number"),
            models.Index(fields=["company", "vendor_number", "total"], name="invoice_by_total"),
            models.Index(
                "company",
                Lower("file_sha256"),
                condition=~models.Q(file_sha256=""),
                name="invoice_by_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} from {self.vendor_name or self.vendor_number}"


class InvoiceLine(models.Model):
    invoice = models.ForeignKey(
        SupplierInvoice, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    line = models.PositiveIntegerField()
    order_number = models.CharField(max_length=50, blank=True)
    order_line = models.PositiveIntegerField(null=True, blank=True)
    item = models.CharField(max_length=20, blank=True)
    description = models.CharField(max_length=250, blank=True)
    quantity = Quantity()
    unit = models.CharField(max_length=10, blank=True)
    unit_price = Money()
    price_base = Quantity(default=1)
    discount = Money(default=0)
    amount = Money(help_text="Net of discount, with line charges, without tax")
    price_quantity = Quantity(null=True, blank=True, help_text="How many of the unit it is priced in")
    milestone = models.CharField(max_length=100, blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    linked = models.BooleanField(default=False, help_text="A person said which order line it means")
    tax = Money(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "line"], name="invoice_line_once")]
        indexes = [models.Index(fields=["order_number", "order_line"], name="invoice_line_by_order_line")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line} {self.description}"


class InvoiceCharge(models.Model):
    """A charge on the whole invoice, or on one line where `line` is set."""

    invoice = models.ForeignKey(SupplierInvoice, on_delete=models.CASCADE, related_name="charges")
    line = models.PositiveIntegerField(null=True, blank=True)
    code = models.CharField(max_length=20)
    amount = Money()

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"
