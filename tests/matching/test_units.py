"""Which unit an order line is compared in, and what the other units are worth in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciliation.matching.facts import Item, ItemUnit
from reconciliation.matching.units import Frame, UnitTable

FILTER = Item("FILTER", "PCS", Decimal("0.01"))
OIL = Item("OIL")  # without a base unit
BOX, PALLET = ItemUnit("FILTER", "BOX", Decimal(12)), ItemUnit("FILTER", "PAL", Decimal(480))
CAN, DRUM = ItemUnit("OIL", "CAN", Decimal(5)), ItemUnit("OIL", "DRUM", Decimal(200))


def frame(number: str, unit: str, *units: ItemUnit) -> Frame:
    return UnitTable([FILTER, OIL], units or (BOX, PALLET, CAN, DRUM)).frame(number, unit)


@pytest.mark.parametrize(
    ("number", "unit", "compared_in", "order_unit"),
    [
        ("FILTER", "BOX", "PCS", "BOX"),
        ("FILTER", "PCS", "PCS", "PCS"),
        ("FILTER", "", "PCS", "PCS"),  # a blank unit is the base unit
        ("FILTER", "CRATE", "CRATE", "CRATE"),  # leads nowhere
        ("OIL", "DRUM", "DRUM", "DRUM"),  # no base unit to lead to
        ("OIL", "", "", ""),
        ("NEW", "M", "M", "M"),  # an item that nobody describes
    ],
)
def test_the_unit_of_an_order_line(number: str, unit: str, compared_in: str, order_unit: str) -> None:
    found = frame(number, unit)

    assert (found.unit, found.order_unit) == (compared_in, order_unit)


@pytest.mark.parametrize(
    ("number", "ordered_in", "quantity", "unit", "compared"),
    [
        ("FILTER", "BOX", "2", "BOX", "24"),
        ("FILTER", "BOX", "2", "", "24"),  # a blank unit is the order's
        ("FILTER", "BOX", "2", None, "24"),
        ("FILTER", "BOX", "30", "PCS", "30"),
        ("FILTER", "PCS", "1", "PAL", "480"),
        ("FILTER", "BOX", "1", "CRATE", None),
        ("FILTER", "CRATE", "3", "CRATE", "3"),
        ("FILTER", "CRATE", "3", "BOX", None),
        ("OIL", "DRUM", "40", "CAN", "1.000"),
        ("OIL", "CAN", "1", "DRUM", "40"),
        ("NEW", "M", "7", "M", "7"),
        ("NEW", "M", "7", "CM", None),
    ],
)
def test_a_quantity_in_another_unit(
    number: str, ordered_in: str, quantity: str, unit: str | None, compared: str | None
) -> None:
    found = frame(number, ordered_in).to_base(Decimal(quantity), unit)

    assert found == (None if compared is None else Decimal(compared))


@pytest.mark.parametrize("factor", ["0", "-1"])
def test_a_factor_of_nothing_converts_nothing(factor: str) -> None:
    found = frame("FILTER", "BOX", ItemUnit("FILTER", "BOX", Decimal(factor)))

    assert (found.unit, found.factor("PCS")) == ("BOX", None)


def test_a_base_unit_is_one_of_itself_whatever_is_said_of_it() -> None:
    assert frame("FILTER", "PCS", ItemUnit("FILTER", "PCS", Decimal(3))).factor("PCS") == 1


def test_of_two_factors_for_a_unit_the_later_counts() -> None:
    assert frame("FILTER", "BOX", BOX, ItemUnit("FILTER", "BOX", Decimal(10))).factor("BOX") == 10


@pytest.mark.parametrize(
    ("number", "variance", "is_crumb"),
    [
        ("FILTER", "0", True),
        ("FILTER", "0.009", True),
        ("FILTER", "-0.009", True),
        ("FILTER", "0.01", False),
        ("FILTER", "-0.01", False),
        ("OIL", "0", True),
        ("OIL", "0.0001", False),
        ("NEW", "0.0001", False),
    ],
)
def test_less_than_an_item_is_counted_in_is_nothing(number: str, variance: str, is_crumb: bool) -> None:
    assert frame(number, "X").is_crumb(Decimal(variance)) is is_crumb
