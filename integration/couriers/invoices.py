"""Supplier invoices: a draft that BC owns is posted; one of the CAFM without any order is drafted first.

An invoice that bills an order is posted through it: see order_invoices.py.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from integration import mapping
from integration.bc import is_gone, odata, payloads
from integration.bc.names import (
    DISCOUNT_AMOUNT,
    ETAG,
    TOTAL_AMOUNT_INCLUDING_TAX,
    VENDOR_INVOICE_NUMBER,
    VENDOR_NUMBER,
)
from integration.errors import PermanentError, TemporaryError
from integration.mapping import defaults, masters
from masterdata import lookup
from masterdata.models import Item
from reconciliation.models import InvoiceLine, SupplierInvoice

from . import billed, credit_memos
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, Withdrawn, as_uuid, listed, plain

INVOICES = "purchaseInvoices"
LINES = "purchaseInvoiceLines"
SELECT = ("id", "number", "status", VENDOR_INVOICE_NUMBER, TOTAL_AMOUNT_INCLUDING_TAX, DISCOUNT_AMOUNT)
UNPOSTED = ("Draft", "In_x0020_Review")
UNPOSTABLE = ("Canceled",)
NOT_STOCKED = ("Service", "Non-Inventory")


def chain(invoice: SupplierInvoice) -> str:
    """An invoice follows its order, where one is named."""
    orders = billed.orders_of(invoice)
    return f"order:{invoice.order_number or orders[0]}" if orders else f"invoice:{invoice.pk}"


def prepare(invoice: SupplierInvoice, key: UUID) -> Prepared:
    """Name the draft that is to be posted, say what it bills of its order, or build a draft of its own."""
    if invoice.bc_id:
        return Prepared({"id": str(invoice.bc_id), VENDOR_INVOICE_NUMBER: invoice.number})
    if invoice.type == SupplierInvoice.Type.CREDIT_MEMO:
        return credit_memos.prepare(invoice)
    if missing := lookup.missing_vendors(invoice.company, [invoice.vendor_number]):
        return Prepared(waiting_for=f"vendor {listed(missing)} in Business Central")
    if billed.orders_of(invoice):
        return billed.prepare(invoice)
    header, line_mapping = mapping.compiled_together(defaults.INVOICE, defaults.INVOICE_LINE)
    head = record(invoice)
    body, found = header.apply(head, masters.of(invoice.company))
    problems = [str(problem) for problem in found]
    body[LINES] = []
    for line in invoice.lines.order_by("line"):
        written, found = line_mapping.apply(line_record(head, line), masters.of(invoice.company))
        problems += [f"line {line.line}, {problem}" for problem in found]
        body[LINES].append(written)
    if invoice.discount:
        body[DISCOUNT_AMOUNT] = invoice.discount
    return Prepared(body, header.version, line_mapping.version, problems=problems)


class InvoiceVisit(Visit):
    """Find the draft, create it if need be, and post it by its id."""

    draft: dict[str, Any] | None = None

    def find(self) -> Posted | Standing:
        """Look for the invoice by BC's id, or by vendor and the vendor's number."""
        self._check_still_cleared()
        self.draft = self._by_id() if self.document.bc_id else self._by_number()
        if self.draft is None:
            return Standing.ABSENT
        if self.draft["status"] in UNPOSTED:
            return Standing.REPEATABLE  # BC posts a draft once, whoever asks
        if self.document.origin == SupplierInvoice.Origin.CAFM:
            self._check_total(self.draft)  # a posted one of that number may be another document
        return Posted(as_uuid(self.draft["id"]), self.draft["number"])

    def send(self, before_write: BeforeWrite) -> Posted:
        """Post the draft of this very version; create it first when there is none."""
        if reason := billed.owed_otherwise(self.document):
            raise PermanentError(
                f"Invoice {self.document.number} is cleared, but {reason}. Post it in Business Central with "
                f"the vendor invoice number {self._vendors_number}: the next pull recognises it. Or mark "
                "this done with its number.",
                owner="finance",
            )
        if not self.document.bc_id and (stocked := _stocked(self.document)):
            raise PermanentError(
                f"Invoice {self.document.number} bills {listed(stocked)} without naming an order; "
                "posted alone it would take the goods into stock a second time. Post it in Business Central "
                f"with the vendor invoice number {self._vendors_number} and Get Receipt Lines: the next "
                "pull recognises it. Or mark this done with its number.",
                owner="finance",
            )
        if self.draft is None:
            self.draft = self._create(before_write)
        self._check_total(self.draft)
        before_write()
        draft_id = self.draft["id"]
        self.client.act(INVOICES, draft_id, "post", etag=self.draft[ETAG])
        posted = self.client.get(INVOICES, draft_id, select=SELECT)
        return Posted(as_uuid(posted["id"]), posted["number"])

    def _check_still_cleared(self) -> None:
        """Matching may have blocked it again since it was put in line, or may be about to."""
        if self.document.status not in (SupplierInvoice.Status.READY, SupplierInvoice.Status.POSTED):
            raise Withdrawn(f"Invoice {self.document} is {self.document.get_status_display()} again.")
        if self.document.match_due and not self.document.is_posted:
            raise Withdrawn(f"Invoice {self.document} has changed and is matched first.")

    def _by_id(self) -> dict[str, Any]:
        try:
            return self.client.get(INVOICES, self.document.bc_id, select=SELECT)
        except PermanentError as error:
            if is_gone(error):
                raise PermanentError(
                    f"The draft of invoice {self.document.number} is no longer in Business Central. "
                    "See whether it was deleted there, then cancel this.",
                    code=error.code,
                    status=error.status,
                    raw=error.raw,
                ) from error
            raise

    def _by_number(self) -> dict[str, Any] | None:
        found = self.client.find(
            INVOICES,
            filter=odata.eq(VENDOR_NUMBER, self.payload.get(VENDOR_NUMBER, self.document.vendor_number))
            & odata.eq(VENDOR_INVOICE_NUMBER, self._vendors_number),
            select=SELECT,
        )
        living = [row for row in found if row["status"] not in UNPOSTABLE]
        if len(living) > 1:
            raise PermanentError(
                f"Business Central has {len(living)} invoices with the number {self._vendors_number} of this "
                "vendor. Delete the drafts that are too many there, then retry.",
                owner="finance",
            )
        return living[0] if living else None

    @property
    def _vendors_number(self) -> str:
        return str(self.payload.get(VENDOR_INVOICE_NUMBER, self.document.number)).upper()

    def _create(self, before_write: BeforeWrite) -> dict[str, Any]:
        body = payloads.in_order(INVOICES, self.payload)
        before_write()
        return self.client.create(INVOICES, body)

    def _check_total(self, draft: dict[str, Any]) -> None:
        """Post only the amount that was matched."""
        total, ours = Decimal(draft[TOTAL_AMOUNT_INCLUDING_TAX]), self.document.total
        if ours is None or total == ours:
            return
        if self.document.origin == SupplierInvoice.Origin.BC:
            # BC changed its draft after it was matched; the next pull brings it to matching again.
            raise TemporaryError(
                f"Invoice {self.document.number} now stands at {plain(total)} in Business Central, "
                f"but {plain(ours)} was matched. It is posted once the change has been pulled and matched."
            )
        raise PermanentError(
            f"Business Central makes invoice {self.document.number} {plain(total)}, "
            f"the supplier bills {plain(ours)}. "
            "Correct the draft there (tax, charges, rounding), then retry.",
            owner="finance",
        )


def _stocked(invoice: SupplierInvoice) -> list[str]:
    """Name the billed items that a purchase invoice of its own would take into stock."""
    items = {line.item for line in invoice.lines.all() if line.item}
    unstocked = Item.objects.filter(company=invoice.company, number__in=items, type__in=NOT_STOCKED)
    return sorted(items - set(unstocked.values_list("number", flat=True)))


def record(invoice: SupplierInvoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "vendor_number": invoice.vendor_number,
        "currency": invoice.currency,
        "invoice_date": invoice.invoice_date,
        "due_on": invoice.due_on,
        "order_number": invoice.order_number,
        "discount": invoice.discount or None,
        "total": invoice.total,
    }


def line_record(invoice: dict[str, Any], line: InvoiceLine) -> dict[str, Any]:
    """One line as mapping rows may name its fields."""
    return {
        "line": line.line,
        "object_type": "item" if line.item else None,
        "object_number": line.item or None,
        "item": line.item,
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price / line.price_base,
        "discount": line.discount or None,
        "order_number": line.order_number or invoice["order_number"],
        "order_line": line.order_line,
        "invoice": invoice,
    }
