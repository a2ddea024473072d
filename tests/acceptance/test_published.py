"""Published documents are judged as their own figures demand: short receipts, returns, rejects, no order."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from .adventureworks import UNIT, AdventureWorks, Line, Order
from .published import STRICT, Beeswax, Json, amount, bill, contoso, judged

pytestmark = pytest.mark.shared


@pytest.fixture
def beeswax(shared_data: Path) -> Beeswax:
    return Beeswax(shared_data)


def figures(answered: Json) -> list[tuple[str, str, str, str]]:
    return [(f["code"], f["base"], f["actual"], f["amount"]) for f in answered["findings"]]


def test_a_hundred_kilograms_are_billed_and_ninety_came(beeswax):
    given = {"orders": [beeswax.order("100")], "receipts": [beeswax.receipt()], "invoice": beeswax.invoice()}

    answered = judged(**given)

    assert answered["outcome"] == "blocked"
    assert figures(answered) == [("OVER_RECEIVED", "90", "100", "10.00")]
    assert answered["payable"] == "107.50"


def test_a_price_printed_a_hundred_times_too_high_is_told_as_cheaper_than_ordered(beeswax):
    given = {"orders": [beeswax.order("1")], "receipts": [beeswax.receipt()], "invoice": beeswax.invoice()}

    answered = judged(**given)

    assert figures(answered) == [
        ("OVER_RECEIVED", "90", "100", "1000.00"),
        ("PRICE_UNDER", "100.00", "1.00", "-9900.00"),
    ]


def test_the_supplier_s_own_sum_is_right_with_its_allowance_and_tax(beeswax):
    answered = judged(
        orders=[beeswax.order("100")],
        receipts=[beeswax.receipt()],
        invoice=beeswax.invoice(),
        level="two_way",
    )

    assert answered["outcome"] == "clean"


def test_credited_in_full_the_ninety_that_stayed_are_credited_too(beeswax):
    chain = {"orders": [beeswax.order("100")], "receipts": [beeswax.receipt()]}
    earlier = [{**beeswax.invoice(), "state": "posted"}]

    answered = judged(**chain, earlier=earlier, invoice=beeswax.credit())

    assert figures(answered) == [("OVER_CREDIT", "0", "100", "100.00")]
    assert answered["payable"] == "-107.50"
    by_order = judged(**chain, earlier=earlier, invoice=beeswax.credit(), level="two_way")
    assert by_order["outcome"] == "clean"


def test_after_the_credit_the_ninety_that_came_may_be_billed_again(beeswax):
    chain = {"orders": [beeswax.order("100")], "receipts": [beeswax.receipt()]}
    earlier = [{**beeswax.invoice(), "state": "posted"}, {**beeswax.credit(), "state": "posted"}]
    again = {**beeswax.invoice(), "number": "A00095679", "discount": "0", "tax": "0"}

    def billed(quantity: str) -> Json:
        line = {**again["lines"][0], "quantity": quantity, "amount": f"{quantity}.00"}
        return judged(**chain, earlier=earlier, invoice={**again, "lines": [line], "total": f"{quantity}.00"})

    assert billed("90")["outcome"] == "clean"
    assert figures(billed("91")) == [("OVER_RECEIVED", "90", "91", "1.00")]


def test_every_order_of_contoso_is_clean_as_ordered_and_blocked_with_one_more(shared_data):
    orders = list(contoso(shared_data, "Order"))
    assert len(orders) == 16

    for number, vendor, lines in orders:
        came = [
            {"order_line": row["line"], "received": row["quantity"], "unit": row["unit"]} for row in lines
        ]
        ordered = {"number": number, "vendor": vendor, "date": "2026-03-01", "lines": lines}
        receipt = {"number": "GR", "order": number, "date": "2026-03-10", "lines": came}
        given = {"orders": [ordered], "receipts": [receipt]}
        more = [{**row, "quantity": str(Decimal(row["quantity"]) + 1)} for row in lines]

        assert judged(**given, invoice=bill("R", vendor, lines, order=number))["outcome"] == "clean", number
        answered = judged(**given, invoice=bill("R", vendor, more, order=number))

        assert answered["outcome"] == "blocked"
        found = {(f["code"], f["line"]): (f["variance"], Decimal(f["amount"])) for f in answered["findings"]}
        assert found == {
            (code, row["line"]): (variance, Decimal(row["unit_price"]))
            for row in lines
            for code, variance in (
                ("OVER_RECEIVED", "1"),
                ("OVER_ORDERED", "1"),
                ("LINE_TOTAL", f"{Decimal(row['unit_price']):.2f}"),
            )
        }


@pytest.mark.parametrize(("kind", "type_"), [("Invoice", "invoice"), ("Credit Memo", "credit_memo")])
def test_contoso_s_bills_name_no_order_and_every_line_says_so(shared_data, kind, type_):
    documents = list(contoso(shared_data, kind)) or list(contoso(shared_data, kind.replace(" ", "")))
    assert documents

    for number, vendor, lines in documents:
        answered = judged(invoice=bill(number, vendor, lines, type=type_))

        total = sum((amount(line) for line in lines), Decimal(0))
        assert answered["outcome"] == "blocked"
        assert [(f["code"], f["line"]) for f in answered["findings"]] == [
            ("NOT_ON_ORDER", line["line"]) for line in lines
        ]
        assert [Decimal(f["amount"]) for f in answered["findings"]] == [amount(line) for line in lines]
        assert abs(Decimal(answered["payable"])) == total


def received(order: Order) -> Json:
    lines = [
        {
            "order_line": line.number,
            "received": str(line.received),
            "accepted": str(line.accepted),
            "rejected": str(line.rejected),
            "unit": UNIT,
        }
        for line in order.lines
    ]
    return {"number": "GR", "order": order.number, "date": order.ordered_on, "lines": lines}


def billed(line: Line) -> Json:
    return {"line": line.number, "quantity": str(line.ordered), "unit": UNIT, "unit_price": str(line.price)}


def test_adventureworks_rejects_are_found_to_the_piece(shared_data):
    """Every order is billed as ordered: what was not accepted is too much, and nothing else is."""
    orders = AdventureWorks(shared_data).orders
    rules = [row for row in STRICT if row["check"] == "quantity_accepted"]
    wanted, found = {}, {}

    for order in orders:
        lines = [billed(line) for line in order.lines]
        ordered = {"number": order.number, "vendor": order.vendor, "date": order.ordered_on, "lines": lines}
        answered = judged(
            orders=[ordered],
            receipts=[received(order)],
            invoice=bill("R", order.vendor, lines, order=order.number),
            level="four_way",
            rules=rules,
        )
        for row in answered["findings"]:
            if row["effect"] == "block":
                key = (order.number, row["line"])
                found[key] = (row["code"], Decimal(row["variance"]), Decimal(row["amount"]))
        for line in order.lines:
            code = "OVER_ACCEPTED" if line.received else "NO_RECEIPT"
            short = line.ordered - (line.accepted if line.received else 0)
            if short > 0:
                wanted[order.number, line.number] = (code, short, short * line.price)

    assert len(orders) > 4000
    assert found == wanted
    assert sum(line.rejected > 0 for order in orders for line in order.lines) == 563
