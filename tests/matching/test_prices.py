"""Prices: net against net, whatever unit, base, discount or charge they are written with."""

from __future__ import annotations

import pytest

from .asking import (
    ask,
    codes,
    figures,
    invoice,
    invoice_line,
    only,
    order,
    order_line,
    receipt,
    receipt_line,
    rule,
    strict,
)

PRICE = strict("price")


@pytest.mark.parametrize(
    ("ordered", "billed"),
    [
        # per hundred against each
        ({"unit_price": "750", "price_base": "100"}, {"unit_price": "7.50"}),
        ({"unit_price": "7.50"}, {"unit_price": "7500", "price_base": "1000"}),
        # a discount on the line against a net price
        ({"unit_price": "8.00", "discount": "20.00"}, {"unit_price": "7.50"}),
        ({"unit_price": "7.50"}, {"unit_price": "8.00", "discount": "20.00"}),
        # a planned charge billed with the line
        (
            {"charges": [{"code": "CUT", "amount": "8.00"}]},
            {"charges": [{"code": "CUT", "amount": "8.00"}]},
        ),
        # the same charge inside the price
        ({"charges": [{"code": "CUT", "amount": "8.00"}]}, {"unit_price": "7.70"}),
        # a planned charge not billed here is no lower price
        ({"charges": [{"code": "CUT", "amount": "8.00"}]}, {}),
    ],
)
def test_equal_net_prices_have_no_difference(ordered, billed):
    given = ask(
        rules=[rule("price", upper={"percent": "0"}, lower={"percent": "0"}, below="block")],
        orders=[order(order_line(**ordered))],
        invoice=invoice(invoice_line(**billed)),
    )

    assert (given["outcome"], given["findings"]) == ("clean", [])


@pytest.mark.parametrize(
    ("unit", "quantity", "price", "percent", "amount"),
    [("PCS", "40", "8.10", "8", "24.00"), ("BOX", "4", "81.00", "8", "24.00")],
)
def test_the_amount_is_the_difference_times_what_is_invoiced(unit, quantity, price, percent, amount):
    given = ask(
        rules=PRICE,
        units=[{"item": "BELT", "unit": "BOX", "per_base": "10"}],
        invoice=invoice(invoice_line(unit=unit, quantity=quantity, unit_price=price)),
    )

    assert figures(only(given, "PRICE_OVER")) == ("7.50", "8.10", "0.60", percent, amount)


def test_a_part_delivery_is_worth_its_part():
    given = ask(rules=PRICE, invoice=invoice(invoice_line(quantity="10", unit_price="8.10")))

    assert only(given, "PRICE_OVER")["amount"] == "6.00"


def test_a_missing_discount_is_told_beside_the_price_it_raises():
    given = ask(
        rules=PRICE,
        orders=[order(order_line(discount="30.00"))],
        invoice=invoice(invoice_line(quantity="20")),
    )

    # 300 − 30 = 270 for 40, so 6.75 each; half the discount belongs to half the belts
    assert figures(only(given, "PRICE_OVER")) == ("6.75", "7.50", "0.75", "11.111111111", "15.00")
    assert figures(only(given, "DISCOUNT"))[:3] == ("15.00", "0", "-15.00")
    assert only(given, "DISCOUNT")["amount"] == "15.00"


def test_an_order_without_a_price_is_never_inside_a_limit():
    given = ask(
        rules=[rule("price", upper={"percent": "50", "amount": "1000"})],
        orders=[order(order_line(unit_price="0"))],
        invoice=invoice(invoice_line(unit_price="1.00")),
    )

    assert figures(only(given, "ZERO_ORDER_PRICE")) == ("0", "1.00", "1.00", None, "40.00")
    assert given["outcome"] == "blocked"


def test_a_gift_warns_and_free_of_charge_on_both_sides_is_clean():
    free = invoice(invoice_line(unit_price="0"))

    given = ask(rules=PRICE, invoice=free)
    both = ask(rules=PRICE, invoice=free, orders=[order(order_line(unit_price="0"))])

    assert figures(only(given, "ZERO_INVOICE_PRICE")) == ("7.50", "0", "-7.50", "-100", "-300.00")
    assert (given["outcome"], both["outcome"]) == ("warning", "clean")


WEIGHED_LINE = order_line(unit_price="3.00", price_unit="KG", planned_ratio="2.5")  # 100 kg, 300.00


def weighed(kilos: str | None, **changes) -> dict:
    line = invoice_line(unit_price="3.00", price_quantity=kilos, **changes)
    return invoice(line)


def test_kilos_per_piece_are_compared_with_what_was_weighed():
    given = ask(
        rules=strict("price", "unit_ratio"),
        orders=[order(WEIGHED_LINE)],
        receipts=[receipt(receipt_line("40", price_quantity="98"))],
        invoice=weighed("100"),
    )

    # 98 ÷ 40 = 2.45 kg each came, 2.5 are billed: 2 kg at 3.00 too much
    assert codes(given) == ["UNIT_RATIO"]
    assert figures(only(given, "UNIT_RATIO")) == ("2.45", "2.5", "0.05", "2.040816327", "6.00")
    assert only(given, "UNIT_RATIO")["unit"] == "KG"


def test_before_any_weighing_the_plan_counts():
    given = ask(rules=strict("price", "unit_ratio"), orders=[order(WEIGHED_LINE)], invoice=weighed("104"))

    assert figures(only(given, "UNIT_RATIO")) == ("2.5", "2.6", "0.1", "4", "12.00")


def test_a_price_per_piece_meets_a_price_per_kilo():
    given = ask(
        rules=strict("price", "unit_ratio"),
        orders=[order(WEIGHED_LINE)],
        invoice=invoice(invoice_line(unit_price="7.50")),
    )

    assert given["findings"] == []


def test_a_correction_of_the_price_is_averaged_in():
    before = [
        invoice(invoice_line(unit_price="8.00", quantity="20"), number="R-1", state="posted"),
        invoice(
            {**invoice_line(quantity="0", unit_price="0"), "amount": "10.00"},
            number="C-1",
            type="credit_memo",
            total="10.00",
            state="posted",
        ),
    ]

    given = ask(
        rules=strict("price", "line_total"), earlier=before, invoice=invoice(invoice_line(quantity="20"))
    )

    # 160 − 10 + 150 for 40: 7.50 each on average
    assert given["findings"] == []
