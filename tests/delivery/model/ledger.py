"""What the sandbox holds of each document, read back from its books."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from uuid import UUID

from integration.couriers.orders import marker
from integration.models import DocumentKind, Message
from integration.sandbox.control_client import ControlClient

MOST_RECEIPTS = 6  # of an order
ORDERED = 3**MOST_RECEIPTS


def accepted(place: int) -> int:
    """Give the quantity of an order's so manieth receipt: a digit of its own to the base of three.

    So the received total of a line tells how often each receipt was posted: two is a duplicate.
    """
    return 3**place


def held(control: ControlClient) -> Counter[UUID]:
    """Count how often Business Central holds the document of each message."""
    messages = list(Message.objects.all())
    by_number = {(message.document_kind, message.document_number): message.key for message in messages}
    by_marker = {marker(message.key): message for message in messages}
    found: Counter[UUID] = Counter()
    for row in control.dump("purchaseOrders"):
        lines = row["purchaseOrderLines"]
        order = next(by_marker[text] for line in lines if (text := line["description"]) in by_marker)
        found[order.key] += 1
        received = max(int(Decimal(str(line["receivedQuantity"]))) for line in lines)
        for place in range(MOST_RECEIPTS):
            number = receipt_number(order.document_number, place)
            if digit := received // 3**place % 3:
                found[by_number[DocumentKind.GOODS_RECEIPT, number]] += digit
    for row in control.dump("itemLedgerEntries"):
        if Decimal(str(row["quantity"])) < 0:
            found[by_number[DocumentKind.INVENTORY_MOVEMENT, row["documentNumber"]]] += 1
    return found


def receipt_number(order: str, place: int) -> str:
    """Name an order's so manieth receipt."""
    return f"GR-{order}-{place}"
