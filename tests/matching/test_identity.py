"""Whose invoice it is, whether it was here before, which order its lines mean, services and credits."""

from __future__ import annotations

import pytest

from .asking import (
    ask,
    codes,
    confirmation,
    figures,
    invoice,
    invoice_line,
    only,
    order,
    order_line,
    receipt,
    receipt_line,
    return_,
    rule,
)

TWO_WAY = [{"vendor": None, "item": None, "level": "two_way"}]
FAMILY = [{"number": "NORD", "family": "N"}, {"number": "NORD-2", "family": "N"}, {"number": "SUD"}]


def before(**changes) -> dict:
    return invoice(**{"number": "R-1", "date": "2026-03-01", "state": "posted", **changes})


@pytest.mark.parametrize("missing", ["number", "vendor", "date", "total"])
def test_what_cannot_be_read_is_not_matched(missing):
    given = ask(invoice={**invoice(), missing: None}, receipts=[])

    assert (given["outcome"], codes(given)) == ("unreadable", ["UNREADABLE"])
    assert given["findings"][0]["sentence"] == f"The invoice has no {missing} that could be read."


@pytest.mark.parametrize("base", ["0", "-100"])
def test_a_price_per_nothing_is_unreadable(base):
    on_invoice = ask(invoice=invoice({**invoice_line(), "price_base": base}))
    on_order = ask(orders=[order(order_line(price_base=base))])

    assert on_invoice["outcome"] == on_order["outcome"] == "unreadable"


def test_a_vendor_of_the_family_bills_for_another():
    assert codes(ask(vendors=FAMILY, invoice=invoice(vendor="NORD-2"))) == []
    assert codes(ask(vendors=FAMILY, invoice=invoice(vendor="SUD"))) == ["VENDOR"]


@pytest.mark.parametrize(
    ("number", "type_", "vendor", "found"),
    [
        ("R-900", "invoice", "NORD", ["DUPLICATE"]),
        (" r-900 ", "invoice", "NORD", ["DUPLICATE"]),
        ("R-900", "invoice", "NORD-2", ["DUPLICATE"]),
        ("R-900", "credit_memo", "NORD", []),
        ("R-900", "invoice", "SUD", []),
        ("R 0900", "invoice", "NORD", ["NEAR_DUPLICATE"]),
        ("R-901", "invoice", "NORD", []),
    ],
)
def test_the_same_number_family_and_kind_is_a_duplicate(number, type_, vendor, found):
    line = invoice_line(order="PO-1", order_line=None, item="", description="x", quantity="1", unit_price="3")
    known = before(number=number, type=type_, vendor=vendor, order=None, lines=[line], total="3")

    given = ask(vendors=FAMILY, earlier=[known])

    assert codes(given) == found
    assert given["outcome"] == {"DUPLICATE": "blocked", "NEAR_DUPLICATE": "warning"}.get(
        "".join(found), "clean"
    )


@pytest.mark.parametrize(("days", "found"), [(19, ["NEAR_DUPLICATE"]), (18, [])])
def test_the_same_amount_within_the_days_is_a_near_duplicate(days, found):
    given = ask(levels=TWO_WAY, earlier=[before()], options={"near_duplicate_days": days})

    assert codes(given) == found  # 1 to 20 March


def test_the_same_file_is_a_near_duplicate_whatever_it_says():
    known = before(vendor="SUD", total="1", file_sha256="AB" * 32, type="credit_memo")

    given = ask(earlier=[known], levels=TWO_WAY, invoice=invoice(file_sha256="ab" * 32))

    assert "it is the same file" in only(given, "NEAR_DUPLICATE")["sentence"]


@pytest.mark.parametrize(
    ("blocked", "said"), [("payment", "blocked for payment"), ("all", "blocked for everything")]
)
def test_a_vendor_blocked_in_the_ledger_blocks(blocked, said):
    given = ask(vendors=[{"number": "NORD", "blocked": blocked}])

    assert said in only(given, "VENDOR_BLOCKED")["sentence"]


@pytest.mark.parametrize(
    ("state", "found", "outcome"),
    [
        ("closed", ["ORDER_CLOSED"], "blocked"),
        ("cancelled", ["ORDER_CLOSED"], "blocked"),
        ("unapproved", ["ORDER_NOT_APPROVED"], "blocked"),
        ("open", [], "clean"),
    ],
)
def test_only_an_open_order_may_be_billed(state, found, outcome):
    given = ask(orders=[order(state=state)])

    assert (codes(given), given["outcome"]) == (found, outcome)


def test_an_invoice_older_than_its_order_warns():
    given = ask(invoice=invoice(date="2026-03-01"))

    assert (codes(given), given["outcome"]) == (["INVOICE_BEFORE_ORDER"], "warning")


# --- which line is meant ---


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"order": None, "order_line": None}, []),
        ({"order": None, "order_line": 1}, []),
        ({"order_line": 9}, ["NOT_ON_ORDER"]),
        ({"order": "PO-99"}, ["NOT_ON_ORDER"]),
        ({"item": "ROPE"}, ["NOT_ON_ORDER"]),
        ({"order_line": None, "item": "", "description": "Some belts"}, ["DESCRIPTION_ONLY"]),
    ],
)
def test_a_line_is_found_by_number_or_item_and_never_guessed(line, found):
    given = ask(invoice=invoice(invoice_line(**line), order=None))

    assert codes(given) == found


