"""Each reason that holds an invoice back, alone, with its arithmetic: 40 belts at 7.50 are 300.00."""

from __future__ import annotations

import hashlib
from decimal import Context, Decimal, localcontext

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


def _drawn(number: str, *, family: str = "NORD") -> Decimal:
    """Work the draw of an invoice out by hand: which of ten thousand lots it has, in percent."""
    lot = int(hashlib.sha256(f"{family}|{number}".encode()).hexdigest()[:8], 16) % 10_000
    return Decimal(lot) / 100


@pytest.mark.parametrize("number", ["R-900", "R-901", "R-902", "R-903"])
def test_the_draw_of_a_sample_stays_the_same_for_ever(number):
    """It is part of what a replay answers: the share that just includes an invoice holds it."""
    lot = _drawn(number)

    just = ask(invoice=invoice(number=number), options={"sample_percent": str(lot + Decimal("0.01"))})
    less = ask(invoice=invoice(number=number), options={"sample_percent": str(lot)})

    assert (codes(just), codes(less)) == (["SAMPLE"], [])


def test_a_share_of_less_than_one_percent_is_drawn_as_well():
    number = next(name for name in map("R-{}".format, range(10_000)) if _drawn(name) < Decimal("0.5"))

    held = ask(invoice=invoice(number=number), options={"sample_percent": "0.5"})

    assert codes(held) == ["SAMPLE"]


def test_a_family_of_vendors_has_one_draw():
    vendors = [{"number": "NORD", "family": "NORDGROUP", "blocked": ""}]
    lot = _drawn("R-900", family="NORDGROUP")

    just = ask(vendors=vendors, options={"sample_percent": str(lot + Decimal("0.01"))})
    less = ask(vendors=vendors, options={"sample_percent": str(lot)})

    assert (codes(just), codes(less)) == (["SAMPLE"], [])


def test_reasons_of_one_kind_stand_in_the_order_of_their_subjects():
    charges = [{"code": code, "amount": "5.00"} for code in ("PALLET", "CRANE", "FREIGHT")]

    told = ask(rules=strict("charge"), invoice=invoice(invoice_line(charges=charges)))

    assert [finding["subject"] for finding in told["findings"]] == ["CRANE", "FREIGHT", "PALLET"]


def test_the_callers_arithmetic_has_no_say_in_an_answer():
    parts = {
        "rules": strict("price", "quantity_received", "line_total"),
        "invoice": invoice(invoice_line(quantity="41.123456", unit_price="123456789.123456")),
    }
    with localcontext(Context(prec=6)):
        there = ask(**parts)

    assert there == ask(**parts)
