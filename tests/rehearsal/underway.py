"""Every fourth order of AdventureWorks is under way on the day: half of it came, some was billed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from integration import opening
from tests.acceptance.adventureworks import GATE, STEP, UNIT, AdventureWorks, Line, Order, event

NOTHING = Decimal(0)
PART = 500


@dataclass(frozen=True)
class UnderWay:
    """What people ordered, received and billed there by hand, and the files that tell of it."""

    company: AdventureWorks

    @cached_property
    def orders(self) -> list[Order]:
        return self.company.orders[::4]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {order.number: place for place, order in enumerate(self.orders)}

    def received(self, order: Order, line: Line) -> Decimal:
        """Half of what will be accepted."""
        return line.accepted // 2 if order.number in self._places else NOTHING

    def invoiced(self, order: Order, line: Line) -> Decimal:
        """Of every third order all that came."""
        return self.received(order, line) if self._places.get(order.number, 1) % 3 == 0 else NOTHING

    def work(self, sandbox: Any) -> None:
        """Let Business Central have all of it."""
        for begin in range(0, len(self.orders), PART):
            part = self.orders[begin : begin + PART]
            sandbox.control.seed({"purchaseOrders": [self._order_there(order) for order in part]})
            sandbox.control.seed(
                {"purchaseReceipts": [self._receipt_there(each) for each in self._listed(part)]}
            )
            sandbox.control.seed(
                {"purchaseInvoices": [self._invoice_there(each) for each in self._billed(part)]}
            )

    def files(self, sandbox: Any) -> dict[str, bytes]:
        """Write the files; the totals of invoices are read there, for they are rounded there."""
        totals = {
            row["number"]: row["totalAmountIncludingTax"] for row in sandbox.control.dump("purchaseInvoices")
        }
        return {
            "orders": _written("orders", self._order_rows()),
            "receipts": _written("receipts", self._receipt_rows()),
            "invoices": _written("invoices", self._invoice_rows(totals)),
        }

    @property
    def documents(self) -> int:
        """How many documents the files tell of."""
        return len(self.orders) + len([*self._listed(self.orders)]) + len([*self._billed(self.orders)])

    def _listed(self, orders: Iterable[Order]) -> Iterator[Order]:
        """Those of which the receipt is listed; of others it is only in what came to date."""
        for order in orders:
            if self._places[order.number] % 2 == 0 and any(
                self.received(order, line) for line in order.lines
            ):
                yield order

    def _billed(self, orders: Iterable[Order]) -> Iterator[Order]:
        for order in orders:
            if any(self.invoiced(order, line) for line in order.lines):
                yield order

    # There

    def _order_there(self, order: Order) -> dict[str, Any]:
        return {
            "number": _there("HO", order),
            "vendorNumber": order.vendor,
            "orderDate": order.ordered_on[:10],
            "status": "Open",
            "purchaseOrderLines": [
                _item(line)
                | {
                    "quantity": str(line.ordered),
                    "directUnitCost": str(line.price),
                    "receivedQuantity": str(self.received(order, line)),
                    "invoicedQuantity": str(self.invoiced(order, line)),
                }
                for line in order.lines
            ],
        }

    def _receipt_there(self, order: Order) -> dict[str, Any]:
        came = [(line, self.received(order, line)) for line in order.lines]
        return {
            "number": _there("HR", order),
            "orderNumber": _there("HO", order),
            "vendorNumber": order.vendor,
            "postingDate": order.ordered_on[:10],
            "purchaseReceiptLines": [
                _item(line) | {"quantity": str(quantity), "unitCost": str(line.price)}
                for line, quantity in came
                if quantity
            ],
        }

    def _invoice_there(self, order: Order) -> dict[str, Any]:
        billed = [(line, self.invoiced(order, line)) for line in order.lines]
        return {
            "number": _there("HI", order),
            "vendorInvoiceNumber": _there("R", order),
            "orderNumber": _there("HO", order),
            "vendorNumber": order.vendor,
            "invoiceDate": order.ordered_on[:10],
            "status": "Open",
            "purchaseInvoiceLines": [
                _item(line) | {"quantity": str(quantity), "unitCost": str(line.price)}
                for line, quantity in billed
                if quantity
            ],
        }

    # In the files

    def _order_rows(self) -> Iterator[dict[str, Any]]:
        for order in self.orders:
            for line in order.lines:
                yield {
                    "number": order.number,
                    "bc_number": _there("HO", order),
                    "vendor": order.vendor,
                    "currency": "USD",
                    "order_date": order.ordered_on[:10],
                    "approved_by": order.approved_by,
                    "location": GATE,
                    "line": line.number,
                    "item": line.item,
                    "quantity": line.ordered,
                    "unit": UNIT,
                    "unit_price": line.price,
                    "received": self.received(order, line),
                    "invoiced": self.invoiced(order, line),
                }

    def _receipt_rows(self) -> Iterator[dict[str, Any]]:
        for order in self._listed(self.orders):
            for line in order.lines:
                if quantity := self.received(order, line):
                    yield {
                        "number": _there("GR", order) + "-H",
                        "bc_number": _there("HR", order),
                        "order": order.number,
                        "order_line": line.number,
                        "received_on": order.ordered_on[:10],
                        "quantity": quantity,
                    }

    def _invoice_rows(self, totals: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for order in self._billed(self.orders):
            for line in order.lines:
                if quantity := self.invoiced(order, line):
                    yield {
                        "number": _there("R", order),
                        "bc_number": _there("HI", order),
                        "vendor": order.vendor,
                        "currency": "USD",
                        "invoice_date": order.ordered_on[:10],
                        "total": totals[_there("HI", order)],
                        "order": order.number,
                        "order_line": line.number,
                        "item": line.item,
                        "quantity": quantity,
                        "unit": UNIT,
                        "unit_price": line.price,
                        "amount": quantity * line.price,
                    }

    # What follows

    def events(self) -> Iterator[dict[str, Any]]:
        """Give the events from the day on: new orders, the rest of what comes, the rest of what is billed."""
        for told in self.company.order_events():
            if told["data"]["number"] not in self._places:
                yield told
        yield from map(self._rest_of_receipt, self.company.orders, self.company.receipt_events())
        yield from map(self._rest_of_invoice, self.company.orders)

    def _rest_of_receipt(self, order: Order, told: dict[str, Any]) -> dict[str, Any]:
        for line, row in zip(order.lines, told["data"]["lines"], strict=True):
            accepted = line.accepted - self.received(order, line)
            row |= {
                "quantity_accepted": str(accepted),
                "quantity_received": str(accepted + line.rejected),
            }
        return told

    def _rest_of_invoice(self, order: Order) -> dict[str, Any]:
        left = [(line, line.ordered - self.invoiced(order, line)) for line in order.lines]
        lines = [
            {
                "line": line.number,
                "order": order.number,
                "order_line": line.number,
                "item": line.item,
                "description": line.description,
                "quantity": str(quantity),
                "unit": UNIT,
                "unit_price": str(line.price),
                "charges": [],
                "amount": str(quantity * line.price),
            }
            for line, quantity in left
            if quantity
        ]
        billed = event(
            "supplier_invoice.received.v1",
            number=order.number.replace("PO", "INV"),
            vendor=order.vendor,
            invoice_date=max(line.due_on for line in order.lines),
            currency="USD",
            purchase_order=order.number,
            lines=lines,
            charges=[],
            total=str(sum(quantity * line.price for line, quantity in left)),
        )
        billed["data"]["type"] = "invoice"
        return billed


def _there(prefix: str, order: Order) -> str:
    return order.number.replace("PO", prefix)


def _item(line: Line) -> dict[str, Any]:
    return {
        "lineType": "Item",
        "sequence": line.number * STEP,
        "lineObjectNumber": line.item,
        "unitOfMeasureCode": UNIT,
    }


def _written(name: str, rows: Iterable[dict[str, Any]]) -> bytes:
    columns: Sequence[str] = opening.FILES[name]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
