"""Each reason that holds an invoice back, alone, with its arithmetic: 40 belts at 7.50 are 300.00."""

from __future__ import annotations

import pytest

from .asking import (
    Json,
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
    rule,
    strict,
)

ALL = strict(
    "price",
    "line_total",
    "quantity_ordered",
    "quantity_received",
    "quantity_accepted",
    "accepted_amount",
    "charge",
    "total",
)
FOUR_WAY = [{"vendor": None, "item": None, "level": "four_way"}]
NO_FIGURES = (None, None, None, None, None)
SERVICE = {"kind": "service", "item": "", "unit": "", "quantity": "1", "unit_price": "800.00"}
SERVICE_BILLED = {"item": "", "unit": "", "quantity": "1", "unit_price": "800.00"}


def without(*checks: str) -> list[Json]:
    return [stated for stated in ALL if stated["check"] not in checks]


# code: the question, (base, actual, variance, percent, amount), check, unit, line, sentence
REASONS: dict[str, tuple[Json, tuple[str | None, ...], str | None, str | None, int | None, str]] = {
    "NO_RECEIPT": (
        {"receipts": []},
        ("0", "40", "40", None, "300.00"),  # 40 × 7.50
        "quantity_received",
        "PCS",
        1,
        "Billed 40 PCS, but nothing has been received on order PO-77 line 1.",
    ),
    "OVER_RECEIVED": (
        {"receipts": [receipt(receipt_line("36"))], "rules": without("quantity_accepted")},
        ("36", "40", "4", "11.111111111", "30.00"),  # 4 × 7.50, 4 ÷ 36
        "quantity_received",
        "PCS",
        1,
        "Billed 40 PCS, received 36: 4 PCS (30.00 EUR) more than the limit of 0 % allows.",
    ),
    "OVER_ORDERED": (
        {
            "receipts": [receipt(receipt_line("44"))],
            "invoice": invoice(invoice_line(quantity="44")),
            "rules": without("line_total"),
        },
        ("40", "44", "4", "10", "30.00"),  # 4 × 7.50, 4 ÷ 40
        "quantity_ordered",
        "PCS",
        1,
        "Billed 44 PCS, ordered 40: 4 PCS (30.00 EUR) more than the limit of 0 % allows.",
    ),
    "OVER_ACCEPTED": (
        {"receipts": [receipt(receipt_line("40", accepted="32", rejected="8"))]},
        ("32", "40", "8", "25", "60.00"),  # 8 × 7.50, 8 ÷ 32
        "quantity_accepted",
        "PCS",
        1,
        "Billed 40 PCS, accepted 32: 8 PCS (60.00 EUR) more than the limit of 0 % allows.",
    ),
    "PRICE_OVER": (
        {
            "invoice": invoice(invoice_line(unit_price="8.25")),
            "rules": [rule("price", upper={"percent": "5", "amount": "50"})],
        },
        ("7.50", "8.25", "0.75", "10", "30.00"),  # 0.75 × 40, 0.75 ÷ 7.50
        "price",
        None,
        1,
        "Billed at 8.25 EUR per PCS, ordered at 7.50 EUR (0.75 EUR more, 10 %):"
        " 30.00 EUR (10 %) more; the limit is 5 % and 50.00 EUR.",
    ),
    "PRICE_UNDER": (
        {
            "invoice": invoice(invoice_line(unit_price="6.75")),
            "rules": [rule("price", lower={"percent": "5"}, below="block")],
        },
        ("7.50", "6.75", "-0.75", "-10", "-30.00"),
        "price",
        None,
        1,
        "Billed at 6.75 EUR per PCS, ordered at 7.50 EUR (0.75 EUR less, 10 %):"
        " 30.00 EUR (10 %) less; the limit is 5 %.",
    ),
    "NO_CONVERSION": (
        {"invoice": invoice(invoice_line(unit="CRATE"))},
        NO_FIGURES,
        None,
        None,
        1,
        "There is no conversion from CRATE to PCS for BELT. Add it, then match again.",
    ),
    "CURRENCY": (
        {"invoice": invoice(currency="SEK")},
        NO_FIGURES,
        None,
        None,
        None,
        "The invoice is in SEK; order PO-77 is in EUR. Prices were not compared.",
    ),
    "NO_ACCEPTANCE": (
        {
            "orders": [order(order_line(**SERVICE))],
            "receipts": [],
            "confirmations": [confirmation(accepted=False, amount="800.00")],
            "invoice": invoice(invoice_line(**SERVICE_BILLED)),
        },
        ("0", "800.00", "800.00", None, "800.00"),
        "accepted_amount",
        None,
        1,
        "800.00 EUR billed for a service of which nothing is accepted on order PO-77 line 1.",
    ),
    "DUPLICATE": (
        {
            "orders": [order(order_line(quantity="80"))],
            "receipts": [receipt(receipt_line("80"))],
            "vendors": [{"number": "NORD", "family": "N"}, {"number": "NORD-2", "family": "N"}],
            "earlier": [invoice(number="r-900", vendor="NORD-2", date="2026-03-11", state="posted")],
        },
        NO_FIGURES,
        None,
        None,
        None,
        "r-900 of 2026-03-11 from vendor NORD-2 is already here (posted).",
    ),
    "VENDOR": (
        {"invoice": invoice(vendor="SUD")},
        NO_FIGURES,
        None,
        None,
        None,
        "The invoice is from vendor SUD; order PO-77 is with vendor NORD.",
    ),
    "NOT_ON_ORDER": (
        {
            "invoice": invoice(
                invoice_line(1), invoice_line(2, order_line=9, item="ROPE", quantity="3", unit_price="5.00")
            ),
            "rules": without("total"),
        },
        ("0", "15.00", "15.00", None, "15.00"),  # 3 × 5.00, not ordered at all
        None,
        None,
        2,
        "Line 2 bills ROPE for 15.00 EUR; there is no such line on order PO-77.",
    ),
    "LINE_TOTAL": (
        {
            "receipts": [receipt(receipt_line("41"))],
            "earlier": [
                invoice(invoice_line(quantity="30"), number="R-1", date="2026-01-15", state="posted")
            ],
            "invoice": invoice(invoice_line(quantity="11")),
            "rules": without("quantity_ordered"),
        },
        ("300.00", "307.50", "7.50", "2.5", "7.50"),  # 30 × 7.50 before + 11 × 7.50, 7.50 ÷ 300
        "line_total",
        None,
        1,
        "307.50 EUR billed on the order line in all, 300.00 EUR ordered:"
        " 7.50 EUR more than the limit of 0 % allows.",
    ),
}


