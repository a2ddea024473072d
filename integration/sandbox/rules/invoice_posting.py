"""Post purchase invoices: the vendor's number, duplicates, the new number, what the vendor is owed."""

from decimal import Decimal

from integration.sandbox.errors import dialog, field_missing
from integration.sandbox.rules import dimensions, headers, inventory, lines, order_progress, setup_checks
from integration.sandbox.rules.base import Work, next_number
from integration.sandbox.table import Row

POSTED = ("Open", "Paid", "Corrective")


def post(work: Work, invoice: Row) -> None:
    """Post a draft: its id stays, its number changes, its status becomes Open; the bound action."""
    if invoice["status"] == "In_x0020_Review":
        raise dialog("This document can only be released when the approval process is complete.")
    if invoice["status"] != "Draft":
        raise dialog("The action can be applied to a draft invoice only.")
    own = work.tx.find("purchaseInvoiceLines", "documentId", invoice.id)
    if not any(line["quantity"] for line in own):
        raise dialog(order_progress.NOTHING)
    headers.check_posting_date(
        work, invoice.values, f"Purchase Header Document Type='Invoice',No.='{invoice['number']}'"
    )
    headers.check_rate(work, invoice.values, invoice["postingDate"])
    vendor = headers.vendor_of(work, invoice)
    headers.check_vendor(vendor, "post")
    dimensions.check_before_posting(work, invoice, own, vendor)
    setup_checks.check_lines(work, [line for line in own if not line["orderNumber"]])
    check_vendor_invoice_number(work, invoice)
    number = next_number(work, "P-INV+")
    for line in own:
        _post_line(work, invoice, line, number)
    posted = work.tx.update("purchaseInvoices", invoice.id, {"number": number, "status": "Open"})
    owe(work, posted)
    _finish_orders(work, own)


def check_vendor_invoice_number(work: Work, document: Row) -> None:
    """The vendor's own number must be there and must not have been posted before; raises Refusal."""
    number = document["vendorInvoiceNumber"]
    if not number:
        if not work.settings.vendor_invoice_number_mandatory:
            return
        raise dialog(
            "You need to enter the document number of the document from the vendor in the"
            " Vendor Invoice No. field, so that this document stays linked to the original."
        )
    for other in work.tx.find("purchaseInvoices", "vendorInvoiceNumber", number):
        if other["status"] in POSTED and other["payToVendorNumber"] == document["payToVendorNumber"]:
            raise dialog(f"Purchase Invoice {number} already exists for this vendor.")


def owe(work: Work, invoice: Row) -> None:
    """Add the invoice to the vendor's balance in local currency; the vendor's own stamp stays."""
    change_balance(work, invoice, invoice["totalAmountIncludingTax"])
    write_ledger_entry(work, invoice, "Invoice", -invoice["totalAmountIncludingTax"])


def write_ledger_entry(work: Work, document: Row, kind: str, amount: Decimal) -> None:
    """Append to the vendor ledger; what is owed is negative. A hold of the draft goes along."""
    last = work.tx.table("vendorLedgerEntries").last()
    currency = document["currencyCode"]
    external = "vendorInvoiceNumber" if kind == "Invoice" else "vendorCreditMemoNumber"
    values = {
        "entryNumber": 1 if last is None else last["entryNumber"] + 1,
        "vendorNumber": document["payToVendorNumber"],
        "postingDate": document["postingDate"],
        "documentType": kind,
        "documentNumber": document["number"],
        "externalDocumentNumber": document[external],
        "currencyCode": "" if currency == work.local_currency else currency,
        "amount": amount,
        "remainingAmount": amount,
        "dueDate": document["dueDate"],
        "open": bool(amount),
        "onHold": document.values.get("onHold", ""),
    }
    work.tx.insert("vendorLedgerEntries", values)


def change_balance(work: Work, document: Row, amount: Decimal) -> None:
    """Add an amount in the document's currency to what the vendor is owed."""
    vendor = work.tx.by_key("vendors", document["payToVendorNumber"])
    if vendor is not None:
        local = headers.in_local_currency(work, amount, document["currencyCode"], document["postingDate"])
        work.tx.update("vendors", vendor.id, {"balance": vendor["balance"] + local}, touch=False)


def _post_line(work: Work, invoice: Row, line: Row, number: str) -> None:
    if line["lineType"] == "Comment" or not line["quantity"]:
        return
    if not line["lineObjectNumber"]:
        raise field_missing("No.", f"Purchase Line: Line No.={line['sequence']}")
    if line["orderNumber"]:
        order_progress.invoice_line(work, line["orderNumber"], line["orderLineSequence"], line["quantity"])
    elif line["lineType"] == "Item":
        _write_entry(work, invoice, line, number)


def _write_entry(work: Work, invoice: Row, line: Row, number: str) -> None:
    item = inventory.get_item(work.tx, line["lineObjectNumber"], table=lines.TABLE)
    entry = {
        "entryType": "Purchase",
        "documentType": "Purchase_x0020_Invoice",
        "documentNumber": number,
        "externalDocumentNumber": invoice["vendorInvoiceNumber"],
        "postingDate": invoice["postingDate"],
        "sourceType": "Vendor",
        "sourceNumber": invoice["vendorNumber"],
        "description": line["description"],
        "quantity": inventory.in_base_units(line["quantity"], line["quantityPerUnit"] or Decimal(1)),
        "costAmountActual": headers.in_local_currency(
            work, line["netAmount"], invoice["currencyCode"], invoice["postingDate"]
        ),
        "locationCode": line["locationCode"],
        "unitOfMeasureCode": line["unitOfMeasureCode"],
    }
    inventory.write_entry(work.tx, item, entry)


def _finish_orders(work: Work, own: list[Row]) -> None:
    for number in sorted({line["orderNumber"] for line in own if line["orderNumber"]}):
        order = work.tx.by_key("purchaseOrders", number)
        if order is not None:
            order_progress.finish(work, order)
