"""Documents planted in the sandbox as a fault of ours would have left them, and the look for them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from integration import doubles
from integration.models import DoubledDocument, Message
from tests.delivery.house import House


def look(after: datetime.timedelta = datetime.timedelta()) -> list[str]:
    """Look through Business Central; gives what stands doubled, in words."""
    doubles.look(now=timezone.now() + after)
    return [each.sentence for each in DoubledDocument.objects.standing().order_by("pk")]


def in_bc(house: House, entity_set: str, number: str) -> dict[str, Any]:
    return next(row for row in house.dump(entity_set) if row["number"] == number)


def plant_order(house: House, message: Message, *lines: dict[str, Any]) -> dict[str, Any]:
    """Let BC have an order again, with our key in its comment line, and other lines."""
    message.refresh_from_db()
    known = {row["id"] for row in house.dump("purchaseOrders")}
    fields = ("sequence", "lineType", "description")
    comments = [
        {name: line[name] for name in fields}
        for line in in_bc(house, "purchaseOrders", message.bc_number)["purchaseOrderLines"]
        if line["lineType"] == "Comment"
    ]
    row = {"vendorNumber": "V1", "orderDate": "2026-11-02", "purchaseOrderLines": [*comments, *lines]}
    house.sandbox.control.seed({"purchaseOrders": [row]})
    (planted,) = (row for row in house.dump("purchaseOrders") if row["id"] not in known)
    return planted


def plant_receipt(house: House, message: Message, number: str, **values: Any) -> None:
    """Let BC have a receipt again that looks like one of ours, unless the values say otherwise."""
    message.refresh_from_db()
    row = in_bc(house, "purchaseReceipts", message.bc_number)
    fields = ("sequence", "lineType", "lineObjectNumber", "quantity", "unitCost")
    lines = [{name: line[name] for name in fields} for line in row["purchaseReceiptLines"]]
    copied = {name: row[name] for name in ("orderNumber", "postingDate", "vendorNumber")}
    house.sandbox.control.seed(
        {"purchaseReceipts": [copied | {"number": number, "purchaseReceiptLines": lines} | values]}
    )


def bought(house: House) -> Message:
    """Deliver an order of ten with two receipts alike, four each; gives the order's message."""
    order = house.order("PO-1")
    house.receipt("GR-1")
    house.receipt("GR-2")
    house.drain()
    order.refresh_from_db()
    return order
