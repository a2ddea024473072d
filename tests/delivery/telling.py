"""A CAFM that tells its events to the inbox, and what they come to."""

from __future__ import annotations

from itertools import count
from typing import Any

from integration import inbox
from integration.cafm import auth
from integration.models import InboxEvent
from tests.delivery.house import House

numbers = count(1)


class Teller:
    """Sends events of one source; the house's company takes them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key, _ = auth.issue(house.company, "CAFM", ["events"])

    def tell(self, kind: str, data: dict[str, Any], **envelope: Any) -> InboxEvent:
        return inbox.receive(
            {
                "specversion": "1.0",
                "id": f"e{next(numbers)}",
                "source": "/cafm/test",
                "type": f"{kind}.v1",
                "data": data,
            }
            | envelope,
            key=self.key,
        )

    def approve(self, *lines: dict[str, Any], number: str = "PO-1", **changes: Any) -> InboxEvent:
        return self.tell("purchase_order.approved", order(*lines, number=number, **changes))

    def change(
        self, version: int, *lines: dict[str, Any], number: str = "PO-1", **changes: Any
    ) -> InboxEvent:
        data = order(*lines, number=number, **changes) | {"version": version}
        return self.tell("purchase_order.changed", data)

    def cancel(self, *lines: int, number: str = "PO-1") -> InboxEvent:
        told = {"lines": [{"line": each} for each in lines]} if lines else {}
        return self.tell("purchase_order.cancelled", {"number": number, "reason": "not needed"} | told)

    def receive(
        self, number: str, *quantities: tuple[int, int], order: str = "PO-1", rejected: int = 0
    ) -> InboxEvent:
        lines = [
            {
                "line": position,
                "order_line": line,
                "quantity_received": str(quantity + rejected),
                "quantity_accepted": str(quantity),
                "quantity_rejected": str(rejected),
                "unit": "PCS",
            }
            for position, (line, quantity) in enumerate(quantities, start=1)
        ]
        data = {"number": number, "purchase_order": order, "received_on": "2026-11-05", "received_by": "gate"}
        return self.tell("goods_receipt.recorded", data | {"lines": lines})

    def reverse(self, receipt: str, number: str = "") -> InboxEvent:
        data = {"number": number or f"RV-{receipt}", "goods_receipt": receipt, "reversed_on": "2026-11-06"}
        return self.tell("goods_receipt.reversed", data | {"reason": "miscounted"})

    def give_back(
        self, number: str, *quantities: tuple[int, int], order: str = "PO-1", rejected: int | None = None
    ) -> InboxEvent:
        told = {} if rejected is None else {"quantity_rejected": str(rejected)}
        lines = [
            {"line": position, "order_line": line, "quantity": str(quantity), "unit": "PCS"} | told
            for position, (line, quantity) in enumerate(quantities, start=1)
        ]
        data = {"number": number, "purchase_order": order, "returned_on": "2026-11-07", "reason": "dented"}
        return self.tell("goods_return.recorded", data | {"lines": lines})

    def fate(self, event: InboxEvent) -> tuple[str, str]:
        event.refresh_from_db()
        story = inbox.story(event)
        return str(story.fate), story.next


def order(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    data = {
        "vendor": "V1",
        "currency": "EUR",
        "order_date": "2026-11-02",
        "location": "MAIN",
        "approved_by": "head of maintenance",
        "lines": list(lines) or [line()],
    }
    return data | changes


def line(number: int = 1, quantity: int | str = 10, price: str = "12.5", **changes: Any) -> dict[str, Any]:
    told = {
        "line": number,
        "kind": "item",
        "item": "FILTER",
        "description": "Air filter",
        "quantity": str(quantity),
        "unit": "PCS",
        "unit_price": price,
    }
    return told | changes


def in_bc(house: House) -> dict[int, tuple[int, int]]:
    """What BC's order lines say: ordered and received, by our line number."""
    return {
        each["sequence"] // 10_000: (int(each["quantity"]), int(each["receivedQuantity"]))
        for each in house.dump("purchaseOrderLines")
        if each["lineType"] != "Comment"
    }
