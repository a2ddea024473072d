"""Bodies that Business Central wants in a certain form, whatever the field mapping says."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integration.bc.reading import PurchaseOrderLine

# BC validates fields in the order they arrive, and a later key resets an earlier value.
FIRST = {
    "purchaseOrders": ("vendorId", "vendorNumber", "currencyId", "currencyCode", "orderDate", "postingDate"),
    "purchaseInvoices": (
        "vendorId",
        "vendorNumber",
        "vendorInvoiceNumber",
        "currencyId",
        "currencyCode",
        "invoiceDate",
        "postingDate",
    ),
    "purchaseOrderLines": (
        "sequence",
        "lineType",
        "lineObjectNumber",
        "itemId",
        "accountId",
        "locationId",
        "unitOfMeasureCode",
        "quantity",
        "directUnitCost",
    ),
    "purchaseInvoiceLines": (
        "sequence",
        "lineType",
        "lineObjectNumber",
        "itemId",
        "accountId",
        "locationId",
        "unitOfMeasureCode",
        "quantity",
        "unitCost",
    ),
}


def in_order(entity_set: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Put a body's keys before the fields they reset, in its nested lines too."""
    first = FIRST.get(entity_set, ())
    names = [name for name in first if name in body] + [name for name in body if name not in first]
    return {name: _ordered(name, body[name]) for name in names}


def receive_quantities(
    lines: Iterable[PurchaseOrderLine], arrived: Mapping[int, Decimal]
) -> list[tuple[PurchaseOrderLine, dict[str, Decimal]]]:
    """Return what to set on each line to receive what arrived, by sequence: the first of two rounds.

    Lines on which nothing came get 0, else BC receives the quantity it proposes for them.
    """
    return [(line, {"receiveQuantity": arrived.get(line.sequence, Decimal(0))}) for line in lines]


def nothing_to_invoice() -> dict[str, Decimal]:
    """Return what to set on every line in the second round.

    Every receiveQuantity resets invoiceQuantity, and one line that keeps a quantity makes BC post an invoice.
    """
    return {"invoiceQuantity": Decimal(0)}


def would_invoice(lines: Iterable[PurchaseOrderLine]) -> list[PurchaseOrderLine]:
    """Return the lines that would make receiveAndInvoice post an invoice; receive only without any."""
    return [line for line in lines if line.invoice_quantity]


def _ordered(name: str, value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
        return [in_order(name, each) for each in value]
    return value
