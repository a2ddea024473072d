"""The work of a chaos run: a company's masters, and documents as events, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SOURCE = "/cafm/chaos"
DAY = "2026-11-02"
PRICE = "12.50"
VENDORS = [f"V{number}" for number in range(1, 21)]
ITEMS = [f"PART-{number}" for number in range(1, 31)]
SENT_TWICE = 0.2  # of the events
AHEAD = 40  # a document may come this many places before or after its turn

Event = dict[str, Any]


def masters() -> dict[str, list[dict[str, Any]]]:
    """Give the rows that the documents name."""
    return {
        "unitsOfMeasure": [{"code": "PCS"}],
        "locations": [{"code": "MAIN"}],
        "vendors": [{"number": number, "displayName": f"Supplier {number}"} for number in VENDORS],
        "items": [
            {"number": number, "displayName": f"Part {number}", "baseUnitOfMeasureCode": "PCS"}
            for number in ITEMS
        ],
    }


@dataclass(frozen=True)
class Part:
    """One line of an order: of what was ordered, this much was accepted."""

    item: str
    ordered: int
    accepted: int


@dataclass(frozen=True)
class Purchase:
    """An order with one receipt; some have an invoice for what was accepted."""

    number: int
    vendor: str
    parts: tuple[Part, ...]
    is_billed: bool

    order = property(lambda self: f"PO-{self.number}")
    receipt = property(lambda self: f"GR-{self.number}")
    invoice = property(lambda self: f"INV-{self.number}")


@dataclass(frozen=True)
class Work:
    """All documents of a run."""

    purchases: tuple[Purchase, ...]
    uses: tuple[tuple[str, str, int], ...]

    @property
    def documents(self) -> int:
        return len(self.uses) + sum(2 + purchase.is_billed for purchase in self.purchases)

    def events(self, seed: int) -> Iterator[Event]:
        """Give the events out of order, some of them twice."""
        chance = random.Random(seed)
        events = [event for purchase in self.purchases for event in _events(purchase)]
        events += [_consumed(*use) for use in self.uses]
        events += [event for event in events if chance.random() < SENT_TWICE]
        spread = {id(event): place for place, event in enumerate(events)}
        yield from sorted(events, key=lambda event: spread[id(event)] + chance.randint(-AHEAD, AHEAD))


def plan(documents: int, seed: int) -> Work:
    """Think up so many documents: orders, receipts, invoices, parts used."""
    chance = random.Random(seed)
    purchases: list[Purchase] = []
    left = documents - documents // 10
    while left >= 2:
        purchase = _purchase(len(purchases) + 1, chance, may_bill=left > 2)
        purchases.append(purchase)
        left -= 2 + purchase.is_billed
    uses = tuple(
        (f"IC-{number}", chance.choice(ITEMS), chance.randint(1, 9))
        for number in range(1, documents // 10 + left + 1)
    )
    return Work(tuple(purchases), uses)


def _purchase(number: int, chance: random.Random, *, may_bill: bool) -> Purchase:
    parts = []
    for item in chance.sample(ITEMS, chance.randint(1, 3)):
        ordered = chance.randint(5, 40)
        # Less than ordered, so that no order disappears from BC as fully invoiced.
        parts.append(Part(item, ordered, chance.randint(1, ordered - 1)))
    return Purchase(number, chance.choice(VENDORS), tuple(parts), may_bill and chance.random() < 0.4)


def _events(purchase: Purchase) -> Iterator[Event]:
    lines = list(enumerate(purchase.parts, start=1))
    yield _event(
        "purchase_order.approved.v1",
        number=purchase.order,
        vendor=purchase.vendor,
        currency="EUR",
        order_date=DAY,
        location="MAIN",
        approved_by="chaos",
        charges=[],
        lines=[
            {
                "line": line,
                "kind": "item",
                "item": part.item,
                "description": part.item,
                "quantity": str(part.ordered),
                "unit": "PCS",
                "unit_price": PRICE,
            }
            for line, part in lines
        ],
    )
    yield _event(
        "goods_receipt.recorded.v1",
        number=purchase.receipt,
        purchase_order=purchase.order,
        received_on=DAY,
        received_by="chaos",
        lines=[
            {
                "line": line,
                "order_line": line,
                "quantity_received": str(part.accepted),
                "quantity_accepted": str(part.accepted),
                "quantity_rejected": "0",
                "unit": "PCS",
            }
            for line, part in lines
        ],
    )
    if purchase.is_billed:
        yield _billed(purchase)


def _billed(purchase: Purchase) -> Event:
    cents = int(PRICE.replace(".", ""))
    sums = [part.accepted * cents for part in purchase.parts]
    return _event(
        "supplier_invoice.received.v1",
        number=purchase.invoice,
        type="invoice",
        vendor=purchase.vendor,
        invoice_date=DAY,
        currency="EUR",
        purchase_order=purchase.order,
        lines=[
            {
                "line": line,
                "item": part.item,
                "description": part.item,
                "order": purchase.order,
                "order_line": line,
                "quantity": str(part.accepted),
                "unit": "PCS",
                "unit_price": PRICE,
                "amount": _money(sums[line - 1]),
            }
            for line, part in enumerate(purchase.parts, start=1)
        ],
        total=_money(sum(sums)),
    )


def _consumed(number: str, item: str, quantity: int) -> Event:
    line = {"line": 1, "item": item, "quantity": str(quantity), "unit": "PCS", "location": "MAIN"}
    return _event("inventory.consumed.v1", number=number, work_order="WO-1", posted_on=DAY, lines=[line])


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _event(kind: str, **content: Any) -> Event:
    return {
        "specversion": "1.0",
        "id": f"{kind}/{content['number']}",
        "source": SOURCE,
        "type": kind,
        "time": f"{DAY}T08:00:00Z",
        "datacontenttype": "application/json",
        "data": content,
    }
