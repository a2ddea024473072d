"""Quantities are taken from the oldest receipt first, across receipts, invoices and orders."""

from __future__ import annotations

import datetime

from reconciliation.matching import case_from
from reconciliation.matching.allocation import allocate

from .asking import invoice, invoice_line, order, order_line, question, receipt, receipt_line, return_, rule


def shares(**parts) -> list[tuple[int, str, int, str, str]]:
    return [
        (share.line, share.order, share.order_line, share.receipt, f"{share.quantity.normalize():f}")
        for share in allocate(case_from(question(**parts)))
    ]


def came(number: str, quantity: str, day: str, line: int = 1, **changes):
    return receipt(receipt_line(quantity, line, **changes), number=number, date=day)


TWO = [came("GR-2", "25", "2026-03-15"), came("GR-1", "15", "2026-03-10")]


def test_the_oldest_receipt_is_used_up_first():
    assert shares(receipts=TWO) == [(1, "PO-77", 1, "GR-1", "15"), (1, "PO-77", 1, "GR-2", "25")]


def test_two_receipts_of_one_day_are_taken_by_their_numbers():
    same_day = [came("GR-8", "20", "2026-03-10"), came("GR-7", "20", "2026-03-10")]

    assert shares(receipts=same_day, invoice=invoice(invoice_line(quantity="30"))) == [
        (1, "PO-77", 1, "GR-7", "20"),
        (1, "PO-77", 1, "GR-8", "10"),
    ]


def test_an_earlier_invoice_takes_its_part_first():
    earlier = invoice(invoice_line(quantity="20"), number="R-1", date="2026-03-12", state="pending")

    assert shares(receipts=TWO, earlier=[earlier], invoice=invoice(invoice_line(quantity="20"))) == [
        (1, "PO-77", 1, "GR-2", "20")
    ]


def test_what_a_credit_gave_back_can_be_billed_from_the_oldest_again():
    earlier = [
        invoice(invoice_line(quantity="20"), number="R-1", date="2026-03-12", state="posted"),
        invoice(invoice_line(quantity="10"), number="C-1", type="credit_memo", state="posted"),
    ]

    assert shares(receipts=TWO, earlier=earlier, invoice=invoice(invoice_line(quantity="10"))) == [
        (1, "PO-77", 1, "GR-1", "5"),
        (1, "PO-77", 1, "GR-2", "5"),
    ]


def test_what_nothing_came_for_is_told():
    assert shares(receipts=TWO[1:]) == [(1, "PO-77", 1, "GR-1", "15"), (1, "PO-77", 1, "", "25")]


def test_what_went_back_is_taken_from_the_newest_receipt():
    assert shares(receipts=TWO, returns=[return_("30")]) == [
        (1, "PO-77", 1, "GR-1", "10"),
        (1, "PO-77", 1, "", "30"),
    ]


def test_two_lines_of_an_invoice_share_one_receipt():
    two = invoice(invoice_line(1, quantity="10"), invoice_line(2, order_line=1, quantity="10"))

    assert shares(receipts=TWO, invoice=two) == [
        (1, "PO-77", 1, "GR-1", "10"),
        (2, "PO-77", 1, "GR-1", "5"),
        (2, "PO-77", 1, "GR-2", "5"),
    ]


def test_one_invoice_takes_from_the_receipts_of_two_orders():
    orders = [order(), order(order_line(1), number="PO-78")]
    receipts = [came("GR-1", "40", "2026-03-10"), {**came("GR-5", "40", "2026-03-11"), "order": "PO-78"}]
    both = invoice(
        invoice_line(1, quantity="30"), invoice_line(2, order="PO-78", order_line=1, quantity="20")
    )

    assert shares(orders=orders, receipts=receipts, invoice=both) == [
        (1, "PO-77", 1, "GR-1", "30"),
        (2, "PO-78", 1, "GR-5", "20"),
    ]


