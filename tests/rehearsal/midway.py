"""A company that changes over midway: what Business Central has, files that tell of it, and what follows."""

from __future__ import annotations

from typing import Any

from integration.sandbox.launch import Running

from . import exports

FILTER = {"lineObjectNumber": "FILTER", "unitOfMeasureCode": "PCS"}

# Number of the CAFM and there, vendor, received and invoiced of ten filters at 12.50.
OPEN = [
    ("PO-101", "HO-1", "V1", 7, 5),
    ("PO-102", "HO-2", "V1", 8, 8),
    ("PO-103", "HO-3", "V1", 10, 4),
    ("PO-104", "HO-4", "V2", 0, 0),  # with a vendor that is blocked since
    ("PO-105", "HO-5", "V1", 4, 0),
    ("PO-107", "HO-7", "V1", 10, 4),
]
CLOSED = ("PO-106", "HO-6", "V1", 10, 4)  # in the file only: Business Central has closed it

ORDERS = (
    "number,bc_number,vendor,currency,order_date,approved_by,location,line,item,quantity,unit,unit_price,"
    "received,invoiced\n"
)
RECEIPTS = (
    "number,bc_number,order,order_line,received_on,quantity\n"
    "GR-1,HR-1,PO-101,1,2026-10-20,2\n"
)  # fmt: skip
INVOICES = (
    "number,bc_number,vendor,currency,invoice_date,total,order,order_line,item,quantity,unit,unit_price,amount\n"
    "R-101,HI-1,V1,EUR,2026-10-12,37.50,PO-101,1,FILTER,3,PCS,12.5,37.50\n"
)  # fmt: skip
OF_THE_CLOSED_ONE = "GR-6,HR-6,PO-106,1,2026-10-20,6\n"

# Each event, and what is to come of it; the faults are of seven kinds.
EVENTS: list[tuple[dict[str, Any], str]] = [
    (exports.receipt("GR-101", "PO-101", quantity="3"), "posts"),
    (exports.invoice("INV-101", "PO-101", "12.50", quantity="5"), "posts"),
    (exports.receipt("GR-102", "PO-102", quantity="5"), "fails"),  # two are still to come
    (exports.invoice("INV-103", "PO-103", "12.50", quantity="8"), "blocked"),  # six are not billed yet
    (exports.invoice("R-101", "PO-101", "12.50", quantity="3"), "blocked"),  # billed before, and listed
    (exports.invoice("R-107", "PO-107", "12.50", quantity="3"), "fails"),  # posted there with another amount
    (exports.receipt("GR-104", "PO-104", quantity="4"), "fails"),  # of a vendor that is blocked
    (
        exports.receipt("GR-105", "PO-105", quantity="4", unit="BARREL"),
        "waits",
    ),  # that the item does not have
    (exports.receipt("GR-106", "PO-106", quantity="4"), "waits"),  # of an order that is closed
    (exports.order("PO-201"), "posts"),
    (exports.receipt("GR-201", "PO-201"), "posts"),
    (exports.invoice("INV-201", "PO-201", "12.50"), "posts"),
    (exports.order("PO-202", unit="BARREL"), "fails"),
    (exports.invoice("INV-202", "PO-201", "12.50"), "blocked"),  # the same ten a second time
]


def work(sandbox: Running) -> None:
    """Order, receive and bill there by hand until the day of the cutover."""
    sandbox.control.seed(
        {
            "purchaseOrders": [_order(*each) for each in OPEN],
            "purchaseReceipts": [_receipt("HR-1", "HO-1", 2), _receipt("HR-6", "HO-6", 6)],
            "purchaseInvoices": [_invoice("HI-1", "R-101", "HO-1", 3), _invoice("HI-7", "R-107", "HO-7", 4)],
        }
    )


def files(*, with_the_closed_one: bool) -> dict[str, bytes]:
    """Give the files of the open balances; the closed order is what is wrong with them."""
    orders = [*OPEN, CLOSED] if with_the_closed_one else OPEN
    rows = (
        f"{number},{there},{vendor},EUR,2026-10-01,lead,,1,FILTER,10,PCS,12.5,{received},{invoiced}\n"
        for number, there, vendor, received, invoiced in orders
    )
    told = {
        "orders": ORDERS + "".join(rows),
        "receipts": RECEIPTS + OF_THE_CLOSED_ONE * with_the_closed_one,
        "invoices": INVOICES,
    }
    return {name: content.encode() for name, content in told.items()}


def _order(_number: str, there: str, vendor: str, received: int, invoiced: int) -> dict[str, Any]:
    line = FILTER | {
        "lineType": "Item",
        "sequence": 10000,
        "quantity": 10,
        "directUnitCost": 12.5,
        "receivedQuantity": received,
        "invoicedQuantity": invoiced,
    }
    return {
        "number": there,
        "vendorNumber": vendor,
        "orderDate": "2026-10-01",
        "status": "Open",
        "purchaseOrderLines": [line],
    }


def _receipt(there: str, order: str, quantity: int) -> dict[str, Any]:
    line = FILTER | {"lineType": "Item", "sequence": 10000, "quantity": quantity, "unitCost": 12.5}
    return {
        "number": there,
        "orderNumber": order,
        "postingDate": "2026-10-20",
        "vendorNumber": "V1",
        "purchaseReceiptLines": [line],
    }


def _invoice(there: str, number: str, order: str, quantity: int) -> dict[str, Any]:
    return {
        "number": there,
        "vendorNumber": "V1",
        "vendorInvoiceNumber": number,
        "invoiceDate": "2026-10-12",
        "orderNumber": order,
        "status": "Open",
        "purchaseInvoiceLines": [FILTER | {"sequence": 10000, "quantity": quantity, "unitCost": 12.5}],
    }
