"""Limits mean what they say, and the most specific rule is the only one that counts."""

from __future__ import annotations

import pytest

from .asking import ask, codes, invoice, invoice_line, only, order, order_line, receipt, receipt_line, rule


def over(percent_or_amount: str) -> dict:
    """Bill 40 belts at a price above 7.50."""
    return invoice(invoice_line(unit_price=percent_or_amount))


@pytest.mark.parametrize(
    ("upper", "combine", "price", "broken"),
    [
        # exactly reached is inside; a hair more is not
        ({"percent": "2"}, "all", "7.65", []),
        ({"percent": "2"}, "all", "7.65001", ["percent"]),
        ({"amount": "6"}, "all", "7.65", []),
        ({"amount": "6"}, "all", "7.65001", ["amount"]),
        # zero is a limit of zero; absent is none
        ({"percent": "0"}, "all", "7.50001", ["percent"]),
        ({"amount": "0"}, "all", "7.50001", ["amount"]),
        ({}, "all", "75", []),
        ({"percent": None, "amount": None}, "all", "75", []),
        # every stated limit must hold, or one is enough
        ({"percent": "10", "amount": "6"}, "all", "7.70", ["amount"]),
        ({"percent": "1", "amount": "100"}, "all", "7.70", ["percent"]),
        ({"percent": "1", "amount": "6"}, "all", "7.70", ["percent", "amount"]),
        ({"percent": "10", "amount": "6"}, "any", "7.70", []),
        ({"percent": "1", "amount": "100"}, "any", "7.70", []),
        ({"percent": "1", "amount": "6"}, "any", "7.70", ["percent", "amount"]),
        ({"percent": "1", "amount": None}, "any", "7.70", ["percent"]),
    ],
)
def test_upper_limits(upper, combine, price, broken):
    given = ask(rules=[rule("price", upper=upper, combine=combine)], invoice=over(price))

    finding = only(given, "PRICE_OVER")
    assert [limit["limit"] for limit in finding["broken"]] == broken
    assert finding["effect"] == ("block" if broken else "info")
    assert given["outcome"] == ("blocked" if broken else "within")


@pytest.mark.parametrize(
    ("lower", "below", "effect", "outcome"),
    [
        ({}, "block", "info", "within"),
        ({"percent": "4"}, "block", "info", "within"),
        ({"percent": "3.9"}, "ignore", "info", "within"),
        ({"percent": "3.9"}, None, "warn", "warning"),
        ({"percent": "3.9"}, "block", "block", "blocked"),
        ({"amount": "12"}, "block", "info", "within"),
        ({"amount": "11.99"}, "block", "block", "blocked"),
    ],
)
def test_lower_limits_bound_a_shortfall_by_themselves(lower, below, effect, outcome):
    stated = rule("price", upper={"percent": "0", "amount": "0"}, lower=lower, below=below)

    given = ask(rules=[stated], invoice=over("7.20"))

    finding = only(given, "PRICE_UNDER")
    assert (finding["variance"], finding["percent"], finding["amount"]) == ("-0.30", "-4", "-12.00")
    assert (finding["effect"], given["outcome"]) == (effect, outcome)


@pytest.mark.parametrize(
    ("upper", "broken"),
    [
        ({"quantity": "2"}, []),
        ({"quantity": "1.99"}, ["quantity"]),
        ({"amount": "15"}, []),
        ({"amount": "14.99"}, ["amount"]),
        ({"quantity": "0", "amount": "0", "percent": "0"}, ["percent", "amount", "quantity"]),
    ],
)
def test_a_quantity_may_be_bounded_in_units_and_in_money(upper, broken):
    given = ask(rules=[rule("quantity_received", upper=upper)], receipts=[receipt(receipt_line("38"))])

    assert [limit["limit"] for limit in only(given, "OVER_RECEIVED")["broken"]] == broken


def test_with_a_base_of_nothing_any_excess_breaks_a_percent_limit():
    given = ask(
        rules=[rule("charge", upper={"percent": "1000"})],
        invoice=invoice(charges=[{"code": "FREIGHT", "amount": "0.01"}]),
    )

    finding = only(given, "UNPLANNED_CHARGE")
    assert (finding["percent"], finding["effect"]) == (None, "block")


SCOPES = {
    "order line": {"order": "PO-77", "order_line": 1},
    "item+vendor": {"vendor": "NORD", "item": "BELT"},
    "item": {"item": "BELT"},
    "vendor": {"vendor": "NORD"},
    "company": {},
}


