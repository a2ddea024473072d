"""One billed line over several order lines, several billed lines on one: said by a person, undone again."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from reconciliation import cases, linking, reconcile
from reconciliation.linking import Part
from reconciliation.matching import case_from
from reconciliation.matching.allocation import allocate
from reconciliation.models import ExceptionCase, LineLink, SupplierInvoice

from .desk import billed, ordered

pytestmark = pytest.mark.django_db

BOTH = [Part("PO-1", 1, Decimal(6)), Part("PO-2", 1, Decimal(4))]


def belts(line: int = 1, quantity: str = "10", **changes):
    """Bill belts without naming an order, by their words alone."""
    return billed(line, quantity, item="", order_line=None, description="Drive belt 12 mm", **changes)


@pytest.fixture
def orders(desk):
    """Six belts on one order and four on another, all of them received."""
    for order, quantity in (("PO-1", "6"), ("PO-2", "4")):
        desk.order(order, ordered(1, quantity, item="BELT", description="Drive belt 12 mm"))
        desk.receive(quantity, order=order, number=f"GR-{order}")


def case_of(invoice: SupplierInvoice) -> ExceptionCase:
    reconcile.match_due()
    return ExceptionCase.objects.get(invoice=invoice)


@pytest.fixture
def case(desk, orders) -> ExceptionCase:
    return case_of(desk.invoice("R-1", belts(), order_number=""))


def split(case: ExceptionCase, by, parts=BOTH, line: int = 1):
    return linking.split(case, by=by, line=line, parts=parts, seen=cases.version(case))


def lines_of(invoice: SupplierInvoice) -> list[tuple]:
    rows = invoice.lines.order_by("line")
    return [(r.line, r.order_number, r.order_line, r.quantity, r.amount, r.linked) for r in rows]


def codes(case: ExceptionCase) -> set[str]:
    return {finding["code"] for finding in case.decision.answer["findings"]}


def test_what_is_still_open_on_each_order_line_is_suggested(case):
    ((line, rooms),) = linking.splits(case).items()

    assert line.line == 1
    assert {(room.order, room.order_line): room.suggested for room in rooms} == {
        ("PO-1", 1): 6,
        ("PO-2", 1): 4,
    }


def test_the_parts_are_judged_and_the_receipts_of_both_orders_stand_behind_them(case, clerk):
    split(case, clerk)

    case.refresh_from_db()
    assert case.status == "cleared"
    assert lines_of(case.invoice) == [
        (1, "PO-1", 1, 6, 30, True),
        (2, "PO-2", 1, 4, 20, True),
    ]
    shares = allocate(case_from(case.decision.question))
    assert [(share.line, share.order, share.receipt, share.quantity) for share in shares] == [
        (1, "PO-1", "GR-PO-1", 6),
        (2, "PO-2", "GR-PO-2", 4),
    ]
    links = LineLink.objects.order_by("line").values_list("line", "part_of", "order_number", "quantity", "by")
    assert list(links) == [(1, 1, "PO-1", 6, clerk.pk), (2, 1, "PO-2", 4, clerk.pk)]


def test_every_figure_of_the_line_is_shared_out_to_the_last_digit(desk, orders, clerk):
    line = belts(price="5.00", discount=Decimal("1.00"), amount=Decimal("49.00"), tax=Decimal("9.31"))
    case = case_of(desk.invoice("R-1", line, order_number="", tax=Decimal("9.31")))

    split(case, clerk, [Part("PO-1", 1, Decimal(7)), Part("PO-2", 1, Decimal(3))])

    first, second = case.invoice.lines.order_by("line")
    assert (second.amount, second.discount, second.tax) == (
        Decimal("14.7"),
        Decimal("0.3"),
        Decimal("2.793"),
    )
    assert (first.amount + second.amount, first.discount + second.discount, first.tax + second.tax) == (
        49,
        1,
        Decimal("9.31"),
    )
    case.refresh_from_db()
    assert "ARITHMETIC" not in codes(case)
    assert "OVER_ORDERED" in codes(case)


def test_an_undone_split_leaves_the_line_as_it_was(case, clerk):
    before = lines_of(case.invoice)
    split(case, clerk, [Part("PO-1", 1, Decimal(7)), Part("PO-2", 1, Decimal(3))])
    case.refresh_from_db()

    linking.undo(case, by=clerk, line=2, seen=cases.version(case))

    case.refresh_from_db()
    assert lines_of(case.invoice) == before
    assert codes(case) == {"NOT_ON_ORDER"}
    assert set(LineLink.objects.values_list("undone_by", flat=True)) == {clerk.pk}


def test_a_line_that_bills_more_than_its_order_line_can_be_split_as_well(desk, orders, clerk):
    named = billed(1, "10", item="BELT", order_number="PO-1", order_line=1, description="Drive belt 12 mm")
    case = case_of(desk.invoice("R-1", named, order_number=""))
    assert "OVER_ORDERED" in codes(case)

    split(case, clerk)

    case.refresh_from_db()
    assert case.status == "cleared"


def test_several_billed_lines_on_one_order_line_are_counted_together(desk, clerk):
    desk.order("PO-1", ordered(1, "10", item="BELT", description="Drive belt 12 mm"))
    desk.receive(10)
    case = case_of(desk.invoice("R-1", belts(1, "6"), belts(2, "5"), order_number=""))

    linking.confirm(case, by=clerk, line=1, order="PO-1", order_line=1)
    case.refresh_from_db()
    left = [point.words for point in linking.proposals(case)[2][0].points]
    linking.confirm(case, by=clerk, line=2, order="PO-1", order_line=1)

    case.refresh_from_db()
    over = next(each for each in case.decision.answer["findings"] if each["code"] == "OVER_ORDERED")
    assert (over["base"], over["actual"], over["variance"]) == ("10", "11", "1")
    assert "just the 10 PCS still open" not in left
    shares = allocate(case_from(case.decision.question))
    assert [(share.line, share.quantity) for share in shares if share.receipt] == [(1, 6), (2, 4)]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        (BOTH[:1], "two order lines or more"),
        ([BOTH[0], BOTH[0]], "two order lines or more"),
        ([BOTH[0], Part("PO-2", 1, Decimal(5))], "come to 11 PCS, line 1 bills 10 PCS"),
        ([Part("PO-1", 1, Decimal(14)), Part("PO-2", 1, Decimal(-4))], "same sign"),
    ],
)
def test_parts_that_are_not_the_line_are_refused(case, clerk, parts, why):
    with pytest.raises(linking.WrongParts, match=why):
        split(case, clerk, parts)

    assert not LineLink.objects.exists()
    assert case.invoice.lines.count() == 1


def test_only_order_lines_that_are_proposed_take_a_part(case, clerk):
    with pytest.raises(linking.NotProposed):
        split(case, clerk, [BOTH[0], Part("PO-9", 1, Decimal(4))])


def test_a_split_is_made_again_after_a_pull_that_changes_something_else(desk, orders, clerk):
    bc_id = UUID(int=7)
    invoice = desk.invoice("R-1", belts(), order_number="", bc_id=bc_id)
    case = case_of(invoice)
    split(case, clerk, [Part("PO-1", 1, Decimal(7)), Part("PO-2", 1, Decimal(3))])

    desk.invoice("R-1", belts(), order_number="", bc_id=bc_id, document_url="https://scans.test/1")

    assert [row[:4] for row in lines_of(invoice)] == [(1, "PO-1", 1, 7), (2, "PO-2", 1, 3)]


def test_a_split_is_over_when_the_line_bills_something_else(desk, orders, clerk):
    bc_id = UUID(int=7)
    invoice = desk.invoice("R-1", belts(), order_number="", bc_id=bc_id)
    split(case_of(invoice), clerk, [Part("PO-1", 1, Decimal(7)), Part("PO-2", 1, Decimal(3))])

    desk.invoice("R-1", belts(quantity="9"), order_number="", bc_id=bc_id)

    assert [row[:4] for row in lines_of(invoice)] == [(1, "", None, 9)]
    assert not LineLink.objects.filter(undone_at=None).exists()
