"""AdventureWorks as a facility's year: BC rows for the sandbox, CAFM events, and the answer known beforehand.

What the data leave open, and what is decided here:

- *Statuses.* 225 orders are pending and 86 rejected, yet goods were received on them. What was received was
  ordered, so every order is sent as approved.
- *Inactive vendors.* Four vendors are inactive; 203 orders name them. Inactive means "no new business", not
  "blocked": they are seeded unblocked, because BC would refuse even the orders that lie in the past.
- *Units.* The vendor catalogue names cartons and cans but no factors, and a factor is never guessed:
  quantities are in each item's base unit, EA. What bills of material take in ounces and inches is set up as
  an item unit, as an administrator of BC would: 8 ounces, or 40 inches, to the piece.
- *Stock.* The archive books what was ordered, the receipts what was accepted. Both are sent, to two stores:
  receipts to GATE, everything else to STORE, so that each can be counted by itself.
- *Work orders.* Of the 72,591 the 41,589 are used up that the archive dates; what a day's work orders took
  is one document.
- *Rates.* They say units per USD: exchange amount = the end-of-day rate, relational amount 1. USD has a row
  to itself each day; BC keeps no rate of the ledger currency, so those 1,097 are kept under the code USD, as
  data that nobody asks for.
- *Freight and tax* of the orders stay out: the invoices bill the lines.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

SOURCE = "/cafm/adventureworks"
UNIT = "EA"
GATE, STORE = "GATE", "STORE"
PER_PIECE = {"OZ": Decimal("0.125"), "IN": Decimal("0.025")}
STEP = 10_000

Row = dict[str, str]


@dataclass(frozen=True)
class Line:
    number: int
    item: str
    description: str
    ordered: Decimal
    received: Decimal
    accepted: Decimal
    rejected: Decimal
    price: Decimal
    due_on: str

    @property
    def is_short(self) -> bool:
        return self.accepted < self.ordered


@dataclass(frozen=True)
class Order:
    number: str
    vendor: str
    ordered_on: str
    approved_by: str
    lines: tuple[Line, ...]

    @property
    def accepted_anything(self) -> bool:
        return any(line.accepted for line in self.lines)


@dataclass(frozen=True)
class Part:
    """One of so many equal parts of a long list; the parts together are the whole."""

    number: int = 1
    of: int = 1

    @classmethod
    def read(cls, text: str) -> Part:
        """Read `3/10`; nothing is the whole."""
        return cls(*map(int, text.split("/"))) if text else cls()

    def cut(self, rows: list[Row]) -> list[Row]:
        """Give this part of the rows, which stay in their order."""
        return rows[len(rows) * (self.number - 1) // self.of : len(rows) * self.number // self.of]


class AdventureWorks:
    """The company's files, read once; `limit` keeps the first orders only, `part` one part of them."""

    def __init__(self, folder: Path, *, limit: int | None = None, part: Part = Part()) -> None:
        self.folder = folder / "adventureworks"
        self.limit = limit
        self.part = part

    @cached_property
    def vendors(self) -> dict[str, dict[str, str]]:
        return {row["BusinessEntityID"]: row for row in self.read("purchasing/Vendor.csv")}

    @cached_property
    def products(self) -> dict[str, dict[str, str]]:
        return {row["ProductID"]: row for row in self.read("production/Product.csv")}

    @cached_property
    def orders(self) -> list[Order]:
        by_order: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.read("purchasing/PurchaseOrderDetail.csv"):
            by_order[row["PurchaseOrderID"]].append(row)
        headers = self.part.cut(list(self.read("purchasing/PurchaseOrderHeader.csv"))[: self.limit])
        return [self._order(row, by_order[row["PurchaseOrderID"]]) for row in headers]

    def masters(self) -> dict[str, list[dict[str, Any]]]:
        """Give the sandbox's rows of everything that orders name, rates included."""
        rates = self.read("finance/CurrencyRate.csv.gz")
        return {
            "unitsOfMeasure": [
                {"code": row["UnitMeasureCode"].strip(), "displayName": row["Name"]}
                for row in self.read("production/UnitMeasure.csv")
            ],
            "currencies": [
                {"code": row["CurrencyCode"], "displayName": row["Name"]}
                for row in self.read("finance/Currency.csv")
            ],
            "currencyExchangeRates": [
                {
                    "currencyCode": row["ToCurrencyCode"],
                    "startingDate": row["CurrencyRateDate"],
                    "exchangeRateAmount": row["EndOfDayRate"],
                    "relationalExchangeRateAmount": 1,
                }
                for row in rates
            ],
            "vendors": [
                {"number": row["AccountNumber"], "displayName": row["Name"]} for row in self.vendors.values()
            ],
            "locations": [{"code": GATE}, {"code": STORE}],
            "items": [
                {"number": row["ProductNumber"], "displayName": row["Name"], "baseUnitOfMeasureCode": UNIT}
                for row in self.products.values()
            ],
            "itemUnitsOfMeasure": [
                {"itemNumber": item, "code": unit, "qtyPerUnitOfMeasure": str(PER_PIECE[unit])}
                for item, unit in sorted(self._other_units())
            ],
        }

    def components(self) -> dict[str, list[dict[str, str]]]:
        """Give the rows of each product's bill of material."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.read("production/BillOfMaterials.csv"):
            found[row["ProductAssemblyID"]].append(row | {"unit": row["UnitMeasureCode"].strip()})
        return found

    def _other_units(self) -> set[tuple[str, str]]:
        return {
            (self.products[row["ComponentID"]]["ProductNumber"], row["unit"])
            for rows in self.components().values()
            for row in rows
            if row["unit"] != UNIT
        }

    def order_events(self) -> Iterator[dict[str, Any]]:
        for order in self.orders:
            lines = [
                {
                    "line": line.number,
                    "kind": "item",
                    "item": line.item,
                    "description": line.description,
                    "quantity": str(line.ordered),
                    "unit": UNIT,
                    "unit_price": str(line.price),
                    "expected_on": line.due_on,
                }
                for line in order.lines
            ]
            yield event(
                "purchase_order.approved.v1",
                number=order.number,
                vendor=order.vendor,
                currency="USD",
                order_date=order.ordered_on,
                location=GATE,
                approved_by=order.approved_by,
                charges=[],
                lines=lines,
            )

    def receipt_events(self) -> Iterator[dict[str, Any]]:
        for order in self.orders:
            lines = [
                {
                    "line": line.number,
                    "order_line": line.number,
                    "quantity_received": str(line.received),
                    "quantity_accepted": str(line.accepted),
                    "quantity_rejected": str(line.rejected),
                    "unit": UNIT,
                }
                for line in order.lines
            ]
            yield event(
                "goods_receipt.recorded.v1",
                number=order.number.replace("PO", "GR"),
                purchase_order=order.number,
                received_on=max(line.due_on for line in order.lines),
                received_by="Receiving",
                lines=lines,
            )

    def invoices(self, bc_numbers: dict[str, str]) -> list[dict[str, Any]]:
        """Give one draft per order: what was ordered, at the order's price; needs BC's order numbers."""
        return [
            {
                "vendorNumber": order.vendor,
                "vendorInvoiceNumber": order.number.replace("PO", "INV"),
                "invoiceDate": max(line.due_on for line in order.lines),
                "orderNumber": bc_numbers[order.number],
                "purchaseInvoiceLines": [
                    {
                        "sequence": line.number * STEP,
                        "lineType": "Item",
                        "lineObjectNumber": line.item,
                        "unitOfMeasureCode": UNIT,
                        "quantity": str(line.ordered),
                        "unitCost": str(line.price),
                    }
                    for line in order.lines
                ],
            }
            for order in self.orders
        ]

    def short_lines(self) -> set[tuple[str, int]]:
        """Name the lines that must be blocked: accepted less than ordered, straight from the file."""
        return {(order.number, line.number) for order in self.orders for line in order.lines if line.is_short}

    def _order(self, header: dict[str, str], rows: list[dict[str, str]]) -> Order:
        return Order(
            number=f"PO-{header['PurchaseOrderID']}",
            vendor=self.vendors[header["VendorID"]]["AccountNumber"],
            ordered_on=header["OrderDate"],
            approved_by=f"Employee {header['EmployeeID']}",
            lines=tuple(self._line(number, row) for number, row in enumerate(rows, start=1)),
        )

    def _line(self, number: int, row: dict[str, str]) -> Line:
        product = self.products[row["ProductID"]]
        return Line(
            number=number,
            item=product["ProductNumber"],
            description=product["Name"],
            ordered=Decimal(row["OrderQty"]),
            received=Decimal(row["ReceivedQty"]),
            accepted=Decimal(row["StockedQty"]),
            rejected=Decimal(row["RejectedQty"]),
            price=Decimal(row["UnitPrice"]),
            due_on=row["DueDate"],
        )

    def read(self, name: str) -> Iterator[dict[str, str]]:
        """Read one of the company's files."""
        path = self.folder / name
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        yield from csv.DictReader(text.decode("utf-8").splitlines())


def event(type: str, **data: Any) -> dict[str, Any]:
    """Wrap the data of an event as the CAFM sends it; its number makes it one."""
    return {
        "specversion": "1.0",
        "id": f"{type}/{data['number']}",
        "source": SOURCE,
        "type": type,
        "time": "2025-10-01T06:00:00Z",
        "datacontenttype": "application/json",
        "data": data,
    }
