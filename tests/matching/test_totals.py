"""Totals, tax, charges and the stops that weigh a whole invoice."""

from __future__ import annotations

import pytest

from .asking import ask, codes, figures, invoice, invoice_line, only, order, order_line, rule, strict

TOTAL = strict("total")
FREIGHT = [{"code": "FREIGHT", "amount": "20.00"}]
HALF = invoice_line(quantity="20")


def subjects(given: dict) -> dict[str, tuple[str, str]]:
    return {f["subject"]: (f["base"], f["actual"]) for f in given["findings"] if f["code"] == "TOTAL"}


def test_the_order_counts_in_proportion_to_what_is_invoiced():
    given = ask(
        rules=strict("total", "tax"),
        orders=[order(order_line(), discount="30.00", tax="51.30", rounding="0.10")],
        invoice=invoice(HALF, discount="15.00", tax="25.65", rounding="0.05"),
    )

    # 150 of 300: half of each
    assert (given["outcome"], given["findings"]) == ("clean", [])
    assert given["payable"] == "160.70"


def test_each_total_is_told_with_what_was_expected():
    given = ask(
        rules=TOTAL,
        orders=[order(order_line(), charges=FREIGHT, discount="30.00", tax="51.30")],
        invoice=invoice(
            invoice_line(unit_price="8.00"),
            charges=[{"code": "FREIGHT", "amount": "25.00"}],
            discount="10.00",
            tax="60.00",
            rounding="0.02",
        ),
    )

    assert subjects(given) == {
        "lines": ("300.00", "320.00"),
        "discount": ("30.00", "10.00"),
        "charges": ("20.00", "25.00"),
        "tax": ("51.30", "60.00"),
        "rounding": ("0", "0.02"),
        "invoice": ("341.30", "395.02"),  # 300 − 30 + 20 + 51.30
    }


@pytest.mark.parametrize(
    ("tax", "code", "sums"),
    [
        ("60.00", "TAX_OVER", ("57.00", "60.00", "3.00", "5.263157895", "3.00")),
        ("54.00", "TAX_UNDER", ("57.00", "54.00", "-3.00", "-5.263157895", "-3.00")),
    ],
)
def test_tax_has_a_reason_for_each_side(tax, code, sums):
    given = ask(
        rules=[rule("tax", upper={"amount": "1"}, lower={"amount": "1"}, below="block")],
        orders=[order(order_line(), tax="57.00")],
        invoice=invoice(tax=tax),
    )

    assert figures(only(given, code)) == sums
    assert given["outcome"] == "blocked"


def test_another_tax_code_cannot_be_inside_a_limit():
    given = ask(
        rules=[rule("tax")],
        orders=[order(order_line(tax_code="S19"))],
        invoice=invoice(invoice_line(tax_code="S7")),
    )

    assert [(f["code"], f["line"], f["effect"]) for f in given["findings"]] == [("TAX_CODE", 1, "block")]


@pytest.mark.parametrize(
    ("amount", "found"), [("300.02", []), ("299.98", []), ("300.03", ["ARITHMETIC"]), ("299", ["ARITHMETIC"])]
)
def test_a_line_is_computed_rightly_but_for_two_cents(amount, found):
    given = ask(invoice=invoice(invoice_line(amount=amount)))

    assert codes(given) == found


def test_the_slack_of_the_total_grows_with_its_lines():
    lines = [invoice_line(1, quantity="20"), invoice_line(2, order_line=1, quantity="20")]

    assert codes(ask(invoice=invoice(*lines, total="300.04"))) == []
    wrong = only(ask(invoice=invoice(*lines, total="300.05")), "ARITHMETIC")
    assert figures(wrong) == ("300.00", "300.05", "0.05", "0.016666667", "0.05")
    assert wrong["sentence"] == (
        "The invoice says 300.05 EUR, its figures make 300.00 EUR: 0.05 EUR too much."
    )


def test_a_charge_is_held_against_its_plan_over_all_invoices():
    given = ask(
        rules=strict("charge"),
        orders=[order(order_line(), charges=FREIGHT)],
        earlier=[
            invoice(
                invoice_line(quantity="10"),
                number="R-1",
                state="posted",
                charges=[{"code": "FREIGHT", "amount": "15.00"}],
            )
        ],
        invoice=invoice(HALF, charges=[{"code": "FREIGHT", "amount": "8.00"}]),
    )

    assert figures(only(given, "CHARGE_OVER")) == ("20.00", "23.00", "3.00", "15", "3.00")
    assert only(given, "CHARGE_OVER")["subject"] == "FREIGHT"


def test_a_charge_nobody_planned_has_no_percent():
    given = ask(
        rules=[rule("charge", upper={"percent": "500"})],
        invoice=invoice(charges=[{"code": "PALLET", "amount": "5.00"}]),
    )

    assert figures(only(given, "UNPLANNED_CHARGE")) == ("0", "5.00", "5.00", None, "5.00")
    assert given["outcome"] == "blocked"


RATES = [
    {"currency": "USD", "from": "2026-01-01", "exchange_amount": "100", "relational_amount": "90"},
    {"currency": "USD", "from": "2026-03-15", "exchange_amount": "100", "relational_amount": "99"},
]


@pytest.mark.parametrize(("percent", "effect"), [("10", "info"), ("9.9", "block")])
def test_a_moved_exchange_rate_is_weighed_in_ledger_currency(percent, effect):
    given = ask(
        rules=[rule("rate", upper={"percent": percent})],
        rates=RATES,
        orders=[order(currency="USD")],
        invoice=invoice(currency="USD"),
    )

    # 300 USD were 270.00 and are 297.00 EUR
    assert figures(only(given, "RATE")) == ("270.00", "297.00", "27.00", "10", "27.00")
    assert only(given, "RATE")["effect"] == effect


def test_a_day_without_a_rate_blocks():
    given = ask(rules=[rule("rate")], orders=[order(currency="SEK")], invoice=invoice(currency="SEK"))

    assert only(given, "RATE")["sentence"] == "There is no exchange rate from SEK to EUR on 2026-03-02."
    assert given["outcome"] == "blocked"


@pytest.mark.parametrize(("limit", "effect"), [("1500", "info"), ("1499.99", "block")])
def test_too_early_weighs_amount_times_days(limit, effect):
    given = ask(
        rules=[rule("early", upper={"amount": limit})],
        orders=[order(order_line(delivery_date="2026-03-25"))],
    )

    assert only(given, "EARLY")["amount"] == "1500.00"  # 300 × 5 days
    assert only(given, "EARLY")["effect"] == effect


@pytest.mark.parametrize(("ceiling", "found"), [("300", []), ("299.99", ["LARGE_AMOUNT"])])
def test_a_large_amount_stops(ceiling, found):
    given = ask(rules=[rule("large_amount", upper={"amount": ceiling})])

    assert codes(given) == found


def test_retention_lowers_what_is_payable_and_not_what_is_matched():
    given = ask(rules=TOTAL, invoice=invoice(retention_percent="5"))

    assert (given["outcome"], given["payable"], given["retained"]) == ("clean", "285.00", "15.00")


def test_a_sample_holds_only_what_nothing_else_holds():
    share = {"sample_percent": "100"}

    drawn = ask(options=share)
    held = ask(options=share, receipts=[])

    assert (codes(drawn), drawn["outcome"]) == (["SAMPLE"], "blocked")
    assert codes(held) == ["NO_RECEIPT"]