def asked(code: str) -> Json:
    """Give the parts of the question that leads to a reason."""
    return {"rules": ALL, "levels": FOUR_WAY, **REASONS[code][0]}


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_comes_alone_and_shows_its_arithmetic(code):
    _, sums, check, unit, line, sentence = REASONS[code]

    given = ask(**asked(code))

    assert codes(given) == [code]
    finding = only(given, code)
    assert figures(finding) == sums
    assert (finding["check"], finding["unit"], finding["line"]) == (check, unit, line)
    assert finding["sentence"] == sentence
    assert (finding["effect"], finding["released"], given["outcome"]) == ("block", False, "blocked")


@pytest.mark.parametrize("code", REASONS)
def test_a_release_covers_the_reason_up_to_its_figures_and_no_further(code):
    finding = only(ask(**asked(code)), code)
    given_on = {
        "code": code,
        "line": finding["line"],
        "subject": finding["subject"],
        "quantity": finding["variance"],
        "amount": finding["amount"],
    }
    smaller = {**given_on, "amount": "0.01"}

    covered = ask(**asked(code), overrides=[given_on])
    outgrown = ask(**asked(code), overrides=[smaller])

    assert (covered["outcome"], only(covered, code)["effect"]) == ("within", "info")
    assert only(covered, code)["released"] is True
    assert outgrown["outcome"] == "blocked"  # a reason without a sum is measured by the whole invoice


@pytest.mark.parametrize("code", REASONS)
def test_a_release_of_another_line_or_reason_covers_nothing(code):
    line = only(ask(**asked(code)), code)["line"]
    elsewhere = [{"code": code, "line": (line or 0) + 5}, {"code": "SAMPLE", "line": line}]

    given = ask(**asked(code), overrides=elsewhere)

    assert given["outcome"] == "blocked"
    assert only(given, code)["released"] is False


@pytest.mark.parametrize(("currency", "outcome"), [("EUR", "within"), (None, "within"), ("USD", "blocked")])
def test_a_release_in_another_currency_covers_nothing(currency, outcome):
    code = "OVER_RECEIVED"
    finding = only(ask(**asked(code)), code)
    given_on = {"code": code, "line": finding["line"], "amount": finding["amount"], "currency": currency}

    assert ask(**asked(code), overrides=[given_on])["outcome"] == outcome


def test_what_ties_out_has_none_of_these_reasons():
    given = ask(rules=ALL, levels=FOUR_WAY)

    assert (given["outcome"], given["findings"]) == ("clean", [])
