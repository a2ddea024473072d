"""Events of the small house: some that go through, and one of each kind that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cafm import forms


def order(number: str, vendor: str = "V1", **line: Any) -> dict[str, Any]:
    told = forms.order(number, vendor=vendor, charges=[])
    return forms.line_of(told, item="FILTER", **line)


def receipt(number: str, order_number: str, quantity: str = "10", **line: Any) -> dict[str, Any]:
    told = forms.receipt(number, order_number)
    accepted = {"quantity_received": quantity, "quantity_accepted": quantity}
    return forms.line_of(told, **accepted, quantity_rejected="0", reject_reason="", **line)


def invoice(number: str, order_number: str, price: str, quantity: str = "10") -> dict[str, Any]:
    amount = f"{float(quantity) * float(price):.2f}"
    told = forms.invoice(number, vendor="V1", purchase_order=order_number, charges=[], total=amount)
    line = {"order": order_number, "item": "FILTER", "quantity": quantity, "unit_price": price}
    return forms.line_of(told, **line, charges=[], amount=amount)


EVENTS = [
    order("PO-1"),
    receipt("GR-1", "PO-1"),
    invoice("INV-1", "PO-1", "12.50"),
    order("PO-2"),
    receipt("GR-2", "PO-2"),
    invoice("INV-2", "PO-2", "15.00"),  # dearer than ordered
    order("PO-3", vendor="V2"),  # whom Business Central has blocked
    order("PO-4", unit="BARREL"),  # a unit that the item does not have
    order("PO-5", quantity="many"),  # not taken in at all
    receipt("GR-6", "PO-6"),  # of an order that never comes
]


def write(path: Path, events: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return path
