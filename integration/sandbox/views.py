"""Sets that have no rows of their own: joined, summed or chosen from the tables of a company when read."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from integration.sandbox.entities.enums import BLANK, POSTED_LINE_TYPE
from integration.sandbox.table import Row, Table
from integration.sandbox.values import Values

TableOf = Callable[[str], Table]
_DRAFTS = ("Draft", "In_x0020_Review")
_NAMESPACE = uuid.UUID("6f0f1ad6-2d1c-4b57-9d0b-3c1e0c6a5f10")


def stock_by_location(table_of: TableOf) -> Iterator[Row]:
    """The sum of the item ledger by item, variant and location."""
    sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for entry in table_of("itemLedgerEntries").in_order():
        sums[(entry["itemNumber"], "", entry["locationCode"])] += entry["quantity"]
    for (item, variant, location), quantity in sums.items():
        yield Row(
            {
                "id": str(uuid.uuid5(_NAMESPACE, f"{item}|{variant}|{location}")),
                "itemNumber": item,
                "variantCode": variant,
                "locationCode": location,
                "quantity": quantity,
            },
            1,
        )


def draft_invoices(table_of: TableOf) -> Iterator[Row]:
    """Invoices before posting: the headers that are still purchase headers."""
    return (row for row in table_of("purchaseInvoices").in_order() if row["status"] in _DRAFTS)


def purchase_lines(table_of: TableOf) -> Iterator[Row]:
    """The lines of orders and of draft invoices, which are one table in BC."""
    for name, kind in (("purchaseOrders", "Order"), ("purchaseInvoices", "Invoice")):
        for header in table_of(name).in_order():
            if kind == "Invoice" and header["status"] not in _DRAFTS:
                continue
            lines = table_of(name.removesuffix("s") + "Lines")
            for line in lines.find("documentId", header.id):
                yield Row(_purchase_line(line, header, kind), line.version)


def invoice_lines(table_of: TableOf) -> Iterator[Row]:
    """The lines of posted invoices with what they bill."""
    for invoice in table_of("purchaseInvoices").in_order():
        if invoice["status"] not in _DRAFTS:
            for line in table_of("purchaseInvoiceLines").find("documentId", invoice.id):
                yield Row({**line.values, "invoiceNumber": invoice["number"]}, line.version)


def receipt_lines(table_of: TableOf) -> Iterator[Row]:
    """The lines of receipts with what has been invoiced of them, the oldest first."""
    invoiced = _invoiced_quantities(table_of)
    for receipt in table_of("purchaseReceipts").in_order():
        for line in table_of("purchaseReceiptLines").find("documentId", receipt.id):
            key = (receipt["orderNumber"], line["sequence"])
            billed = min(invoiced[key], line["quantity"]) if line["quantity"] > 0 else Decimal(0)
            invoiced[key] -= billed
            values = {
                **line.values,
                "receiptNumber": receipt["number"],
                "postingDate": receipt["postingDate"],
                "vendorShipmentNumber": receipt["vendorShipmentNumber"],
                "orderNumber": receipt["orderNumber"],
                "orderLineSequence": line["sequence"] if receipt["orderNumber"] else 0,
                "invoicedQuantity": billed,
                "receivedNotInvoiced": line["quantity"] - billed,
                "correction": line["quantity"] < 0,
            }
            yield Row(values, line.version)


def _invoiced_quantities(table_of: TableOf) -> defaultdict[tuple[str, int], Decimal]:
    sums: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for line in invoice_lines(table_of):
        if line["orderNumber"]:
            sums[(line["orderNumber"], line["orderLineSequence"])] += line["quantity"]
    return sums


def _purchase_line(line: Row, header: Row, kind: str) -> Values:
    received, invoiced = line.values.get("receivedQuantity", 0), line.values.get("invoicedQuantity", 0)
    is_order = kind == "Order"
    return {
        **line.values,
        "documentType": kind,
        "documentNumber": header["number"],
        "objectType": POSTED_LINE_TYPE.get(line["lineType"], BLANK),
        "receivedQuantity": received,
        "invoicedQuantity": invoiced,
        "receivedNotInvoiced": received - invoiced,
        "orderNumber": "" if is_order else line["orderNumber"],
        "orderLineSequence": 0 if is_order else line["orderLineSequence"],
        "receiptNumber": "" if is_order else line["receiptNumber"],
        "receiptLineSequence": 0 if is_order else line["receiptLineSequence"],
    }


VIEWS: dict[str, Callable[[TableOf], Iterator[Row]]] = {
    "stockByLocation": stock_by_location,
    "purchaseInvoiceHeaders": draft_invoices,
    "purchaseOrderLinks": purchase_lines,
    "purchaseInvoiceLineLinks": invoice_lines,
    "receiptLineDetails": receipt_lines,
}
