"""Quantities: billed against ordered, received and accepted, over all documents, in base units."""

from __future__ import annotations

import pytest

from .asking import (
    ITEM,
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
    return_,
    rule,
    strict,
)

THREE = strict("quantity_ordered", "quantity_received", "quantity_accepted")


def level(name: str) -> list[dict]:
    return [{"vendor": None, "item": None, "level": name}]


def bill(quantity: str, **changes) -> dict:
    return invoice(invoice_line(quantity=quantity), **changes)


def earlier(quantity: str, number: str = "R-1", **changes) -> dict:
    return invoice(
        invoice_line(quantity=quantity), number=number, date="2026-01-15", state="posted", **changes
    )


def test_what_came_and_was_ordered_is_clean():
    given = ask(rules=THREE)

    assert given["outcome"] == "clean"
    assert given["findings"] == []
    assert given["lines"] == [{"line": 1, "outcome": "clean", "order": "PO-77", "order_line": 1}]
    assert (given["payable"], given["retained"]) == ("300.00", "0")


@pytest.mark.parametrize(
    ("code", "asked", "expected"),
    [
        ("NO_RECEIPT", {"receipts": []}, ("0", "40", "40", None, "300.00")),
        (
            "OVER_RECEIVED",
            {"receipts": [receipt(receipt_line("36"))]},
            ("36", "40", "4", "11.111111111", "30.00"),
        ),
        (
            "OVER_ACCEPTED",
            {"receipts": [receipt(receipt_line("40", accepted="32", rejected="8"))]},
            ("32", "40", "8", "25", "60.00"),
        ),
        (
            "OVER_ORDERED",
            {
                "invoice": bill("44"),
                "receipts": [receipt(receipt_line("44"))],
            },
            ("40", "44", "4", "10", "30.00"),
        ),
    ],
)
def test_each_quantity_has_a_reason_of_its_own(code, asked, expected):
    given = ask(rules=THREE, levels=level("four_way"), **asked)

    finding = only(given, code)
    assert codes(given) == [code] or code == "OVER_RECEIVED"
    assert figures(finding) == expected
    assert (finding["effect"], finding["unit"], finding["line"]) == ("block", "PCS", 1)
    assert given["outcome"] == given["lines"][0]["outcome"] == "blocked"


def test_over_every_quantity_gives_every_reason():
    given = ask(
        rules=THREE,
        levels=level("four_way"),
        receipts=[receipt(receipt_line("38", accepted="30"))],
        invoice=bill("45"),
    )

    assert codes(given) == ["OVER_RECEIVED", "OVER_ACCEPTED", "OVER_ORDERED"]
    assert [finding["variance"] for finding in given["findings"]] == ["7", "15", "5"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("none", []),
        ("two_way", ["OVER_ORDERED"]),
        ("three_way", ["OVER_RECEIVED", "OVER_ORDERED"]),
        ("four_way", ["OVER_RECEIVED", "OVER_ACCEPTED", "OVER_ORDERED"]),
        (None, ["OVER_RECEIVED", "OVER_ORDERED"]),
    ],
)
def test_a_level_says_how_deeply_a_line_is_matched(name, found):
    given = ask(
        rules=THREE,
        levels=level(name) if name else [],
        receipts=[receipt(receipt_line("38", accepted="30"))],
        invoice=bill("45"),
    )

    assert codes(given) == found


@pytest.mark.parametrize(
    ("rows", "own", "found"),
    [
        ([("NORD", "BELT", "two_way"), (None, None, "four_way")], None, []),
        ([(None, "BELT", "two_way"), ("NORD", None, "four_way")], None, []),
        ([("NORD", None, "two_way"), (None, None, "four_way")], None, []),
        ([("SUD", None, "two_way"), (None, "ROPE", "two_way")], None, ["NO_RECEIPT"]),
        ([("NORD", "BELT", "none")], "three_way", ["NO_RECEIPT"]),
        ([("NORD", "BELT", "four_way")], "two_way", []),
    ],
)
def test_the_most_specific_level_wins(rows, own, found):
    levels = [{"vendor": vendor, "item": item, "level": name} for vendor, item, name in rows]

    given = ask(levels=levels, orders=[order(order_line(level=own))], receipts=[])

    assert codes(given) == found


def test_nothing_received_is_not_also_too_little_received():
    given = ask(rules=THREE, levels=level("four_way"), receipts=[], invoice=bill("45"))

    assert codes(given) == ["NO_RECEIPT", "OVER_ORDERED"]


@pytest.mark.parametrize(("choice", "effect"), [("block", "block"), ("warn", "warn")])
def test_an_invoice_before_its_goods_does_what_is_chosen(choice, effect):
    given = ask(receipts=[], options={"invoice_before_receipt": choice})

    assert only(given, "NO_RECEIPT")["effect"] == effect
    assert given["outcome"] == {"block": "blocked", "warn": "warning"}[choice]


def test_a_reversed_receipt_never_came():
    given = ask(receipts=[receipt(receipt_line("40"), reversed=True)], rules=THREE)

    assert codes(given) == ["NO_RECEIPT"]