@pytest.mark.parametrize("narrowest", range(len(SCOPES)))
def test_only_the_most_specific_rule_applies(narrowest):
    names = list(SCOPES)[narrowest:]
    stated = [
        rule("price", upper={"percent": "100" if name != names[0] else "1"}, **SCOPES[name]) for name in names
    ]

    given = ask(rules=stated[::-1], invoice=over("8"))

    assert only(given, "PRICE_OVER")["broken"] == [{"limit": "percent", "value": "1", "rule": names[0]}]


def test_a_narrower_rule_is_not_tightened_by_a_wider_one():
    stated = [
        rule("price", upper={"amount": "0", "percent": "0"}),
        rule("price", upper={"percent": "50"}, item="BELT"),
    ]

    assert ask(rules=stated, invoice=over("8"))["outcome"] == "within"


def test_a_rule_of_another_vendor_or_item_says_nothing():
    stated = [rule("price", upper={"percent": "0"}, vendor="SUD"), rule("price", upper={}, item="ROPE")]

    assert ask(rules=stated, invoice=over("8"))["findings"] == []


def test_within_a_scope_the_rule_of_a_code_beats_the_general_one():
    stated = [
        rule("charge", upper={"amount": "0"}),
        rule("charge", upper={"amount": "50"}, code="FREIGHT"),
    ]
    charges = [{"code": "FREIGHT", "amount": "50"}, {"code": "PALLET", "amount": "50"}]

    given = ask(rules=stated, invoice=invoice(charges=charges))

    effects = {found["subject"]: found["effect"] for found in given["findings"]}
    assert effects == {"FREIGHT": "info", "PALLET": "block"}


def test_a_narrower_scope_beats_a_code():
    stated = [
        rule("charge", upper={"amount": "50"}, code="FREIGHT"),
        rule("charge", upper={"amount": "0"}, vendor="NORD"),
    ]

    given = ask(rules=stated, invoice=invoice(charges=[{"code": "FREIGHT", "amount": "50"}]))

    assert only(given, "UNPLANNED_CHARGE")["broken"][0]["rule"] == "vendor"


def test_a_check_without_a_rule_is_off():
    given = ask(
        receipts=[receipt(receipt_line("38"))],
        orders=[order(order_line(quantity="30", delivery_date="2027-01-01"), tax="10")],
        invoice=invoice(
            invoice_line(unit_price="9"), charges=[{"code": "FREIGHT", "amount": "10"}], tax="60"
        ),
    )

    assert given["findings"] == []
    assert given["outcome"] == "clean"


def test_limits_are_in_ledger_currency_at_the_order_dates_rate():
    rates = [
        {"currency": "SEK", "from": "2026-01-01", "exchange_amount": "100", "relational_amount": "8"},
        {"currency": "SEK", "from": "2026-03-15", "exchange_amount": "100", "relational_amount": "50"},
    ]

    def judged(limit: str) -> dict:
        return ask(
            rates=rates,
            orders=[order(currency="SEK")],
            rules=[rule("price", upper={"amount": limit})],
            invoice=invoice(invoice_line(unit_price="8.50"), currency="SEK"),
        )

    # 40 SEK too much are 3.20 EUR at the order's rate
    assert only(judged("3.20"), "PRICE_OVER")["effect"] == "info"
    assert only(judged("3.19"), "PRICE_OVER")["effect"] == "block"
    assert only(judged("3.19"), "PRICE_OVER")["amount"] == "40.00"


def test_an_amount_without_a_rate_cannot_be_shown_to_be_inside():
    given = ask(
        orders=[order(currency="SEK")],
        rules=[rule("price", upper={"amount": "1000000"})],
        invoice=invoice(invoice_line(unit_price="7.51"), currency="SEK"),
    )

    finding = only(given, "PRICE_OVER")
    assert finding["effect"] == "block"
    assert "There is no exchange rate for SEK" in finding["sentence"]


def test_every_reason_is_told_and_the_worst_decides():
    given = ask(
        rules=[
            rule("price", upper={"percent": "50"}),
            rule("quantity_received", upper={"percent": "0"}),
            rule("line_total", upper={"percent": "0"}),
            rule("large_amount", upper={"amount": "100"}),
        ],
        vendors=[{"number": "NORD", "blocked": "payment"}],
        orders=[order(state="closed")],
        receipts=[receipt(receipt_line("38"))],
        invoice=invoice(invoice_line(unit_price="8"), total="319"),
    )

    assert codes(given) == [
        "VENDOR_BLOCKED",
        "ORDER_CLOSED",
        "ARITHMETIC",
        "LARGE_AMOUNT",
        "OVER_RECEIVED",
        "PRICE_OVER",
        "LINE_TOTAL",
    ]
    assert given["outcome"] == "blocked"
