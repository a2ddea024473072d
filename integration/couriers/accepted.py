"""What a receipt or a confirmation adds up to, in the units of the order lines: the payload of a receipt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from integration.bc.names import ORDER_NUMBER, POSTING_DATE
from masterdata import lookup
from reconciliation.models import (
    GoodsReceipt,
    PurchaseOrder,
    PurchaseOrderLine,
    ServiceConfirmation,
    ServiceConfirmationLine,
)

from .base import Prepared
from .orders import sequence_of

PLACES = Decimal("0.00001")
ZERO = Decimal(0)

Quantities = dict[int, Decimal]


def chain(document: GoodsReceipt | ServiceConfirmation) -> str:
    """A receipt follows its order."""
    return f"order:{document.order_number}"


def prepare_receipt(receipt: GoodsReceipt, key: UUID) -> Prepared:
    """Add up what was accepted, in the units of the order lines."""
    accepted = [line for line in receipt.lines.order_by("line") if line.quantity_accepted]
    if not accepted:
        return Prepared(nothing_to_post=True)
    return _prepare(
        receipt,
        receipt.received_on,
        [(line.order_line, line.quantity_accepted, line.unit, None) for line in accepted],
    )


def prepare_confirmation(confirmation: ServiceConfirmation, key: UUID) -> Prepared:
    """Add up what was confirmed; an amount counts as the part of the line that it pays for."""
    if not confirmation.accepted:
        return Prepared(nothing_to_post=True)
    lines: list[ServiceConfirmationLine] = list(confirmation.lines.order_by("line"))
    return _prepare(
        confirmation,
        confirmation.confirmed_on,
        [(line.order_line, line.quantity, line.unit, line.amount) for line in lines],
    )


def _prepare(
    document: GoodsReceipt | ServiceConfirmation,
    posted_on: date,
    told: Iterable[tuple[int, Decimal | None, str, Decimal | None]],
) -> Prepared:
    order = PurchaseOrder.objects.filter(company=document.company, number=document.order_number).first()
    if order is None:
        return Prepared(waiting_for=f"purchase order {document.order_number} from the CAFM")
    order_lines = {line.line: line for line in order.lines.all()}
    quantities: Quantities = defaultdict(Decimal)
    problems = []
    for number, quantity, unit, amount in told:
        line = order_lines.get(number)
        if line is None:
            return Prepared(
                waiting_for=f"line {number} of purchase order {order}, which a later version may bring"
            )
        try:
            quantities[sequence_of(number)] += in_order_unit(order, line, quantity, unit, amount)
        except lookup.NoConversion as missing:
            return Prepared(waiting_for=str(missing)[:300])
        except ValueError as error:
            problems.append(str(error))
    body = {
        ORDER_NUMBER: order.number,
        POSTING_DATE: posted_on.isoformat(),
        "lines": [{"sequence": each, "quantity": quantities[each]} for each in sorted(quantities)],
    }
    return Prepared(body, problems=problems, nothing_to_post=not problems and not any(quantities.values()))


def in_order_unit(
    order: PurchaseOrder,
    line: PurchaseOrderLine,
    quantity: Decimal | None,
    unit: str,
    amount: Decimal | None,
) -> Decimal:
    """Give a quantity in the order line's unit; raises NoConversion, or ValueError in plain words."""
    if quantity is None:
        net = line.gross - line.discount
        if not net:
            raise ValueError(
                f"line {line.line} of order {order} is worth nothing, an amount cannot confirm it"
            )
        share: Decimal = (amount or ZERO) * line.quantity / net
        return share.quantize(PLACES)
    if unit in ("", line.unit):
        return quantity
    if line.item:
        return lookup.convert(order.company, line.item, quantity, unit, to=line.unit)
    raise ValueError(f"line {line.line} of order {order} is ordered in {line.unit}, not in {unit}")


def quantities_of(payload: Mapping[str, Any]) -> Quantities:
    """Read the quantities back out of a payload, by BC's line number."""
    return {int(line["sequence"]): Decimal(line["quantity"]) for line in payload.get("lines", [])}
