"""What AdventureWorks had in stock: its archive of movements and its work orders as events, and the sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from .adventureworks import GATE, PER_PIECE, STORE, UNIT, AdventureWorks, Row, event

LARGEST = 500  # lines of one document
IN, OUT = {"P": "purchase", "W": "work order"}, "S"


@dataclass(frozen=True)
class Used:
    """What one day's work orders took of one component."""

    item: str
    unit: str
    quantity: Decimal

    @property
    def pieces(self) -> Decimal:
        return self.quantity * PER_PIECE.get(self.unit, Decimal(1))


class Stock:
    """The archive and the work orders; `limit` keeps the first movements only, and their work orders.

    A part of the company has its part of the movements.
    """

    def __init__(self, company: AdventureWorks, *, limit: int | None = None) -> None:
        self.company = company
        self.limit = limit

    @cached_property
    def movements(self) -> list[Row]:
        rows = list(self.company.read("production/TransactionHistoryArchive.csv.gz"))[: self.limit]
        return self.company.part.cut(rows)

    @cached_property
    def used(self) -> dict[str, list[Used]]:
        """What the work orders of each day took, by the bill of material that held on that day."""
        finished = {row["ReferenceOrderID"]: row for row in self.movements if row["TransactionType"] == "W"}
        components = self.company.components()
        days: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for order in self.company.read("production/WorkOrder.csv.gz"):
            if row := finished.get(order["WorkOrderID"]):
                day = _day(row)
                for part in _valid(components[order["ProductID"]], day):
                    key = self._item(part["ComponentID"]), part["unit"]
                    days[day][key] += Decimal(part["PerAssemblyQty"]) * Decimal(order["OrderQty"])
        return {
            day: [Used(item, unit, quantity) for (item, unit), quantity in sorted(told.items())]
            for day, told in sorted(days.items())
        }

    def movement_events(self) -> Iterator[dict[str, Any]]:
        """Give a document for each purchase, and for each day of sales and of finished work orders."""
        documents: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.movements:
            kind = row["TransactionType"]
            documents[kind, row["ReferenceOrderID"] if kind == "P" else _day(row)].append(row)
        for (kind, reference), all_rows in documents.items():
            for part, start in enumerate(range(0, len(all_rows), LARGEST), start=1):
                yield self._movement(kind, reference, part, all_rows[start : start + LARGEST])

    def _movement(self, kind: str, reference: str, part: int, rows: Sequence[Row]) -> dict[str, Any]:
        told = {
            "number": f"{kind}-{reference}-{part}",
            "posted_on": max(_day(row) for row in rows),
            "lines": [self._line(number, row) for number, row in enumerate(rows, start=1)],
        }
        if kind == OUT:
            return event("inventory.consumed.v1", work_order=f"sales {reference}", **told)
        return event("inventory.adjusted.v1", reason=IN[kind], **told)

    def consumption_events(self) -> Iterator[dict[str, Any]]:
        """Give what each day's work orders took, in the units of their bills of material."""
        for day, parts in self.used.items():
            lines = [
                {
                    "line": number,
                    "item": part.item,
                    "quantity": str(part.quantity),
                    "unit": part.unit,
                    "location": STORE,
                }
                for number, part in enumerate(parts, start=1)
            ]
            yield event(
                "inventory.consumed.v1", number=f"WO-{day}", work_order=day, posted_on=day, lines=lines
            )

    def totals(self) -> dict[tuple[str, str], Decimal]:
        """What the source comes to, by item and store: nothing of it has been through Tieout."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for order in self.company.orders:
            for line in order.lines:
                found[line.item, GATE] += line.accepted
        for row in self.movements:
            sign = -1 if row["TransactionType"] == OUT else 1
            found[self._item(row["ProductID"]), STORE] += sign * Decimal(row["Quantity"])
        for parts in self.used.values():
            for part in parts:
                found[part.item, STORE] -= part.pieces
        return {place: quantity for place, quantity in found.items() if quantity}

    def entries(self) -> int:
        """How many entries of the item ledger all of it makes."""
        received = sum(bool(line.accepted) for order in self.company.orders for line in order.lines)
        return received + len(self.movements) + sum(len(parts) for parts in self.used.values())

    def _line(self, number: int, row: Row) -> dict[str, Any]:
        return {
            "line": number,
            "item": self._item(row["ProductID"]),
            "quantity": row["Quantity"],
            "unit": UNIT,
            "location": STORE,
        }

    def _item(self, product: str) -> str:
        return self.company.products[product]["ProductNumber"]


def _day(row: Row) -> str:
    """The latest day on which the movement can have been; the last two have only the earliest."""
    return row["TransactionDateTo"] or row["TransactionDateFrom"]


def _valid(rows: Iterable[Row], day: str) -> list[Row]:
    return [row for row in rows if row["StartDate"] <= day and (not row["EndDate"] or day <= row["EndDate"])]
