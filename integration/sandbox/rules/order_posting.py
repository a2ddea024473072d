"""Post purchase orders: receipts, invoices from orders, and the end of a finished order."""

from collections.abc import Mapping
from decimal import Decimal

from integration.sandbox.entities import TABLES
from integration.sandbox.entities.declare import NULL_DATE, EntitySet
from integration.sandbox.entities.enums import POSTED_LINE_TYPE
from integration.sandbox.errors import Refusal, dialog, field_missing
from integration.sandbox.rules import (
    dimensions,
    headers,
    inventory,
    invoice_posting,
    lines,
    order_progress,
    over_receipts,
    setup_checks,
)
from integration.sandbox.rules.base import Work, next_number
from integration.sandbox.table import Row
from integration.sandbox.values import Values, trim


def receive_and_invoice(work: Work, order: Row) -> Refusal | None:
    """Receive and invoice what the lines say; the bound action of the standard API.

    Answers the error that an old tenant gives after it has posted a receipt alone.
    """
    own = work.tx.find("purchaseOrderLines", "documentId", order.id)
    _check_quantities(own)
    over_receipts.check_approved(own)
    to_receive = {line["sequence"]: line["receiveQuantity"] for line in own if line["receiveQuantity"]}
    to_invoice = {line["sequence"]: line["invoiceQuantity"] for line in own if line["invoiceQuantity"]}
    if not to_receive and not to_invoice:
        raise dialog(order_progress.NOTHING)
    check_can_post(work, order, own)
    setup_checks.check_lines(work, [line for line in own if line["sequence"] in to_receive])
    if to_invoice or work.settings.receipt_wants_vendor_invoice_number:
        invoice_posting.check_vendor_invoice_number(work, order)
    receipt = post_receipt(work, order, to_receive) if to_receive else None
    if to_invoice:
        _post_invoice(work, order, to_invoice, receipt)
    order_progress.finish(work, order)
    if not to_invoice and work.settings.receipt_alone_answers_400:
        message = "There is no Purch. Inv. Header within the filter. Filters: Order No.: " + order["number"]
        return Refusal(400, "Internal_DataNotFoundFilter", message)
    return None


def check_can_post(work: Work, order: Row, own: list[Row]) -> None:
    """What must hold before any posting of an order; raises Refusal."""
    if order["status"] == "In_x0020_Review":
        raise dialog("This document can only be released when the approval process is complete.")
    headers.check_posting_date(
        work, order.values, f"Purchase Header Document Type='Order',No.='{order['number']}'"
    )
    headers.check_rate(work, order.values, order["postingDate"])
    vendor = headers.vendor_of(work, order)
    headers.check_vendor(vendor, "post")
    dimensions.check_before_posting(work, order, own, vendor)
    for line in own:
        if line["lineType"] != "Comment" and not line["lineObjectNumber"]:
            raise field_missing("No.", f"Purchase Line: Line No.={line['sequence']}")
        if line["lineType"] == "Item":
            inventory.get_item(work.tx, line["lineObjectNumber"], table=lines.TABLE)


def post_receipt(
    work: Work,
    order: Row,
    quantities: Mapping[int, Decimal],
    *,
    posting_date: str = "",
    vendor_shipment_number: str = "",
) -> Row:
    """Post a receipt of these quantities by line sequence. It lists every order line, as BC does."""
    receipt = _insert_receipt_header(work, order, posting_date, vendor_shipment_number)
    for line in work.tx.find("purchaseOrderLines", "documentId", order.id):
        quantity = quantities.get(line["sequence"], Decimal(0))
        work.tx.insert("purchaseReceiptLines", _receipt_line(line, receipt, quantity))
        if quantity:
            _receive_line(work, order, line, receipt, quantity)
    return receipt


def same_fields(source: Row, target: EntitySet) -> Values:
    """The values of fields that both records have by the same name."""
    own = {"id", "number", "lastModifiedDateTime", "documentId", "status", "lineType"}
    names = {each.column for each in target.fields} - own
    return {name: source[name] for name in names if name in source.values}


def _check_quantities(own: list[Row]) -> None:
    """BC's API refuses to post while a line with a number has no quantity."""
    if any(line["lineObjectNumber"] and not line["quantity"] for line in own):
        message = "One or more document lines with a value in the No. field do not have a quantity specified."
        raise Refusal(400, "Application_DialogException", message)


