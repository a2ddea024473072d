"""Events as a CAFM sends them, right in every field; tests change what they are about."""

from __future__ import annotations

from typing import Any

SOURCE = "/cafm/site-a"


def event(kind: str, data: dict[str, Any], *, id: str = "", **envelope: Any) -> dict[str, Any]:
    """Wrap data as a CloudEvent; its id follows from the document's number."""
    return {
        "specversion": "1.0",
        "id": id or f"{kind}/{data.get('number', 'x')}",
        "source": SOURCE,
        "type": kind,
        "time": "2026-11-20T09:12:00Z",
        "datacontenttype": "application/json",
        "data": data,
    } | envelope


def order(number: str = "PO-1", **changes: Any) -> dict[str, Any]:
    line = {
        "line": 1,
        "kind": "item",
        "item": "FILTER-A",
        "description": "Bag filter",
        "quantity": "10",
        "unit": "PCS",
        "unit_price": "12.50",
    }
    data = {
        "number": number,
        "vendor": "V100",
        "currency": "EUR",
        "order_date": "2026-11-02",
        "location": "MAIN",
        "approved_by": "mira",
        "charges": [{"code": "FREIGHT", "amount": "20.00"}],
        "lines": [line],
    }
    return event("purchase_order.approved.v1", data | changes)


def agreed_order(number: str = "PO-1", **agreed: Any) -> dict[str, Any]:
    """Make an order of which more was agreed than quantity and price; what is on the line has no namesake."""
    terms = {
        "billing": "invoice",
        "limit": {"amount": "900.00", "from_date": "2026-11-01", "to_date": "2026-12-31"},
        "discount": "0.00",
        "tax": "0.00",
        "rounding": "0.00",
    }
    on_line = {
        "price_unit": "PCS",
        "planned_ratio": "1",
        "price_estimated": False,
        "price_breaks": [{"from_quantity": "10", "unit_price": "12.50"}],
        "milestones": [{"name": "Half", "amount": "62.50"}],
        "charges": [{"code": "PACKING", "amount": "1.00"}],
        "tax_code": "VAT19",
    }
    return line_of(order(number, **terms | agreed), **on_line)


def receipt(number: str = "GR-1", purchase_order: str = "PO-1", **changes: Any) -> dict[str, Any]:
    line = {
        "line": 1,
        "order_line": 1,
        "quantity_received": "10",
        "quantity_accepted": "8",
        "quantity_rejected": "2",
        "reject_reason": "dented",
        "unit": "PCS",
    }
    data = {
        "number": number,
        "purchase_order": purchase_order,
        "received_on": "2026-11-10",
        "received_by": "gate",
        "lines": [line],
    }
    return event("goods_receipt.recorded.v1", data | changes)


def returned(number: str = "RT-1", **changes: Any) -> dict[str, Any]:
    """Send goods back; the changes are those of the line."""
    line = {"line": 1, "order_line": 1, "quantity": "2", "unit": "PCS"}
    data = {"number": number, "purchase_order": "PO-1", "returned_on": "2026-11-14", "reason": "dented"}
    return event("goods_return.recorded.v1", data | {"lines": [line | changes]})


def confirmation(number: str = "SC-1", **changes: Any) -> dict[str, Any]:
    data = {
        "number": number,
        "purchase_order": "PO-1",
        "confirmed_on": "2026-11-11",
        "confirmed_by": "mira",
        "accepted": True,
        "lines": [{"line": 1, "order_line": 1, "quantity": "1", "unit": "PCS"}],
    }
    return event("service.confirmed.v1", data | changes)


def consumed(number: str = "IC-1", **changes: Any) -> dict[str, Any]:
    data = {
        "number": number,
        "work_order": "WO-7",
        "posted_on": "2026-11-12",
        "lines": [{"line": 1, "item": "BELT-B", "quantity": "-1", "unit": "PCS", "location": "MAIN"}],
    }
    return event("inventory.consumed.v1", data | changes)


def adjusted(number: str = "IA-1") -> dict[str, Any]:
    line = {"line": 1, "item": "BELT-B", "quantity": "-3", "unit": "PCS", "location": "MAIN"}
    data = {"number": number, "posted_on": "2026-11-12", "reason": "count", "lines": [line]}
    return event("inventory.adjusted.v1", data)


def transferred(number: str = "IT-1") -> dict[str, Any]:
    data = {
        "number": number,
        "posted_on": "2026-11-12",
        "from_location": "MAIN",
        "to_location": "SITE-B",
        "lines": [{"line": 1, "item": "BELT-B", "quantity": "2", "unit": "PCS"}],
    }
    return event("inventory.transferred.v1", data)


def invoice(number: str = "INV-1", **changes: Any) -> dict[str, Any]:
    line = {
        "line": 1,
        "order": "PO-1",
        "order_line": 1,
        "item": "FILTER-A",
        "description": "Bag filter",
        "quantity": "8",
        "unit": "PCS",
        "unit_price": "12.50",
        "charges": [{"code": "PACKING", "amount": "1.00"}],
        "amount": "101.00",
    }
    data = {
        "number": number,
        "type": "invoice",
        "vendor": "V100",
        "invoice_date": "2026-11-15",
        "currency": "EUR",
        "purchase_order": "PO-1",
        "lines": [line],
        "charges": [{"code": "FREIGHT", "amount": "20.00"}],
        "total": "121.00",
    }
    return event("supplier_invoice.received.v1", data | changes)


def line_of(sent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Change the first line of an event."""
    first, *others = sent["data"]["lines"]
    return sent | {"data": sent["data"] | {"lines": [first | changes, *others]}}
