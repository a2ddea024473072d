"""A company mirrored here and in the sandbox, documents for it, and short waits."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integration import delivery, outbox
from integration.delivery import doubt
from integration.models import DocumentKind, Message
from integration.sandbox.launch import Running
from masterdata.models import Account, Company, Item, ItemUnit, Location, Vendor
from reconciliation import documents, forms
from reconciliation.models import SupplierInvoice
from tests import mappings

D = Decimal
DAY = datetime.date(2026, 11, 2)
MASTERS: dict[str, list[dict[str, Any]]] = {
    "unitsOfMeasure": [{"code": "PCS"}, {"code": "BOX"}, {"code": "H"}],
    "locations": [{"code": "MAIN"}, {"code": "VAN"}],
    "accounts": [{"number": "6100", "directPosting": True}],
    "vendors": [
        {"number": "V1", "displayName": "Kontor & Söhne"},
        {"number": "V2", "displayName": "Stopped", "blocked": "All"},
    ],
    "items": [
        {"number": "FILTER", "displayName": "Air filter", "baseUnitOfMeasureCode": "PCS"},
        {"number": "CALLOUT", "displayName": "Call-out", "baseUnitOfMeasureCode": "H", "type": "Service"},
    ],
    "itemUnitsOfMeasure": [{"itemNumber": "FILTER", "code": "BOX", "qtyPerUnitOfMeasure": 12}],
}


@dataclass
class House:
    """One company, its sandbox, and the verbs the tests speak in."""

    company: Company
    sandbox: Running

    def order(self, number: str = "PO-1", *lines: forms.OrderLineForm, vendor: str = "V1") -> Message:
        form = forms.OrderForm(
            number=number,
            vendor_number=vendor,
            currency="EUR",
            order_date=DAY,
            approved_by="head of maintenance",
            lines=lines or (item_line(),),
            location="MAIN",
        )
        order = documents.record_order(self.company, form, source="/cafm/test")
        return outbox.enqueue(DocumentKind.PURCHASE_ORDER, order)

    def receipt(self, number: str = "GR-1", order: str = "PO-1", **quantities: Any) -> Message:
        values = {"accepted": D(4), "rejected": D(0), "unit": "PCS", "order_lines": [1]} | quantities
        lines = [
            forms.ReceiptLineForm(
                line=number,
                order_line=order_line,
                quantity_received=values["accepted"] + values["rejected"],
                quantity_accepted=values["accepted"],
                quantity_rejected=values["rejected"],
                unit=values["unit"],
            )
            for number, order_line in enumerate(values["order_lines"], start=1)
        ]
        form = forms.ReceiptForm(
            number=number,
            order_number=order,
            received_on=DAY + datetime.timedelta(days=3),
            received_by="storekeeper",
            lines=tuple(lines),
        )
        receipt = documents.record_receipt(self.company, form, source="/cafm/test")
        return outbox.enqueue(DocumentKind.GOODS_RECEIPT, receipt)

    def confirmation(self, number: str = "SC-1", order: str = "PO-1", *, accepted: bool = True) -> Message:
        line = forms.ConfirmationLineForm(line=1, order_line=1, amount=D(300))
        form = forms.ConfirmationForm(
            number=number,
            order_number=order,
            confirmed_on=DAY,
            confirmed_by="site manager",
            accepted=accepted,
            lines=(line,),
        )
        confirmation = documents.record_confirmation(self.company, form, source="/cafm/test")
        return outbox.enqueue(DocumentKind.SERVICE_CONFIRMATION, confirmation)

    def consumption(self, number: str = "C-1", quantity: int = 2) -> Message:
        line = forms.MovementLineForm(
            line=1, item="FILTER", quantity=D(quantity), unit="PCS", location="MAIN"
        )
        form = forms.MovementForm(
            kind="consumption", number=number, posted_on=DAY, lines=(line,), work_order="WO-7"
        )
        movement = documents.record_movement(self.company, form, source="/cafm/test")
        return outbox.enqueue(DocumentKind.INVENTORY_MOVEMENT, movement)

    def asset(self, number: str = "A-1") -> Message:
        form = forms.AssetForm(kind="registered", number=number, description="Pump", serial_number="SN-7")
        notice = documents.record_asset(self.company, form, source="/cafm/test")
        return outbox.enqueue(DocumentKind.ASSET_NOTICE, notice)

    def invoice(self, number: str = "R-77", *, total: int = 50, **where: Any) -> SupplierInvoice:
        """Record an invoice without any order and clear it."""
        line = forms.InvoiceLineForm(
            line=1, quantity=D(4), unit_price=D("12.5"), amount=D(50), unit="H", item="CALLOUT"
        )
        return self.record(invoice_form(number, line, total=D(total)), **where)

    def bill(
        self, *lines: forms.InvoiceLineForm, number: str = "R-77", order: str = "PO-1", **values: Any
    ) -> Message:
        """Record an invoice that bills an order, clear it and put it in line."""
        form = invoice_form(number, *(lines or (billed(),)), order_number=order, **values)
        return outbox.enqueue(DocumentKind.SUPPLIER_INVOICE, self.record(form))

    def record(self, form: forms.InvoiceForm, **where: Any) -> SupplierInvoice:
        """Record an invoice and clear it."""
        where = {"source": "/cafm/test", "origin": "cafm"} | where
        invoice = documents.record_invoice(self.company, form, **where)
        documents.mark_ready(invoice)
        SupplierInvoice.objects.filter(pk=invoice.pk).update(match_due=False)
        invoice.refresh_from_db()
        return invoice

    def drain(self) -> delivery.Report:
        return delivery.drain(until_idle=True)

    def dump(self, entity_set: str) -> list[dict[str, Any]]:
        return self.sandbox.control.dump(entity_set)

    def faults(self, *rules: dict[str, Any]) -> None:
        self.sandbox.control.set_faults(list(rules))


def item_line(**values: Any) -> forms.OrderLineForm:
    """Ten filters at 12.50, unless the values say otherwise."""
    return forms.OrderLineForm(
        **{
            "line": 1,
            "kind": "item",
            "item": "FILTER",
            "quantity": D(10),
            "unit": "PCS",
            "unit_price": D("12.5"),
            "description": "Air filter",
        }
        | values
    )


def invoice_form(number: str, *lines: forms.InvoiceLineForm, **values: Any) -> forms.InvoiceForm:
    """An invoice of V1 that comes to the sum of its lines, unless the values say otherwise."""
    told = {
        "number": number,
        "vendor_number": "V1",
        "currency": "EUR",
        "invoice_date": DAY,
        "total": sum((line.amount for line in lines), D(0)),
        "lines": lines,
    }
    return forms.InvoiceForm(**told | values)


def billed(quantity: int | str = 4, price: str = "12.5", **values: Any) -> forms.InvoiceLineForm:
    """So many filters of the order's first line, unless the values say otherwise."""
    told = {
        "line": 1,
        "order_line": 1,
        "item": "FILTER",
        "quantity": D(quantity),
        "unit_price": D(price),
        "amount": D(quantity) * D(price),
        "unit": "PCS",
    }
    return forms.InvoiceLineForm(**told | values)


def prepare_house(sandbox: Running) -> House:
    """Fill the sandbox and the mirror alike."""
    sandbox.control.seed(MASTERS)
    company = Company.objects.create(bc_id=sandbox.company_id, name="CRONUS", ledger_currency="EUR")
    for number in ("V1", "V2"):
        Vendor.objects.create(company=company, number=number, row_hash=b"")
    Item.objects.create(company=company, number="FILTER", base_unit="PCS", row_hash=b"")
    Item.objects.create(company=company, number="CALLOUT", base_unit="H", type="Service", row_hash=b"")
    ItemUnit.objects.create(company=company, item_number="FILTER", unit="BOX", per_base=D(12), row_hash=b"")
    Account.objects.create(company=company, number="6100", row_hash=b"")
    for row in sandbox.control.dump("locations"):
        Location.objects.create(company=company, code=row["code"], bc_id=row["id"], row_hash=b"")
    mappings.install()
    doubt.trust(now=timezone.now())
    return House(company, sandbox)


def states() -> list[str]:
    """The states of all messages, oldest first."""
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def outcomes(message: Message) -> list[str]:
    """What became of each try at a message."""
    return list(message.tries.order_by("id").values_list("outcome", flat=True))
