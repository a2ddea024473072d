"""An item's units: how much each holds, and a conversion whose sum can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import rec20
from .lookup import EXACT, FINEST, per_base
from .models import Company, Item, ItemUnit, Unit

ONE = Decimal(1)
SHOWN = Decimal("0.00000001")  # of an endless fraction


@dataclass(frozen=True)
class Measure:
    """One unit of an item: what it holds, and in which steps BC counts it (zero: in five decimals)."""

    code: str
    name: str
    per_base: Decimal
    precision: Decimal
    bc_code: str = ""
    is_base: bool = False

    @property
    def rec20(self) -> str:
        return rec20.code_of(self.bc_code)

    @property
    def holds(self) -> str:
        return plain(self.per_base)

    @property
    def steps(self) -> str:
        return plain(self.precision or FINEST)


@dataclass(frozen=True)
class Conversion:
    """A quantity in another unit: the exact value, and what is left of it in the steps of that unit."""

    quantity: Decimal
    unit: str
    to: str
    base: str
    holds: Decimal
    """How many base units one `unit` holds."""
    to_holds: Decimal
    exact: Decimal
    precision: Decimal
    result: Decimal

    @property
    def is_rounded(self) -> bool:
        return self.exact != self.result

    @property
    def sentence(self) -> str:
        """Show the sum: `3 BOX × 12 PCS per BOX = 36 PCS; rounded to 1`."""
        told = f"{plain(self.quantity)} {self.unit}"
        if self.unit not in (self.base, self.to):
            told += f" × {plain(self.holds)} {self.base} per {self.unit}"
        if self.to not in (self.base, self.unit):
            told += f" ÷ {plain(self.to_holds)} {self.base} per {self.to}"
        equals = "≈" if self.is_rounded else "="
        return f"{told} {equals} {plain(self.result)} {self.to}; rounded to {plain(self.precision)}"

    @property
    def rounding(self) -> str:
        """Say what the rounding took; "" when nothing was rounded."""
        if not self.is_rounded:
            return ""
        left = plain(self.exact.quantize(SHOWN, context=EXACT))
        return (
            f"Exactly it would be {left} {self.to}. Business Central counts {self.to} of this item in steps "
            f"of {plain(self.precision)}."
        )


def measures(item: Item) -> list[Measure]:
    """List an item's units, the base unit first and then by what they hold."""
    rows = {
        row.unit: row
        for row in ItemUnit.objects.filter(
            company_id=item.company_id, item_number=item.number, deleted_at=None
        )
    }
    codes = {item.base_unit, *rows} - {""}
    known = {
        unit.code: unit
        for unit in Unit.objects.filter(company_id=item.company_id, code__in=codes, deleted_at=None)
    }
    listed = [_measure(code, rows.get(code), known.get(code), item) for code in codes]
    return sorted(listed, key=lambda each: (not each.is_base, each.per_base, each.code))


def conversion(company: Company, item: str, quantity: Decimal, unit: str, to: str) -> Conversion:
    """Convert a quantity and keep the sum; raises NoConversion. An item's own steps round the result.

    BC rounds half away from zero: to the step of the unit where the item has one, else to five decimals.
    """
    holds, to_holds = per_base(company, item, unit), per_base(company, item, to)
    exact = EXACT.divide(EXACT.multiply(quantity, holds), to_holds)
    step = _step(company, item, to) or FINEST
    here = Item.objects.filter(company=company, number=item, deleted_at=None)
    return Conversion(
        quantity=quantity,
        unit=unit,
        to=to,
        base=here.values_list("base_unit", flat=True).first() or "",
        holds=holds,
        to_holds=to_holds,
        exact=exact,
        precision=step,
        result=in_steps(exact, step),
    )


def in_steps(quantity: Decimal, step: Decimal) -> Decimal:
    """Round to a multiple of a step, halves away from zero."""
    steps = EXACT.divide(quantity, step).to_integral_value(rounding=EXACT.rounding)
    return EXACT.multiply(steps, step)


def code_for(company: Company, written: str) -> str:
    """Give the company's unit that is meant by its own code or by a UN/ECE code; unknown ones stay."""
    units = Unit.objects.filter(company=company, deleted_at=None).order_by("code")
    codes: Sequence[tuple[str, str]] = list(units.values_list("code", "international_code"))
    if not written or any(code == written for code, _ in codes):
        return written
    return next((code for code, international in codes if _means(international, written)), written)


def plain(value: Decimal) -> str:
    """Write a number without idle zeros."""
    return f"{value.normalize(EXACT):f}"


def _means(international: str, written: str) -> bool:
    return bool(international) and rec20.same(international, written)


def _measure(code: str, row: ItemUnit | None, unit: Unit | None, item: Item) -> Measure:
    is_base = code == item.base_unit
    return Measure(
        code=code,
        name=unit.name if unit else "",
        per_base=ONE if row is None or is_base else row.per_base,
        precision=row.rounding_precision if row else Decimal(0),
        bc_code=unit.international_code if unit else "",
        is_base=is_base,
    )


def _step(company: Company, item: str, unit: str) -> Decimal:
    rows = ItemUnit.objects.filter(company=company, item_number=item, unit=unit, deleted_at=None)
    return rows.values_list("rounding_precision", flat=True).first() or Decimal(0)