def test_what_nobody_accepted_apart_counts_as_accepted():
    given = ask(levels=level("four_way"), rules=THREE)

    assert given["outcome"] == "clean"


def test_what_was_received_and_all_rejected_has_no_base_and_no_percent():
    given = ask(
        levels=level("four_way"),
        rules=[rule("quantity_accepted", upper={"percent": "50"})],
        receipts=[receipt(receipt_line("40", accepted="0", rejected="40"))],
    )

    finding = only(given, "OVER_ACCEPTED")
    assert figures(finding) == ("0", "40", "40", None, "300.00")
    assert finding["effect"] == "block"


def test_receipts_and_invoices_of_one_line_add_up():
    given = ask(
        rules=THREE,
        receipts=[receipt(receipt_line("15")), receipt(receipt_line("20"), number="GR-2")],
        earlier=[earlier("10"), earlier("12", "R-2", type="invoice")],
        invoice=bill("14"),
    )

    finding = only(given, "OVER_RECEIVED")
    assert figures(finding) == ("35", "36", "1", "2.857142857", "7.50")
    assert finding["sentence"] == (
        "Billed 14 PCS after 22 before, 36 in all, received 35: 1 PCS (7.50 EUR) more than the limit of 0 %"
        " allows."
    )
    assert codes(given) == ["OVER_RECEIVED"]


@pytest.mark.parametrize("state", ["posted", "pending"])
def test_posted_and_pending_invoices_count_alike(state):
    given = ask(rules=THREE, earlier=[{**earlier("30"), "state": state}], invoice=bill("11"))

    assert figures(only(given, "OVER_RECEIVED"))[:3] == ("40", "41", "1")


def test_a_credit_before_makes_room():
    given = ask(
        rules=THREE,
        earlier=[earlier("40"), earlier("5", "C-1", type="credit_memo")],
        invoice=bill("5"),
    )

    assert codes(given) == []


def test_advances_and_released_retentions_consume_nothing():
    given = ask(
        rules=THREE,
        earlier=[earlier("40", "A-1", type="prepayment"), earlier("40", "T-1", type="retention_release")],
    )

    assert given["outcome"] == "clean"


def test_two_lines_of_an_invoice_share_what_came():
    lines = [invoice_line(1, quantity="25"), invoice_line(2, order_line=1, quantity="18")]

    given = ask(rules=THREE, invoice=invoice(*lines))

    assert [(found["code"], found["line"], found["variance"]) for found in given["findings"]] == [
        ("OVER_RECEIVED", 2, "3"),
        ("OVER_ORDERED", 2, "3"),
    ]
    assert [line["outcome"] for line in given["lines"]] == ["clean", "blocked"]


def test_an_open_remainder_alone_is_clean():
    given = ask(rules=THREE, invoice=bill("25"))

    assert (given["outcome"], given["findings"]) == ("clean", [])


@pytest.mark.parametrize(
    ("below", "effect", "outcome"),
    [("ignore", "info", "within"), ("warn", "warn", "warning"), ("block", "block", "blocked")],
)
def test_a_broken_lower_limit_does_what_is_stated(below, effect, outcome):
    given = ask(rules=[rule("quantity_received", lower={"percent": "10"}, below=below)], invoice=bill("35"))

    finding = only(given, "UNDER")
    assert figures(finding) == ("40", "35", "-5", "-12.5", "-37.50")
    assert (finding["effect"], given["outcome"]) == (effect, outcome)
    assert finding["broken"] == [{"limit": "percent", "value": "10", "rule": "company"}]


def test_a_shortfall_inside_its_limit_is_recorded():
    given = ask(rules=[rule("quantity_received", lower={"percent": "12.5"})], invoice=bill("35"))

    assert (given["outcome"], codes(given)) == ("within", ["UNDER"])


def test_the_gravest_shortfall_is_told_once():
    rules = [
        rule("quantity_received", lower={"percent": "50"}),
        rule("quantity_ordered", lower={"percent": "0"}, below="block"),
    ]

    given = ask(rules=rules, invoice=bill("35"))

    assert [(found["code"], found["check"], found["effect"]) for found in given["findings"]] == [
        ("UNDER", "quantity_ordered", "block")
    ]


def test_billing_what_is_left_after_a_late_return_is_no_shortfall():
    given = ask(
        rules=[rule("quantity_received", lower={"percent": "0"}, below="block")],
        returns=[return_("3", date="2026-03-25")],
        invoice=bill("37"),
    )

    assert given["findings"] == []


@pytest.mark.parametrize(
    ("name", "received", "accepted", "base", "variance"),
    [("three_way", "40", None, "38", "2"), ("four_way", "44", "40", "38", "2")],
)
def test_what_went_back_was_not_kept(name, received, accepted, base, variance):
    given = ask(
        rules=THREE,
        levels=level(name),
        receipts=[receipt(receipt_line(received, accepted=accepted))],
        returns=[return_("2")],
    )

    code = "OVER_ACCEPTED" if name == "four_way" else "OVER_RECEIVED"
    assert (only(given, code)["base"], only(given, code)["variance"]) == (base, variance)
    assert "and kept 38" in only(given, code)["sentence"]


