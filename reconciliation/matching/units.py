"""Units of measure: everything is compared in the item's base unit, and never converted without a factor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .facts import ONE, ZERO, Item, ItemUnit


@dataclass(frozen=True, slots=True)
class Frame:
    """The unit one order line is compared in, and what the other units are worth in it."""

    unit: str
    order_unit: str
    precision: Decimal
    factors: Mapping[str, Decimal]

    def factor(self, unit: str | None) -> Decimal | None:
        """Tell how many of the frame's units are in one `unit`; a blank unit is the order's."""
        return self.factors.get(unit or self.order_unit)

    def to_base(self, quantity: Decimal, unit: str | None) -> Decimal | None:
        """Convert a quantity; `None` where there is no conversion."""
        factor = self.factor(unit)
        return None if factor is None else quantity * factor

    def is_crumb(self, variance: Decimal) -> bool:
        """Tell whether a difference is nothing: zero, or smaller than the item is counted in."""
        return variance == 0 or abs(variance) < self.precision


class UnitTable:
    """The items and their conversions, looked up once per order line."""

    def __init__(self, items: Iterable[Item], units: Iterable[ItemUnit]) -> None:
        self._items = {item.number: item for item in items}
        self._factors: dict[str, dict[str, Decimal]] = {}
        for row in units:
            if row.per_base > 0:
                self._factors.setdefault(row.item, {})[row.unit] = row.per_base
        for item in self._items.values():
            if item.base_unit:
                self._factors.setdefault(item.number, {})[item.base_unit] = ONE

    def frame(self, number: str, order_unit: str) -> Frame:
        """Choose the unit an order line is compared in: the base unit, or the order's if none leads there."""
        item = self._items.get(number)
        order_unit = order_unit or (item.base_unit if item else "")
        factors = self._factors.get(number, {})
        precision = item.rounding_precision if item else ZERO
        in_order_unit = factors.get(order_unit)
        if in_order_unit is None:
            return Frame(order_unit, order_unit, precision, {order_unit: ONE})
        if item and item.base_unit:
            return Frame(item.base_unit, order_unit, precision, factors)
        relative = {unit: factor / in_order_unit for unit, factor in factors.items()}
        return Frame(order_unit, order_unit, precision, relative)
