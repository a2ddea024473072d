"""What was agreed beyond quantity and price, as it is stored: the engine's own names, figures as strings.

Few orders have any of it, so an order and its lines hold it in one column each, empty for the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from .matching import facts
from .models import PurchaseOrder, PurchaseOrderLine

Told = Mapping[str, Any]


def written(told: Told) -> dict[str, Any] | None:
    """Write agreements as they are stored; what says nothing is left out, and nothing at all is None."""
    kept = {name: _plain(value) for name, value in told.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", False, [], {})} or None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def with_agreed(order: facts.Order, row: PurchaseOrder) -> facts.Order:
    """Add to an order what was agreed for it, and what it said before."""
    if row.agreed:
        order = replace(order, **_read(ON_ORDER, row.agreed))
    if row.former:
        order = replace(order, former=tuple(_former(each, order) for each in row.former))
    return order


def with_agreed_line(line: facts.OrderLine, row: PurchaseOrderLine) -> facts.OrderLine:
    """Add to an order line what was agreed for it."""
    if not row.agreed:
        return line
    told = _read(ON_LINE, row.agreed)
    return replace(line, **told)


def former_version(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine], until: datetime.date) -> Told:
    """Write down what an order says, before a new version says it otherwise."""
    said = [
        {
            "line": line.line,
            "quantity": _plain(line.quantity),
            "unit": line.unit,
            "unit_price": _plain(line.unit_price),
            "price_base": _plain(line.price_base),
        }
        for line in lines
    ]
    return {"version": order.version, "until": until.isoformat(), "lines": said}


def _former(told: Told, order: facts.Order) -> facts.FormerVersion:
    """Read a former version, per the price bases of today; a line of another unit cannot be compared."""
    today = {line.line: line for line in order.lines}
    lines = (
        facts.FormerLine(
            line=said["line"],
            quantity=Decimal(said["quantity"]),
            unit_price=Decimal(said["unit_price"]) * now.price_base / Decimal(said["price_base"]),
        )
        for said in told["lines"]
        if (now := today.get(said["line"])) is not None and now.unit == said["unit"]
    )
    return facts.FormerVersion(told["version"], datetime.date.fromisoformat(told["until"]), tuple(lines))


def _read(readers: Mapping[str, Callable[[Any], Any]], told: Told) -> dict[str, Any]:
    return {name: readers[name](value) for name, value in told.items()}


def _as_told(value: Any) -> Any:
    return value


def _blanket(told: Told) -> facts.Blanket:
    return facts.Blanket(
        amount=Decimal(told["amount"]) if "amount" in told else None,
        from_date=_day(told.get("from_date")),
        to_date=_day(told.get("to_date")),
    )


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _charges(told: Iterable[Told]) -> tuple[facts.Charge, ...]:
    return tuple(facts.Charge(each["code"], Decimal(each["amount"])) for each in told)


def _price_breaks(told: Iterable[Told]) -> tuple[facts.PriceBreak, ...]:
    return tuple(
        facts.PriceBreak(Decimal(each["from_quantity"]), Decimal(each["unit_price"])) for each in told
    )


def _milestones(told: Iterable[Told]) -> tuple[facts.Milestone, ...]:
    return tuple(facts.Milestone(each["name"], Decimal(each["amount"])) for each in told)


ON_ORDER: Mapping[str, Callable[[Any], Any]] = {
    "billing": _as_told,
    "limit": _blanket,
    "discount": Decimal,
    "tax": Decimal,
    "rounding": Decimal,
}
ON_LINE: Mapping[str, Callable[[Any], Any]] = {
    "price_unit": _as_told,
    "planned_ratio": Decimal,
    "price_estimated": _as_told,
    "price_breaks": _price_breaks,
    "milestones": _milestones,
    "charges": _charges,
    "tax_code": _as_told,
}
