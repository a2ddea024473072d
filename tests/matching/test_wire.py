"""The form in which questions are asked and answered: exact, stable, and plain about what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciliation.matching import (
    ENGINE_VERSION,
    FormError,
    answer,
    case_from,
    match,
    particulars,
    policy_document,
    question,
    read_case,
)

from . import asking
from .asking import invoice, invoice_line, order, order_line, receipt, receipt_line, return_, rule

FULL = {
    "ledger_currency": "EUR",
    "rates": [
        {"currency": "SEK", "from": "2026-01-01", "exchange_amount": "100", "relational_amount": "8.8"},
    ],
    "items": [{"number": "ROPE", "base_unit": "M", "rounding_precision": "0.01"}],
    "units": [{"item": "ROPE", "unit": "DRUM", "per_base": "50"}],
    "vendors": [{"number": "LIFT", "family": "LIFTGROUP", "blocked": "payment"}],
    "policy": {
        "levels": [{"vendor": "LIFT", "item": "ROPE", "level": "four_way"}],
        "rules": [
            {
                "check": "price",
                "vendor": None,
                "item": "ROPE",
                "code": None,
                "upper": {"percent": "2", "amount": "0", "quantity": None},
                "lower": {"percent": "10", "amount": None, "quantity": None},
                "below": "block",
                "combine": "any",
            },
            {"check": "quantity_received", "upper": {"quantity": "1.5"}},
        ],
        "options": {"near_duplicate_days": 20, "invoice_before_receipt": "warn"},
    },
    "orders": [
        {
            "number": "PO-5",
            "vendor": "LIFT",
            "currency": "SEK",
            "date": "2026-02-03",
            "state": "unapproved",
            "version": 3,
            "lines": [
                {
                    "line": 10000,
                    "kind": "item",
                    "item": "ROPE",
                    "description": "Hoist rope",
                    "quantity": "4",
                    "unit": "DRUM",
                    "unit_price": "310.50",
                    "price_base": "100",
                    "price_unit": "KG",
                    "planned_ratio": "0.62",
                    "discount": "1.25",
                    "delivery_date": "2026-02-20",
                    "level": "two_way",
                    "charges": [{"code": "CUT", "amount": "9"}],
                }
            ],
            "charges": [{"code": "FREIGHT", "amount": "60.00"}],
            "discount": "3",
            "tax": "25",
            "rounding": "0.01",
        }
    ],
    "receipts": [
        {
            "number": "GR-5",
            "order": "PO-5",
            "date": "2026-02-18",
            "reversed": True,
            "lines": [
                {
                    "order_line": 10000,
                    "received": "200",
                    "accepted": "190",
                    "rejected": "10",
                    "unit": "M",
                    "price_quantity": "124",
                }
            ],
        }
    ],
    "returns": [
        {
            "number": "RT-5",
            "order": "PO-5",
            "date": "2026-02-25",
            "lines": [{"order_line": 10000, "quantity": "10", "unit": "M", "rejected": "4"}],
        }
    ],
    "confirmations": [
        {
            "number": "SC-5",
            "order": "PO-5",
            "accepted": True,
            "lines": [{"order_line": 10000, "quantity": "1", "amount": "12.00"}],
        }
    ],
    "earlier": [
        {"number": "R-1", "vendor": "LIFT", "date": "2026-02-21", "total": "5", "state": "pending"},
    ],
    "invoice": {
        "number": "R-2",
        "type": "credit_memo",
        "vendor": "LIFT",
        "date": "2026-03-01",
        "currency": "SEK",
        "order": "PO-5",
        "file_sha256": "ab" * 32,
        "lines": [
            {
                "line": 1,
                "order": "PO-5",
                "order_line": 10000,
                "item": "ROPE",
                "description": "Rope",
                "quantity": "4",
                "unit": "DRUM",
                "unit_price": "310.50",
                "price_base": "100",
                "price_quantity": "124",
                "discount": "1.25",
                "charges": [{"code": "CUT", "amount": "9"}],
                "amount": "392.77",
                "tax": "1",
            }
        ],
        "charges": [],
        "discount": "0",
        "tax": "1",
        "retention_percent": "5",
        "rounding": "0",
        "total": "393.77",
    },
    "overrides": [
        {
            "code": "PRICE_OVER",
            "line": 1,
            "subject": "x",
            "quantity": None,
            "amount": "12.00",
            "currency": "EUR",
        }
    ],
}


@pytest.mark.parametrize("asked", [FULL, asking.question()], ids=["everything stated", "little stated"])
def test_a_question_written_and_read_again_is_the_same(asked):
    case = case_from(asked)

    written = question(case)

    assert case_from(written) == case
    assert question(case_from(written)) == written
    assert read_case(json.dumps(written)) == case


def test_what_a_question_states_is_written_as_it_was_stated():
    written = question(case_from(FULL))

    assert written["rates"][0] == FULL["rates"][0]
    assert written["orders"][0]["lines"][0] == FULL["orders"][0]["lines"][0]
    assert written["receipts"] == FULL["receipts"]
    assert written["policy"]["rules"][0]["upper"] == {"percent": "2", "amount": "0"}
    assert written["invoice"]["lines"] == FULL["invoice"]["lines"]


def test_an_answer_has_exactly_the_agreed_form():
    boxes = [{"item": "BELT", "unit": "CRATE", "per_base": "20"}]
    line = order_line(quantity="6", unit="CRATE", unit_price="150.00")
    billed = invoice_line(quantity="6", unit="CRATE", unit_price="150.00")

    given = asking.ask(
        units=boxes,
        orders=[order(line)],
        receipts=[receipt(receipt_line("120", accepted="117", rejected="3"))],
        returns=[return_("3")],
        rules=[rule("quantity_received", upper={"percent": "0"})],
        invoice=invoice(billed),
    )

    assert json.dumps(given, indent=1, ensure_ascii=False) == json.dumps(
        {
            "outcome": "blocked",
            "lines": [{"line": 1, "outcome": "blocked", "order": "PO-77", "order_line": 1}],
            "findings": [
                {
                    "code": "OVER_RECEIVED",
                    "line": 1,
                    "subject": None,
                    "effect": "block",
                    "check": "quantity_received",
                    "base": "117",
                    "actual": "120",
                    "variance": "3",
                    "unit": "PCS",
                    "percent": "2.564102564",
                    "amount": "22.50",
                    "broken": [{"limit": "percent", "value": "0", "rule": "company"}],
                    "released": False,
                    "sentence": "Billed 120 PCS, received and kept 117: 3 PCS (22.50 EUR) more than the limit"
                    " of 0 % allows.",
                }
            ],
            "payable": "900.00",
            "retained": "0",
            "credit_expected": [],
            "engine": ENGINE_VERSION,
        },
        indent=1,
    )


def test_numbers_are_read_exactly_whether_text_or_number():
    text = json.dumps(asking.question()).replace('"7.50"', "7.50").replace('"40"', "40")

    assert match(read_case(text)) == match(case_from(asking.question()))
    assert "0.1" in question(read_case(text.replace("7.50", "0.1", 1)))["orders"][0]["lines"][0].values()


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        ("nonsense", "not_json", ""),
        ("[]", "not_an_object", ""),
        ("{}", "missing", "/invoice"),
        ('{"invoice": {}, "orders": {}}', "not_a_list", "/orders"),
        ('{"invoice": {}, "orders": [{"number": ""}]}', "missing", "/orders/0/number"),
        ('{"invoice": {"total": "ten"}}', "not_a_number", "/invoice/total"),
        ('{"invoice": {"total": NaN}}', "not_a_number", ""),
        ('{"invoice": {"total": "1e5"}}', "not_a_number", "/invoice/total"),
        ('{"invoice": {"total": 1e30}}', "out_of_range", "/invoice/total"),
        ('{"invoice": {"total": true}}', "not_a_number", "/invoice/total"),
        ('{"invoice": {"date": "20.03.2026"}}', "not_a_date", "/invoice/date"),
        ('{"invoice": {"type": "bill"}}', "not_a_choice", "/invoice/type"),
        ('{"invoice": {"number": 7}}', "not_a_text", "/invoice/number"),
        ('{"invoice": {"lines": [{"order_line": "1.5"}]}}', "not_whole", "/invoice/lines/0/order_line"),
        ('{"invoice": {"lines": [{"line": 1}, {"line": 1}]}}', "given_twice", "/invoice/lines/1/line"),
        ('{"invoice": {}, "orders": [{"number": "A"}, {"number": "A"}]}', "given_twice", "/orders/1/number"),
        (
            '{"invoice": {}, "receipts": [{"order": "A", "reversed": "no"}]}',
            "not_a_flag",
            "/receipts/0/reversed",
        ),
        ('{"invoice": {}, "policy": {"rules": [{}]}}', "missing", "/policy/rules/0/check"),
        (
            '{"invoice": {}, "policy": {"rules": [{"check": "price", "upper": {"percent": "-1"}}]}}',
            "negative",
            "/policy/rules/0/upper/percent",
        ),
        ('{"invoice": {}, "units": [{"item": "A", "unit": "B"}]}', "missing", "/units/0/per_base"),
    ],
)
def test_what_is_not_of_the_form_is_refused_at_its_place(text, code, pointer):
    with pytest.raises(FormError) as refused:
        read_case(text)

    error = refused.value.as_json()["error"]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert error["message"].endswith(".") or code == "not_json"


def test_what_is_absent_takes_its_stated_default():
    case = case_from({"invoice": {"lines": [{}]}, "receipts": [{"order": "A", "lines": [{"order_line": 1}]}]})

    assert case.invoice.type == "invoice"
    assert case.invoice.total is None
    assert case.invoice.lines[0].line == 1
    assert case.invoice.lines[0].price_base == 1
    assert case.receipts[0].lines[0].accepted is None
    assert case.receipts[0].reversed is False
    assert case.policy.options.invoice_before_receipt == "block"
    assert answer(match(case))["outcome"] == "unreadable"


def test_a_limit_of_zero_is_not_a_limit_that_is_absent():
    def limits(stated):
        return (
            case_from({"invoice": {}, "policy": {"rules": [{"check": "price", "upper": stated}]}})
            .policy.rules[0]
            .upper
        )

    assert limits({"percent": "0"}).percent == 0
    assert limits({"percent": None}).percent is None
    assert limits(None).percent is None


def test_what_a_question_does_not_share_and_its_policy_are_written_as_they_stand_in_it():
    case = case_from(asking.question(rules=asking.strict("price")))
    whole = question(case)

    assert policy_document(case.policy) == whole["policy"]
    assert particulars(case) == {
        name: told for name, told in whole.items() if name not in ("ledger_currency", "policy")
    }


@pytest.mark.parametrize(
    ("figure", "told"), [("1E+3", "1000"), ("2.5E-8", "0.000000025"), ("40.50", "40.50")]
)
def test_a_question_writes_its_figures_without_an_exponent(figure, told):
    case = case_from(asking.question())
    case = replace(case, invoice=replace(case.invoice, tax=Decimal(figure)))

    assert question(case)["invoice"]["tax"] == told


def test_what_no_case_holds_is_not_written():
    case = replace(case_from(asking.question()), orders=(object(),))

    with pytest.raises(TypeError, match="A case holds no object"):
        question(case)


@pytest.mark.parametrize("rejected", ["-1", "2.001"])
def test_no_more_than_what_went_back_can_be_rejected_goods(rejected):
    with pytest.raises(FormError) as refused:
        case_from(asking.question(returns=[return_("2", rejected=rejected)]))

    assert refused.value.pointer == "/returns/0/lines/0/rejected"
    assert refused.value.code == "out_of_range"


def test_a_return_that_does_not_speak_of_rejected_goods_is_written_as_ever():
    told = question(case_from(asking.question(returns=[return_("2")])))

    assert told["returns"][0]["lines"] == [{"order_line": 1, "quantity": "2", "unit": "PCS"}]
