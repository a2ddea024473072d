"""The work of a chaos run: a company's masters, and documents of every kind, the same for the same seed.

Every document has one fate that is known beforehand: posted once, kept here, or never to be posted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.chaos import events
from tests.chaos.events import Event

VENDORS = [f"V{number}" for number in range(1, 21)]
ITEMS = [f"PART-{number}" for number in range(1, 31)]
ACCOUNT = "6100"
SENT_TWICE = 0.2  # of the events
AHEAD = 40  # a document may come this many places before or after its turn
MOVEMENTS = ("consumed", "put back", "adjusted up", "adjusted down", "transferred")


def masters() -> dict[str, list[dict[str, Any]]]:
    """Give the rows that the documents name."""
    return {
        "unitsOfMeasure": [{"code": "PCS"}],
        "locations": [{"code": "MAIN"}, {"code": "VAN"}],
        "accounts": [{"number": ACCOUNT, "directPosting": True}],
        "vendors": [{"number": number, "displayName": f"Supplier {number}"} for number in VENDORS],
        "items": [
            {"number": number, "displayName": f"Part {number}", "baseUnitOfMeasureCode": "PCS"}
            for number in ITEMS
        ],
    }


@dataclass(frozen=True)
class Part:
    """One line of an order: first and in the end ordered, and what each receipt brought and accepted."""

    item: str
    first: int
    ordered: int
    received: tuple[tuple[int, int], ...]

    accepted = property(lambda self: sum(accepted for _received, accepted in self.received))


@dataclass(frozen=True)
class Purchase:
    """An order and what became of it."""

    number: int
    vendor: str
    parts: tuple[Part, ...] = ()
    is_changed: bool = False
    is_billed: bool = False
    is_cancelled: bool = False
    is_service: bool = False
    is_taken_back: bool = False
    """A further receipt whose reversal comes before it: neither is posted."""
    is_returned: bool = False
    """A person posts the return in Business Central, and the vendor's credit memo for it."""

    order = property(lambda self: f"PO-{self.number}")
    invoice = property(lambda self: f"INV-{self.number}")
    confirmation = property(lambda self: f"SC-{self.number}")
    returned = property(lambda self: f"RET-{self.number}")
    memo = property(lambda self: f"CRED-{self.number}")
    mistaken = property(lambda self: f"GX-{self.number}")

    @property
    def receipts(self) -> tuple[str, ...]:
        """Name what is received on the order in Business Central."""
        if self.is_service:
            return (self.confirmation,)
        count = len(self.parts[0].received) if self.parts else 0
        return tuple(f"GR-{self.number}-{place}" for place in range(1, count + 1))

    @property
    def documents(self) -> int:
        """Count what the CAFM tells of it."""
        more = self.is_changed + self.is_billed + self.is_cancelled
        return 1 + len(self.receipts) + more + 2 * (self.is_taken_back + self.is_returned)


@dataclass(frozen=True)
class Movement:
    """Stock that leaves, comes back, is counted anew or goes elsewhere."""

    number: str
    kind: str
    item: str
    quantity: int

    @property
    def entries(self) -> list[int]:
        """Give the quantities in BC's item ledger, smallest first."""
        if self.kind == "transferred":
            return [-self.quantity, self.quantity]
        return [self.quantity if self.kind in ("put back", "adjusted up") else -self.quantity]


@dataclass(frozen=True)
class Asset:
    """An asset, what it was called in turn, and whether a person had to post its disposal."""

    number: str
    names: tuple[str, ...]
    is_retired: bool = False

    documents = property(lambda self: len(self.names) + self.is_retired)


@dataclass(frozen=True)
class Work:
    """All documents of a run."""

    purchases: tuple[Purchase, ...] = ()
    movements: tuple[Movement, ...] = ()
    assets: tuple[Asset, ...] = ()
    requests: tuple[int, ...] = ()
    """They are only taken in."""

    @property
    def documents(self) -> int:
        parted = (*self.purchases, *self.assets)
        return sum(each.documents for each in parted) + len(self.movements) + len(self.requests)

    def events(self, seed: int) -> Iterator[Event]:
        """Give the events out of order, some of them twice."""
        chance = random.Random(seed)
        told = [event for purchase in self.purchases for event in events.of_purchase(purchase)]
        told += [events.of_movement(movement) for movement in self.movements]
        told += [event for asset in self.assets for event in events.of_asset(asset)]
        told += [events.of_request(number, ITEMS[0]) for number in self.requests]
        told += [event for event in told if chance.random() < SENT_TWICE]
        turns = {id(event): place for place, event in enumerate(told)}
        ordered = sorted(told, key=lambda event: turns[id(event)] + chance.randint(-AHEAD, AHEAD))
        yield from _reversals_first(ordered)


def _reversals_first(told: list[Event]) -> Iterator[Event]:
    """Let no receipt come before its reversal: a posted one would be a person's to undo."""
    waiting: dict[str, list[Event]] = {}
    gone: set[str] = set()
    for event in told:
        number = event["data"]["number"]
        if number.startswith("GX-") and number not in gone:
            waiting.setdefault(number, []).append(event)
            continue
        yield event
        if reversed_one := event["data"].get("goods_receipt"):
            gone.add(reversed_one)
            yield from waiting.pop(reversed_one, [])


def plan(documents: int, seed: int) -> Work:
    """Think up about so many documents, of every kind."""
    chance = random.Random(seed)
    movements = tuple(
        Movement(f"IC-{place}", MOVEMENTS[place % len(MOVEMENTS)], chance.choice(ITEMS), chance.randint(1, 9))
        for place in range(max(1, documents // 8))
    )
    requests = tuple(range(1, documents // 50 + 1))
    assets = tuple(_asset(number) for number in range(1, documents // 25 + 1))
    purchases: list[Purchase] = []
    left = documents - Work((), movements, assets, requests).documents
    while left > 0:
        purchases.append(_purchase(len(purchases) + 1, chance))
        left -= purchases[-1].documents
    return Work(tuple(purchases), movements, assets, requests)


def _asset(number: int) -> Asset:
    """Change every other one twice and retire the rest, for what is told of a retired one is too late."""
    is_changed = number % 2 == 1
    return Asset(f"FA-{number}", ("Pump", "Pump 2", "Pump 3") if is_changed else ("Fan",), not is_changed)


def _purchase(number: int, chance: random.Random) -> Purchase:
    vendor = chance.choice(VENDORS)
    kind = number % 12
    if kind == 5:
        return Purchase(number, vendor, _parts(chance, 0, grows=False), is_cancelled=True)
    if kind == 7:
        return Purchase(number, vendor, is_service=True)
    is_changed = kind in (1, 4, 9)
    return Purchase(
        number,
        vendor,
        _parts(chance, chance.choice((1, 1, 2)), grows=is_changed),
        is_changed=is_changed,
        is_billed=kind in (2, 3, 4, 6, 8),
        is_taken_back=kind == 10,
        is_returned=kind == 11,
    )


def _parts(chance: random.Random, receipts: int, *, grows: bool) -> tuple[Part, ...]:
    parts = []
    for item in chance.sample(ITEMS, chance.randint(1, 3)):
        first = chance.randint(20, 40)
        # Less than ordered, so that no order disappears from BC as fully invoiced.
        brought = tuple(
            (accepted + chance.choice((0, 0, 1)), accepted)
            for accepted in (chance.randint(1, 9) for _ in range(receipts))
        )
        parts.append(Part(item, first, first + (chance.randint(1, 9) if grows else 0), brought))
    return tuple(parts)