def _insert_receipt_header(work: Work, order: Row, posting_date: str, vendor_shipment_number: str) -> Row:
    values = same_fields(order, TABLES["purchaseReceipts"])
    date = posting_date or order["postingDate"]
    values.update(
        number=next_number(work, "P-RCPT"),
        postingDate=date,
        invoiceDate=order["orderDate"],
        dueDate=date,
        orderNumber=order["number"],
        vendorShipmentNumber=vendor_shipment_number,
    )
    return work.tx.insert("purchaseReceipts", values)


def _receipt_line(line: Row, receipt: Row, quantity: Decimal) -> Values:
    values = same_fields(line, TABLES["purchaseReceiptLines"])
    values.update(
        documentId=receipt.id,
        documentNumber=receipt["number"],
        orderNumber=receipt["orderNumber"],
        lineType=POSTED_LINE_TYPE[line["lineType"]],
        unitCost=line["directUnitCost"],
        quantity=quantity,
    )
    return values


def _receive_line(work: Work, order: Row, line: Row, receipt: Row, quantity: Decimal) -> None:
    limit = lines.outstanding(line)
    if abs(quantity) > abs(limit) or quantity * limit < 0:
        raise dialog(f"You cannot receive more than {trim(Decimal(limit))} units.")
    received = line["receivedQuantity"] + quantity
    work.tx.update("purchaseOrderLines", line.id, {"receivedQuantity": received})
    if line["lineType"] != "Item":
        return
    item = inventory.get_item(work.tx, line["lineObjectNumber"], table=lines.TABLE)
    entry = {
        "entryType": "Purchase",
        "documentType": "Purchase_x0020_Receipt",
        "documentNumber": receipt["number"],
        "externalDocumentNumber": receipt["vendorShipmentNumber"],
        "postingDate": receipt["postingDate"],
        "sourceType": "Vendor",
        "sourceNumber": order["vendorNumber"],
        "description": line["description"],
        "quantity": inventory.in_base_units(quantity, line["quantityPerUnit"] or Decimal(1)),
        "locationCode": line["locationCode"],
        "unitOfMeasureCode": line["unitOfMeasureCode"],
        "orderNumber": order["number"],
        "orderLineSequence": line["sequence"],
    }
    inventory.write_entry(work.tx, item, entry)


def _post_invoice(work: Work, order: Row, quantities: Mapping[int, Decimal], receipt: Row | None) -> None:
    """Post the invoice part of an order; its lines keep the sequence of the order lines."""
    values = same_fields(order, TABLES["purchaseInvoices"])
    invoice_date = order["postingDate"] if order["documentDate"] == NULL_DATE else order["documentDate"]
    values.update(
        number=next_number(work, "P-INV+"),
        invoiceDate=invoice_date,
        dueDate=invoice_date,
        orderId=order.id,
        orderNumber=order["number"],
        status="Open",
    )
    invoice = work.tx.insert("purchaseInvoices", values)
    for line in work.tx.find("purchaseOrderLines", "documentId", order.id):
        quantity = quantities.get(line["sequence"], Decimal(0))
        work.tx.insert("purchaseInvoiceLines", _invoice_line(invoice, line, quantity, receipt))
        if quantity:
            order_progress.invoice_line(work, order["number"], line["sequence"], quantity)
    invoice = headers.update_totals(work, "purchaseInvoices", "purchaseInvoiceLines", invoice.id)
    invoice_posting.owe(work, invoice)


def _invoice_line(invoice: Row, line: Row, quantity: Decimal, receipt: Row | None) -> Values:
    values = same_fields(line, TABLES["purchaseInvoiceLines"])
    values.update(
        documentId=invoice.id,
        lineType=line["lineType"],
        unitCost=line["directUnitCost"],
        quantity=quantity,
        discountAmount=Decimal(0)
        if not line["quantity"]
        else headers.round_amount(line["discountAmount"] * quantity / line["quantity"]),
        orderNumber=invoice["orderNumber"],
        orderLineSequence=line["sequence"],
        receiptNumber=receipt["number"] if receipt else "",
        receiptLineSequence=line["sequence"] if receipt else 0,
    )
    lines.work_out_amounts(values, "unitCost", bool(invoice["pricesIncludeTax"]))
    return values
