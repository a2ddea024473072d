"""One day of a company: what the CAFM sends and says of it, and what somebody does in Business Central."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration import connections, outbox
from integration.models import DocumentKind, Message
from integration.sandbox.launch import Running
from reconciliation import documents, forms
from tests.delivery.house import House, item_line, prepare_house

D = Decimal
DAY = datetime.date(2026, 11, 5)
SOURCE = "/cafm/test"


@dataclass
class WorkingDay:
    """The verbs of that day."""

    house: House

    def order(self, number: str, *, vendor: str = "V1", day: datetime.date = DAY, lines: int = 1) -> Message:
        """Order ten filters at 12.50, on each line."""
        form = forms.OrderForm(
            number=number,
            vendor_number=vendor,
            currency="EUR",
            order_date=day,
            approved_by="head of maintenance",
            lines=tuple(item_line(line=line) for line in range(1, lines + 1)),
            location="MAIN",
        )
        order = documents.record_order(self.house.company, form, source=SOURCE)
        return outbox.enqueue(DocumentKind.PURCHASE_ORDER, order)

    def cancel(self, number: str, *lines: int) -> None:
        """Let the CAFM cancel an order, or some lines of it, and bring that to BC."""
        form = forms.CancellationForm(number=number, reason="not needed", lines=lines)
        outbox.follow_change(documents.record_cancellation(self.house.company, form, source=SOURCE))
        self.house.drain()

    def receipt(
        self, number: str, order: str, *, quantity: int = 2, unit: str = "PCS", day: datetime.date = DAY
    ) -> Message:
        line = forms.ReceiptLineForm(
            line=1,
            order_line=1,
            quantity_received=D(quantity),
            quantity_accepted=D(quantity),
            quantity_rejected=D(0),
            unit=unit,
        )
        form = forms.ReceiptForm(
            number=number, order_number=order, received_on=day, received_by="storekeeper", lines=(line,)
        )
        receipt = documents.record_receipt(self.house.company, form, source=SOURCE)
        return outbox.enqueue(DocumentKind.GOODS_RECEIPT, receipt)

    def tell(self, kind: str, *numbers: str, **figures: Any) -> None:
        """Let the CAFM say what it did of a kind; said again it takes the place of what it said."""
        total = forms.DayTotalForm(kind=kind, count=len(numbers), numbers=list(numbers), **figures)
        self.told = {**getattr(self, "told", {}), kind: total}
        form = forms.DayTotalsForm(date=DAY, totals=tuple(self.told.values()))
        documents.record_day_totals(self.house.company, form, source=SOURCE)

    def in_bc(self, number: str, entity_set: str = "purchaseReceipts") -> dict[str, Any]:
        """Give a document as BC keeps it, by its number there."""
        return next(row for row in self.house.dump(entity_set) if row["number"] == number)

    def line_in_bc(self, number: str, entity_set: str, lines: str) -> dict[str, Any]:
        """Give the one line of a document that has a quantity."""
        (line,) = (row for row in self.in_bc(number, entity_set)[lines] if row["quantity"])
        return line

    def change_in_bc(self, entity_set: str, id: str, **values: Any) -> None:
        self.house.sandbox.control.seed({entity_set: [{"id": id, **values}]})

    def delete_in_bc(self, message: Message) -> None:
        message.refresh_from_db()
        client = connections.client()
        order = client.get("purchaseOrders", str(message.bc_id), select=("id", "number"))
        client.delete("purchaseOrders", order["id"], etag=order["@odata.etag"])

    def double_in_bc(self, message: Message) -> None:
        """Let BC have the order twice, with our key on both."""
        message.refresh_from_db()
        row = self.in_bc(message.bc_number, "purchaseOrders")
        lines = [
            {name: line[name] for name in ("sequence", "lineType", "description")}
            for line in row["purchaseOrderLines"]
            if line["lineType"] == "Comment"
        ]
        copied = {"vendorNumber": "V1", "orderDate": DAY.isoformat(), "purchaseOrderLines": lines}
        self.house.sandbox.control.seed({"purchaseOrders": [copied]})

    def receive_in_bc(self, order: Message, number: str) -> None:
        """Let somebody receive on the order in BC itself."""
        order.refresh_from_db()
        line = {"sequence": 10000, "lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 1}
        row = {
            "number": number,
            "orderNumber": order.bc_number,
            "postingDate": DAY.isoformat(),
            "vendorNumber": "V1",
            "purchaseReceiptLines": [{**line, "unitCost": 12.5}],
        }
        self.house.sandbox.control.seed({"purchaseReceipts": [row]})


def begin(sandbox: Running) -> WorkingDay:
    house = prepare_house(sandbox)
    house.company.refresh_from_db()
    return WorkingDay(house)
