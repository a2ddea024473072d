"""What is open on the orders of Business Central, by currency: ordered, still to come, still to bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from integration import connections
from integration.bc import Lane, odata
from integration.bc.reading import SELECTS, PurchaseOrder, PurchaseOrderLine
from integration.bc.reading import read as record

ORDERS, LINES = "purchaseOrders", "purchaseOrderLines"
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass
class Standing:
    """The orders of one currency, in amounts before tax."""

    orders: int = 0
    ordered: Decimal = ZERO
    to_come: Decimal = ZERO
    """Ordered and not received yet."""
    to_bill: Decimal = ZERO
    """Received and not invoiced yet."""


def read() -> dict[str, Standing]:
    """Add up all orders that Business Central has, or its stand-in, by currency; raises IntegrationError."""
    found: dict[str, Standing] = defaultdict(Standing)
    select, expand = SELECTS[ORDERS], odata.nested(LINES, SELECTS[LINES])
    client = connections.client(lane=Lane.BULK)
    for row in client.rows(ORDERS, select=select, expand=expand):
        order = record(PurchaseOrder, row)
        _add(found[order.currency or ""], order)
    return dict(found)


def beside(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[dict[str, Any]]:
    """Write both down for each currency, as they are kept."""
    return [
        {
            "currency": currency,
            "before": _told(before.get(currency, Standing())),
            "after": _told(after.get(currency, Standing())),
        }
        for currency in sorted({*before, *after})
    ]


def _add(total: Standing, order: PurchaseOrder) -> None:
    total.orders += 1
    for line in order.lines:
        total.ordered += _worth(line, line.quantity)
        total.to_come += _worth(line, line.quantity - line.received_quantity)
        total.to_bill += _worth(line, line.received_quantity - line.invoiced_quantity)


def _worth(line: PurchaseOrderLine, quantity: Decimal) -> Decimal:
    if not line.quantity:
        return ZERO
    net = line.quantity * line.direct_unit_cost - line.discount_amount
    return net * quantity / line.quantity


def _told(standing: Standing) -> dict[str, Any]:
    return {
        name: str(value.quantize(CENT)) if isinstance(value, Decimal) else value
        for name, value in asdict(standing).items()
    }
