"""The leakage meter on figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal

from reconciliation.matching import answer, case_from, match
from tests.matching.asking import (
    invoice,
    invoice_line,
    order,
    order_line,
    question,
    receipt,
    receipt_line,
    rule,
)

ANY = {"percent": "100"}


def leaks_of(case):
    from reconciliation.leakage import leaks

    read = case_from(case)
    found = leaks(read, answer(match(read)))
    return None if found is None else {(rule.check, rule.scope): amount for rule, amount in found.items()}


def dearer(*rules, lines=1, charges=(), total=None, **more):
    """Ask about belts ordered at 5.00 and billed at 6.00, ten on each line, all received."""
    numbers = range(1, lines + 1)
    return question(
        orders=[order(*(order_line(number, quantity="10", unit_price="5.00") for number in numbers))],
        receipts=[receipt(*(receipt_line("10", number) for number in numbers))],
        invoice=invoice(
            *(
                invoice_line(number, order_line=number, quantity="10", unit_price="6.00", amount="60.00")
                for number in numbers
            ),
            charges=list(charges),
            total=total or str(60 * lines + sum(Decimal(charge["amount"]) for charge in charges)),
            **more,
        ),
        rules=list(rules),
    )


def test_a_line_counts_once_with_its_largest_difference():
    case = dearer(rule("price", upper=ANY), rule("line_total", upper=ANY))

    assert leaks_of(case) == {("price", "the company"): Decimal("10.00")}


def test_lines_and_charges_are_added_up():
    freight = {"code": "FREIGHT", "amount": "7.00"}
    case = dearer(rule("price", upper=ANY), rule("charge", upper={"amount": "9"}), lines=2, charges=[freight])

    assert leaks_of(case) == {("price", "the company"): 20, ("charge", "the company"): 7}


def test_what_the_totals_show_beyond_the_lines_is_put_down_to_the_totals():
    freight = {"code": "FREIGHT", "amount": "7.00"}
    case = dearer(rule("price", upper=ANY), rule("total", upper={}), charges=[freight])

    assert leaks_of(case) == {("price", "the company"): 10, ("total", "the company"): 7}


def test_totals_that_say_the_same_as_the_lines_are_not_counted_again():
    case = dearer(rule("price", upper=ANY), rule("total", code="lines", upper=ANY))

    assert leaks_of(case) == {("price", "the company"): 10}


def test_the_rule_is_named_by_its_scope():
    case = dearer(rule("price", upper={"percent": "0"}), rule("price", item="BELT", upper=ANY))

    assert leaks_of(case) == {("price", "item BELT"): 10}


def test_tax_is_left_out():
    case = dearer(rule("tax", upper={}), rule("total", upper={}), tax="12.00", total="72.00")

    assert leaks_of(case) == {("total", "the company"): 10}


def test_what_is_held_leaks_nothing():
    assert leaks_of(dearer(rule("price", upper={"percent": "19"}))) == {}


def test_what_a_person_released_is_not_the_rules_leak():
    case = dearer(rule("price", upper={"percent": "19"}))
    case["overrides"] = [{"code": "PRICE_OVER", "line": 1, "quantity": None, "amount": "10.00"}]

    assert leaks_of(case) == {}


def test_foreign_money_counts_in_company_currency_at_the_orders_day():
    case = dearer(rule("price", upper=ANY), currency="SEK")
    case["orders"][0]["currency"] = "SEK"
    case["rates"] = [
        {"currency": "SEK", "from": "2026-01-01", "exchange_amount": "100", "relational_amount": "9"},
        {"currency": "SEK", "from": "2026-03-10", "exchange_amount": "100", "relational_amount": "8"},
    ]

    assert leaks_of(case) == {("price", "the company"): Decimal("0.90")}


def test_foreign_money_without_a_rate_is_not_made_up():
    case = dearer(rule("price", upper=ANY), currency="SEK")
    case["orders"][0]["currency"] = "SEK"
    case["rates"] = []

    assert leaks_of(case) is None