def test_an_item_on_two_lines_is_ambiguous():
    given = ask(orders=[order(order_line(1), order_line(2))], invoice=invoice(invoice_line(order_line=None)))

    assert codes(given) == ["AMBIGUOUS"]
    assert "it could be order PO-77 line 1 and PO-77 line 2. Choose one." in given["findings"][0]["sentence"]


# --- services ---

SERVICE = order_line(kind="service", item="", unit="", quantity="1", unit_price="800.00")


def service(*confirmed: dict, billed: str = "800.00", **parts) -> dict:
    line = invoice_line(item="", unit="", quantity="1", unit_price=billed)
    return ask(
        orders=[order(SERVICE)], receipts=[], confirmations=list(confirmed), invoice=invoice(line), **parts
    )


@pytest.mark.parametrize(
    ("limit", "effect"),
    [({"amount": "50"}, "info"), ({"amount": "49.99"}, "block"), ({"percent": "6"}, "block")],
)
def test_a_service_is_held_against_all_that_was_accepted(limit, effect):
    given = service(
        confirmation(amount="500.00"),
        confirmation(amount="250.00", number="SC-2"),
        confirmation(amount="90.00", number="SC-3", accepted=False),
        rules=[rule("accepted_amount", upper=limit)],
    )

    assert figures(only(given, "AMOUNT_OVER_ACCEPTED")) == (
        "750.00",
        "800.00",
        "50.00",
        "6.666666667",
        "50.00",
    )
    assert given["findings"][0]["effect"] == effect


def test_a_confirmed_quantity_counts_at_the_orders_price():
    given = service(confirmation(quantity="0.5"), rules=[rule("accepted_amount", upper={"amount": "0"})])

    assert figures(only(given, "AMOUNT_OVER_ACCEPTED"))[:3] == ("400.00", "800.00", "400.00")


@pytest.mark.parametrize("name", ["none", "two_way"])
def test_a_service_below_three_way_needs_no_acceptance(name):
    assert service(levels=[{"vendor": None, "item": None, "level": name}])["findings"] == []


def test_a_described_service_goes_to_the_line_with_just_its_amount_confirmed():
    line = invoice_line(
        order_line=None, item="", unit="", quantity="1", unit_price="800.00", description="Lift"
    )

    given = ask(
        orders=[order(SERVICE, {**SERVICE, "line": 2})],
        receipts=[],
        confirmations=[confirmation(1, amount="700.00"), confirmation(2, amount="800.00", number="SC-2")],
        invoice=invoice(line),
    )

    assert given["lines"] == [{"line": 1, "outcome": "warning", "order": "PO-77", "order_line": 2}]


def test_a_confirmation_that_cannot_be_valued_proposes_nothing():
    line = invoice_line(
        order_line=None, item="", unit="", quantity="1", unit_price="800.00", description="Lift"
    )

    given = ask(
        orders=[order(SERVICE)],
        confirmations=[
            confirmation(quantity="1", amount=None)
            | {"lines": [{"order_line": 1, "quantity": "1", "unit": "DAY"}]}
        ],
        invoice=invoice(line),
    )

    assert (codes(given), given["outcome"]) == (["DESCRIPTION_ONLY"], "blocked")


# --- credits ---


def credit(quantity: str, **parts) -> dict:
    memo = invoice(invoice_line(quantity=quantity), number="C-9", type="credit_memo")
    return ask(invoice=memo, **parts)


def test_a_credit_answers_to_what_went_back():
    billed = {"earlier": [before()], "returns": [return_("5")]}

    assert credit("5", **billed)["outcome"] == "clean"
    over = only(credit("6", **billed), "OVER_CREDIT")
    assert figures(over) == ("5", "6", "1", "20", "7.50")
    assert over["effect"] == "block"


def test_a_credit_given_before_counts():
    given_before = before(number="C-1", type="credit_memo", lines=[invoice_line(quantity="3")], total="22.50")

    given = credit("3", earlier=[before(), given_before], returns=[return_("5")])

    assert figures(only(given, "OVER_CREDIT"))[:3] == ("5", "6", "1")


def test_what_a_credit_memo_pays_is_negative():
    assert credit("5", earlier=[before()], returns=[return_("5")])["payable"] == "-37.50"


def test_a_negative_line_is_judged_by_itself_and_makes_no_room():
    lines = [invoice_line(1, quantity="44"), invoice_line(2, order_line=1, quantity="-4")]

    given = ask(
        rules=[rule("quantity_received", upper={"percent": "0"})],
        receipts=[receipt(receipt_line("40"))],
        invoice=invoice(*lines),
    )

    assert [(f["code"], f["line"], f["variance"]) for f in given["findings"]] == [
        ("OVER_RECEIVED", 1, "4"),
        ("OVER_CREDIT", 2, "4"),
    ]


def test_an_advance_and_a_released_retention_are_matched_with_nothing():
    for kind in ("prepayment", "retention_release"):
        given = ask(receipts=[], invoice=invoice(type=kind))

        assert (given["outcome"], given["findings"]) == ("clean", [])