def test_a_return_after_the_invoice_asks_for_a_credit_and_holds_nothing():
    given = ask(rules=THREE, returns=[return_("4", date="2026-03-28")])

    finding = only(given, "RETURN_AFTER_BILL")
    assert codes(given) == ["RETURN_AFTER_BILL"]
    assert figures(finding)[:3] == ("36", "40", "4")
    assert (finding["amount"], finding["effect"], given["outcome"]) == ("30.00", "info", "clean")
    assert given["credit_expected"] == [
        {"order": "PO-77", "order_line": 1, "quantity": "4", "unit": "PCS", "amount": "30.00"}
    ]


def test_a_return_on_the_day_of_the_invoice_is_not_after_it():
    given = ask(rules=THREE, returns=[return_("4", date="2026-03-20")])

    assert codes(given) == ["OVER_RECEIVED"]
    assert given["credit_expected"] == []


def test_a_late_return_already_credited_asks_for_nothing():
    given = ask(
        rules=THREE,
        returns=[return_("4", date="2026-03-28")],
        earlier=[earlier("4", "C-1", type="credit_memo")],
    )

    assert given["findings"] == []


def test_billing_an_order_to_its_end_tells_of_goods_left_unbilled():
    given = ask(rules=THREE, receipts=[receipt(receipt_line("43"))])

    finding = only(given, "CLOSES_WITH_EXTRA")
    assert figures(finding) == ("40", "43", "3", "7.5", "22.50")
    assert (finding["effect"], given["outcome"]) == ("info", "clean")


# --- units ---


def test_crates_ordered_pieces_received_and_bags_billed_meet_in_pieces():
    units = [
        {"item": "BELT", "unit": "CRATE", "per_base": "20"},
        {"item": "BELT", "unit": "BAG", "per_base": "2.5"},
    ]

    given = ask(
        rules=THREE + strict("price"),
        units=units,
        orders=[order(order_line(quantity="2", unit="CRATE", unit_price="150.00"))],
        receipts=[receipt(receipt_line("39"))],
        invoice=invoice(invoice_line(quantity="16", unit="BAG", unit_price="18.75")),
    )

    assert codes(given) == ["OVER_RECEIVED"]
    assert figures(only(given, "OVER_RECEIVED")) == ("39", "40", "1", "2.564102564", "7.50")


@pytest.mark.parametrize(
    "asked",
    [
        {"invoice": invoice(invoice_line(unit="CRATE"))},
        {"receipts": [receipt(receipt_line("40", unit="CRATE"))]},
        {"earlier": [invoice(invoice_line(quantity="1", unit="CRATE"), number="R-1", state="posted")]},
        {"returns": [{**return_("1"), "lines": [{"order_line": 1, "quantity": "1", "unit": "CRATE"}]}]},
    ],
    ids=["invoice", "receipt", "earlier invoice", "return"],
)
def test_a_unit_without_a_conversion_is_never_taken_for_one_to_one(asked):
    given = ask(rules=THREE, **asked)

    assert codes(given) == ["NO_CONVERSION"]
    assert only(given, "NO_CONVERSION")["sentence"] == (
        "There is no conversion from CRATE to PCS for BELT. Add it, then match again."
    )
    assert given["outcome"] == "blocked"


def test_a_confirmation_in_an_unknown_unit_is_told_as_such():
    given = ask(
        orders=[order(order_line(kind="service", item="", unit="H"))],
        receipts=[],
        confirmations=[
            {
                "number": "SC-1",
                "order": "PO-77",
                "accepted": True,
                "lines": [{"order_line": 1, "quantity": "5", "unit": "DAY"}],
            }
        ],
        invoice=invoice(invoice_line(item="", unit="H")),
    )

    assert "NO_CONVERSION" in codes(given)


@pytest.mark.parametrize(
    ("billed", "found"),
    [
        ("40.0009", []),
        ("40.001", ["OVER_RECEIVED", "OVER_ORDERED"]),
        ("40.0011", ["OVER_RECEIVED", "OVER_ORDERED"]),
    ],
)
def test_a_difference_smaller_than_the_item_is_counted_in_is_none(billed, found):
    given = ask(rules=THREE, items=[ITEM], invoice=bill(billed))

    assert codes(given) == found


def test_thirds_of_a_unit_meet_again():
    given = ask(
        rules=THREE + strict("price", "line_total"),
        items=[{"number": "BELT", "base_unit": "PCS"}],
        units=[{"item": "BELT", "unit": "TRIO", "per_base": "3"}],
        orders=[order(order_line(quantity="10", unit="PCS", unit_price="1"))],
        receipts=[receipt(receipt_line("10"))],
        earlier=[
            invoice(
                invoice_line(quantity="7", unit_price="1"), number="R-1", date="2026-01-15", state="posted"
            )
        ],
        invoice=invoice(invoice_line(quantity="1", unit="TRIO", unit_price="3")),
    )

    assert given["outcome"] == "clean"
