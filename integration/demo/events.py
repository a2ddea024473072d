"""Turn the demo's story into the events a CAFM would send, and into invoice drafts in BC."""

from __future__ import annotations

import datetime
from typing import Any

from integration.demo import masters
from integration.demo.story import (
    BUYERS,
    Billed,
    Confirmation,
    Invoice,
    Order,
    Ordered,
    Receipt,
    Used,
    times,
)

SOURCE = "/cafm/nordhafen"
TERMS_DAYS = 30

Event = dict[str, Any]


def order_event(order: Order, today: datetime.date) -> Event:
    """Say that an order was approved."""
    day = _day(today, order.days_ago)
    lines = [_order_line(number, line, order) for number, line in enumerate(order.lines, start=1)]
    return envelope(
        "purchase_order.approved.v1",
        order.number,
        day,
        {
            "number": order.number,
            "vendor": order.vendor,
            "currency": masters.currency_of(order.vendor),
            "order_date": day.isoformat(),
            "expected_on": (day + datetime.timedelta(days=10)).isoformat(),
            "location": order.location,
            "approved_by": BUYERS[int(order.number[-1]) % len(BUYERS)],
            "charges": [],
            "lines": lines,
        },
    )


def receipt_event(receipt: Receipt, order: Order, today: datetime.date) -> Event:
    """Say what was counted at the gate."""
    day = _day(today, receipt.days_ago)
    lines = []
    for number, counted in enumerate(receipt.lines, start=1):
        accepted = int(counted.received) - int(counted.rejected)
        line = {
            "line": number,
            "order_line": counted.order_line,
            "quantity_received": counted.received,
            "quantity_accepted": str(accepted),
            "quantity_rejected": counted.rejected,
            "unit": counted.unit or order.lines[counted.order_line - 1].unit,
            "location": order.location,
        }
        if counted.reason:
            line["reject_reason"] = counted.reason
        lines.append(line)
    return envelope(
        "goods_receipt.recorded.v1",
        receipt.number,
        day,
        {
            "number": receipt.number,
            "purchase_order": receipt.order,
            "received_on": day.isoformat(),
            "received_by": "gate",
            "delivery_note": f"LS-{receipt.number[-4:]}",
            "lines": lines,
        },
    )


def confirmation_event(confirmation: Confirmation, order: Order, today: datetime.date) -> Event:
    """Say that a service was delivered."""
    day = _day(today, confirmation.days_ago)
    return envelope(
        "service.confirmed.v1",
        confirmation.number,
        day,
        {
            "number": confirmation.number,
            "purchase_order": confirmation.order,
            "confirmed_on": day.isoformat(),
            "confirmed_by": BUYERS[0],
            "accepted": confirmation.accepted,
            "lines": [
                {
                    "line": number,
                    "order_line": order_line,
                    "quantity": quantity,
                    "unit": order.lines[order_line - 1].unit,
                }
                for number, (order_line, quantity) in enumerate(confirmation.lines, start=1)
            ],
        },
    )


def consumption_event(used: Used, today: datetime.date) -> Event:
    """Say which parts a work order took from a store."""
    day = _day(today, used.days_ago)
    return envelope(
        "inventory.consumed.v1",
        used.number,
        day,
        {
            "number": used.number,
            "work_order": used.work_order,
            "posted_on": day.isoformat(),
            "lines": [
                {"line": number, "item": item, "quantity": quantity, "unit": unit, "location": used.location}
                for number, (item, quantity, unit) in enumerate(used.lines, start=1)
            ],
        },
    )


def invoice_event(invoice: Invoice, order: Order, today: datetime.date) -> Event:
    """Say that an invoice came in at the site and was captured in the CAFM."""
    day = _day(today, invoice.days_ago)
    lines = [_captured_line(number, billed, order) for number, billed in enumerate(invoice.lines, start=1)]
    total = sum(times(line["quantity"], line["unit_price"]) for line in lines)
    return envelope(
        "supplier_invoice.received.v1",
        invoice.number,
        day,
        {
            "number": invoice.number,
            "type": "invoice",
            "vendor": order.vendor,
            "invoice_date": day.isoformat(),
            "due_on": (day + datetime.timedelta(days=TERMS_DAYS)).isoformat(),
            "currency": invoice.currency or masters.currency_of(order.vendor),
            "purchase_order": order.number,
            "lines": lines,
            "total": str(total),
        },
    )


def invoice_draft(invoice: Invoice, order: Order, bc_number: str, today: datetime.date) -> dict[str, Any]:
    """Give the row for the sandbox's `purchaseInvoices`: a draft made in BC from the order."""
    day = _day(today, invoice.days_ago)
    return {
        "vendorNumber": order.vendor,
        "vendorInvoiceNumber": invoice.number,
        "invoiceDate": day.isoformat(),
        "postingDate": day.isoformat(),
        "dueDate": (day + datetime.timedelta(days=TERMS_DAYS)).isoformat(),
        "currencyCode": invoice.currency or masters.currency_of(order.vendor),
        "orderNumber": bc_number,
        "purchaseInvoiceLines": [
            _draft_line(number, billed, order) for number, billed in enumerate(invoice.lines, start=1)
        ],
    }


def envelope(
    kind: str, name: str, day: datetime.date, content: dict[str, Any], *, source: str = SOURCE
) -> Event:
    """Wrap a form as a CloudEvent; the same name gives the same id, so sending again does nothing."""
    return {
        "specversion": "1.0",
        "id": f"{kind}/{name}",
        "source": source,
        "type": kind,
        "time": f"{day.isoformat()}T08:30:00Z",
        "datacontenttype": "application/json",
        "data": content,
    }


def _order_line(number: int, line: Ordered, order: Order) -> dict[str, Any]:
    content = {
        "line": number,
        "kind": line.kind,
        "item": line.item,
        "description": masters.name_of(line.item),
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.price,
    }
    if order.work_order:
        content["work_order"] = order.work_order
    return content


def _captured_line(number: int, billed: Billed, order: Order) -> dict[str, Any]:
    content = dict(_bill(billed, order), line=number, amount="")
    content["amount"] = str(times(content["quantity"], content["unit_price"]))
    if billed.order_line is not None:
        content |= {"order": order.number, "order_line": billed.order_line}
    return content


def _draft_line(number: int, billed: Billed, order: Order) -> dict[str, Any]:
    content = _bill(billed, order)
    return {
        "sequence": number * 10000,
        "lineObjectNumber": content["item"],
        "description": content["description"],
        "unitOfMeasureCode": content["unit"],
        "quantity": content["quantity"],
        "unitCost": content["unit_price"],
        "orderLineSequence": (billed.order_line or 0) * 10000,
    }


def _bill(billed: Billed, order: Order) -> dict[str, Any]:
    """Complete a billed line from the order line it bills."""
    ordered = order.lines[billed.order_line - 1] if billed.order_line else None
    item = billed.item or (ordered.item if ordered else "")
    return {
        "item": item,
        "description": masters.name_of(item),
        "quantity": billed.quantity,
        "unit": billed.unit or (ordered.unit if ordered else ""),
        "unit_price": billed.price or (ordered.price if ordered else "0"),
    }


def _day(today: datetime.date, days_ago: int) -> datetime.date:
    return today - datetime.timedelta(days=days_ago)