def test_units_are_brought_to_one():
    boxes = [came("GR-1", "2", "2026-03-10", unit="BOX"), came("GR-2", "20", "2026-03-11")]

    assert shares(units=[{"item": "BELT", "unit": "BOX", "per_base": "12"}], receipts=boxes) == [
        (1, "PO-77", 1, "GR-1", "24"),
        (1, "PO-77", 1, "GR-2", "16"),
    ]


def test_four_way_matching_takes_what_was_accepted():
    inspected = [came("GR-1", "40", "2026-03-10", accepted="36", rejected="4")]
    level = [{"vendor": None, "item": None, "level": "four_way"}]

    assert shares(receipts=inspected, levels=level) == [
        (1, "PO-77", 1, "GR-1", "36"),
        (1, "PO-77", 1, "", "4"),
    ]
    assert shares(receipts=inspected) == [(1, "PO-77", 1, "GR-1", "40")]


def test_a_reversed_receipt_and_a_line_without_receipts_are_left_out():
    undone = [{**TWO[1], "reversed": True}, TWO[0]]

    assert shares(receipts=undone, invoice=invoice(invoice_line(quantity="25"))) == [
        (1, "PO-77", 1, "GR-2", "25")
    ]
    assert shares(receipts=TWO, levels=[{"vendor": None, "item": None, "level": "two_way"}]) == []
    credit = invoice(invoice_line(quantity="5"), number="C-1", type="credit_memo")
    assert shares(receipts=TWO, invoice=credit, rules=[rule("price")]) == []


def test_the_older_receipt_comes_first_whatever_its_number():
    swapped = [came("GR-2", "25", "2026-03-10"), came("GR-1", "15", "2026-03-15")]

    assert [share[3] for share in shares(receipts=swapped)] == ["GR-2", "GR-1"]


def test_a_share_tells_the_day_of_the_receipt_and_the_unit():
    [covered, short] = allocate(case_from(question(receipts=TWO[1:])))

    assert (covered.date, covered.unit) == (datetime.date(2026, 3, 10), "PCS")
    assert (short.date, short.unit) == (None, "PCS")


def test_less_than_one_is_shared_out_as_well():
    half = invoice(invoice_line(quantity="0.5"))

    assert shares(receipts=TWO, invoice=half) == [(1, "PO-77", 1, "GR-1", "0.5")]
    assert shares(receipts=[came("GR-1", "0.2", "2026-03-10")], invoice=half) == [
        (1, "PO-77", 1, "GR-1", "0.2"),
        (1, "PO-77", 1, "", "0.3"),
    ]


def test_a_crumb_is_not_missing():
    coarse = [{"number": "BELT", "base_unit": "PCS", "rounding_precision": "1"}]
    crumb = [came("GR-1", "39.9", "2026-03-10")]

    assert shares(items=coarse, receipts=crumb) == [(1, "PO-77", 1, "GR-1", "39.9")]


def test_only_what_came_on_the_line_covers_it():
    both = [receipt(receipt_line("10", 1), receipt_line("30", 2), number="GR-1", date="2026-03-10")]
    two = [order(order_line(1, quantity="10"), order_line(2, quantity="30"))]

    assert shares(orders=two, receipts=both, invoice=invoice(invoice_line(2, quantity="30"))) == [
        (2, "PO-77", 2, "GR-1", "30")
    ]


def test_an_advance_takes_nothing_and_boxes_take_their_pieces():
    advance = invoice(invoice_line(quantity="40"), number="A-1", type="prepayment", state="posted")
    boxes = invoice(invoice_line(quantity="1", unit="BOX"), number="R-1", state="posted")
    units = [{"item": "BELT", "unit": "BOX", "per_base": "12"}]

    assert shares(
        units=units, receipts=TWO, earlier=[advance, boxes], invoice=invoice(invoice_line(quantity="5"))
    ) == [
        (1, "PO-77", 1, "GR-1", "3"),
        (1, "PO-77", 1, "GR-2", "2"),
    ]
