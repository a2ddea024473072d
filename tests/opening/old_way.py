"""What people did in Business Central by hand, and the files that tell of it."""

from __future__ import annotations

from typing import Any

from integration.sandbox.launch import Running

ORDER, RECEIPT, INVOICE = "HO-1", "HR-1", "HI-1"

FILES = {
    "orders": (
        "number,bc_number,vendor,currency,order_date,approved_by,location,line,item,quantity,unit,unit_price,"
        "received,invoiced\n"
        f"PO-7,{ORDER},V1,EUR,2026-10-01,head of maintenance,,1,FILTER,10,PCS,12.5,7,5\n"
    ),
    "receipts": (
        "number,bc_number,order,order_line,received_on,quantity\n"
        f"GR-7,{RECEIPT},PO-7,1,2026-10-20,2\n"
    ),
    "invoices": (
        "number;bc_number;vendor;currency;invoice_date;total;order;order_line;item;quantity;unit;unit_price;"
        "amount\n"
        f"R-7;{INVOICE};V1;EUR;2026-10-12;37.50;PO-7;1;FILTER;3;PCS;12.5;37.50\n"
    ),
    "stock": "item,location,quantity,unit\nFILTER,MAIN,7,PCS\n",
}  # fmt: skip


ITEM = {"lineType": "Item", "lineObjectNumber": "FILTER", "unitOfMeasureCode": "PCS"}
ORDERED = ITEM | {
    "sequence": 10000,
    "quantity": 10,
    "directUnitCost": 12.5,
    "receivedQuantity": 7,
    "invoicedQuantity": 5,
}
BILLED = {
    "sequence": 10000,
    "lineObjectNumber": "FILTER",
    "unitOfMeasureCode": "PCS",
    "quantity": 3,
    "unitCost": 12.5,
}
THERE: dict[str, list[dict[str, Any]]] = {
    "purchaseOrders": [
        {
            "number": ORDER,
            "vendorNumber": "V1",
            "orderDate": "2026-10-01",
            "status": "Open",
            "purchaseOrderLines": [ORDERED],
        }
    ],
    "purchaseReceipts": [
        {
            "number": RECEIPT,
            "orderNumber": ORDER,
            "postingDate": "2026-10-20",
            "vendorNumber": "V1",
            "purchaseReceiptLines": [ITEM | {"sequence": 10000, "quantity": 2, "unitCost": 12.5}],
        }
    ],
    "purchaseInvoices": [
        {
            "number": INVOICE,
            "vendorNumber": "V1",
            "vendorInvoiceNumber": "R-7",
            "invoiceDate": "2026-10-12",
            "orderNumber": ORDER,
            "status": "Open",
            "purchaseInvoiceLines": [BILLED],
        }
    ],
    "items": [{"number": "FILTER", "inventory": 7}],
}


def work(sandbox: Running) -> None:
    """Order ten filters, receive seven in two turns, and post an invoice for two of the five billed."""
    sandbox.control.seed(THERE)


def files(**changed: str) -> dict[str, bytes]:
    """Give the files as they are sent; each may say something else."""
    told: dict[str, Any] = FILES | changed
    return {name: content.encode() for name, content in told.items() if content}
