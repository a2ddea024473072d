"""The arithmetic under every figure: rounded where it is said, exact everywhere else, however long it is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

import pytest

from reconciliation.matching import exact

LONG = "9" * 130
THIRD = Decimal("0." + "3" * 60)
Rounding = Callable[[Decimal], Decimal]


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        ("1.005", 2, "1.00"),  # half to even, unless said otherwise
        ("1.015", 2, "1.02"),
        ("-1.015", 2, "-1.02"),
        ("1", 2, "1.00"),
        ("15", -1, "2E+1"),
        ("0", 3, "0.000"),
        (f"{LONG}.5", 0, "1" + "0" * 130),
        (f"{LONG}.4", 0, LONG),
        (LONG, 2, f"{LONG}.00"),
        ("9" * 118, 2, "9" * 118 + ".00"),  # just as long as the context
        ("9" * 119, 2, "9" * 119 + ".00"),
        ("9" * 117 + ".999", 2, "1" + "0" * 117 + ".00"),  # grows by a digit
    ],
)
def test_a_figure_is_rounded_to_so_many_decimals(value: str, places: int, written: str) -> None:
    assert str(exact.rounded(Decimal(value), places)) == written


def test_the_way_of_rounding_can_be_said() -> None:
    assert exact.rounded(Decimal("1.005"), 2, ROUND_HALF_UP) == Decimal("1.01")
    assert exact.rounded(Decimal("1.009"), 2, ROUND_DOWN) == Decimal("1.00")


@pytest.mark.parametrize(
    ("value", "settled"),
    [
        (THIRD, "0." + "3" * 20),
        (Decimal("1e-20"), "1E-20"),  # twenty decimals are no crumb
        (Decimal("1e-21"), "0E-20"),
        (Decimal("1.5e-20"), "2E-20"),  # however a figure is written, its decimals count
        (Decimal("1.000000000000000000005"), "1.00000000000000000000"),  # half to even
        (Decimal("1.000000000000000000015"), "1.00000000000000000002"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1e3"), "1E+3"),
    ],
)
def test_crumbs_of_a_division_are_taken_off(value: Decimal, settled: str) -> None:
    assert str(exact.settle(value)) == settled


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("1.0000000005", "1.000000001"),  # half up
        ("-1.0000000005", "-1.000000001"),
        ("1.00000000049", "1"),
        ("1.123456789", "1.123456789"),
        ("1.120000000", "1.120000000"),  # shorter figures keep their own
        ("1.2000000001", "1.2"),
        ("1e-10", "0"),
        ("1.5e-10", "0"),
    ],
)
def test_an_answer_carries_nine_decimals(value: str, told: str) -> None:
    assert str(exact.shown(Decimal(value))) == told


@pytest.mark.parametrize(
    ("value", "short"),
    [
        ("12.500", "12.5"),
        ("12.000", "12"),
        ("1200", "1200"),
        ("1.2E+3", "1200"),
        ("0.000", "0"),
        ("0E+2", "0"),
        ("-0.10", "-0.1"),
        (f"{LONG}.10", f"{LONG}.1"),
        (f"{'1' + '0' * 129}.0", "1" + "0" * 129),
        ("9" * 118 + ".90", "9" * 118 + ".9"),
        ("9" * 119 + ".90", "9" * 119 + ".9"),
    ],
)
def test_zeros_after_the_point_are_dropped_and_no_digit_else(value: str, short: str) -> None:
    assert str(exact.trimmed(Decimal(value))) == short


@pytest.mark.parametrize(
    ("value", "plain", "money"),
    [
        ("0", "0", "0"),
        ("0.00", "0", "0"),
        ("-0.00", "0", "0"),  # nothing has no sign
        ("5", "5", "5.00"),
        ("5.1", "5.1", "5.10"),
        ("5.10", "5.1", "5.10"),
        ("5.125", "5.125", "5.125"),
        ("1E+2", "100", "100.00"),
        ("1E-7", "0.0000001", "0.0000001"),
        ("-3", "-3", "-3.00"),
        (LONG, LONG, f"{LONG}.00"),
    ],
)
def test_figures_are_written_without_an_exponent(value: str, plain: str, money: str) -> None:
    assert exact.plain(Decimal(value)) == plain
    assert exact.money(Decimal(value)) == money


@pytest.mark.parametrize(("value", "cents"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00")])
def test_cents_are_rounded_half_up(value: str, cents: str) -> None:
    assert str(exact.to_cents(Decimal(value))) == cents


@pytest.mark.parametrize("work", [exact.settle, exact.shown, exact.trimmed, exact.money])
def test_what_is_no_figure_is_refused(work: Rounding) -> None:
    with pytest.raises(InvalidOperation, match="Infinity is no figure"):
        work(Decimal("Infinity"))


@pytest.mark.parametrize("work", [exact.settle, exact.shown, exact.trimmed, exact.to_cents])
def test_the_callers_own_context_changes_nothing(work: Rounding) -> None:
    value = Decimal("123456.7890000000000000000000001")
    expected = work(value)

    with localcontext() as narrow:
        narrow.prec = 3
        assert str(work(value)) == str(expected)


def test_the_context_holds_long_products_and_refuses_what_is_no_figure() -> None:
    assert exact.CONTEXT.multiply(Decimal("9" * 60), Decimal("9" * 60)) == int("9" * 60) ** 2
    assert str(exact.CONTEXT.divide(Decimal(1), Decimal(3))) == "0." + "3" * 120
    assert str(exact.CONTEXT.divide(Decimal(5), Decimal("9" * 119))).startswith("5.0000")
    for refused in (lambda: exact.CONTEXT.divide(Decimal(1), Decimal(0)), lambda: exact.CONTEXT.sqrt(-1)):
        with pytest.raises(ArithmeticError):
            refused()
    with pytest.raises(ArithmeticError):
        exact.CONTEXT.power(Decimal(10), Decimal(10**20))
