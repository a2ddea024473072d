"""A billed line that names no order line: proposed with reasons, confirmed by a person, undone again."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from reconciliation import cases, linking, reconcile
from reconciliation.documents import WrongStatus
from reconciliation.models import ExceptionCase, LineLink, SupplierInvoice

from .desk import billed, ordered

pytestmark = pytest.mark.django_db


def texted(line: int = 1, *, description: str = "Drive belt, 12mm", **changes):
    return billed(line, item="", order_line=None, description=description, **changes)


@pytest.fixture
def case(desk) -> ExceptionCase:
    """Ten belts ordered and received; the invoice names neither order nor item."""
    desk.order("PO-1", ordered(1, item="BELT", description="Drive belt 12 mm"), ordered(2, price="80.00"))
    desk.order("PO-2", ordered(1, item="BELT", description="Drive belt 14 mm", price="6.00"))
    desk.order("PO-3", ordered(1, item="BELT", description="Drive belt 12 mm"), vendor="V20")
    desk.receive(10)
    invoice = desk.invoice("R-1", texted(), order_number="")
    reconcile.match_due()
    return ExceptionCase.objects.get(invoice=invoice)


def confirm(case: ExceptionCase, by: User, **changes) -> LineLink:
    chosen = {"line": 1, "order": "PO-1", "order_line": 1, **changes}
    return linking.confirm(case, by=by, seen=cases.version(case), **chosen)


def test_the_vendors_open_lines_are_proposed_and_nothing_is_linked(case):
    found = linking.proposals(case)

    assert [(one.order, one.order_line) for one in found[1]] == [("PO-1", 1), ("PO-2", 1)]
    assert [point.words for point in found[1][0].points] == [
        "the text names item BELT",
        "descriptions 84 % alike",
        "the same price of 5.00 EUR",
        "the same unit PCS",
        "just the 10 PCS still open",
    ]
    assert case.status == "open"
    assert not LineLink.objects.exists()
    assert not case.invoice.lines.get().linked


def test_a_confirmed_line_is_judged_at_once_and_the_case_clears(case, clerk):
    link = confirm(case, clerk)

    case.refresh_from_db()
    assert case.status == "cleared"
    assert case.invoice.lines.values_list("order_number", "order_line", "linked").get() == ("PO-1", 1, True)
    assert SupplierInvoice.objects.get(number="R-1").status == "ready"
    assert (link.by, link.score, link.undone_at) == (clerk, 87, None)
    assert link.points[2] == "the same price of 5.00 EUR"


def test_what_is_dearer_than_its_line_stays_blocked_for_that(desk, clerk, case):
    confirm(case, clerk, order="PO-2")

    case.refresh_from_db()
    assert case.status == "open"
    assert "NO_RECEIPT" in {finding["code"] for finding in case.decision.answer["findings"]}
    assert "NOT_ON_ORDER" not in {finding["code"] for finding in case.decision.answer["findings"]}


def test_an_undone_link_leaves_the_line_as_it_was_and_both_are_kept(case, clerk):
    confirm(case, clerk, order="PO-2")
    case.refresh_from_db()

    linking.undo(case, by=clerk, line=1, seen=cases.version(case))

    case.refresh_from_db()
    assert [finding["code"] for finding in case.decision.answer["findings"]] == ["NOT_ON_ORDER"]
    assert case.invoice.lines.values_list("order_number", "order_line", "linked").get() == ("", None, False)
    link = LineLink.objects.get()
    assert link.undone_by == clerk
    assert link.undone_at >= link.at


def test_an_item_under_the_vendors_own_number_may_be_confirmed(desk, clerk):
    desk.order("PO-1", ordered(1, item="BELT", description="Drive belt, vendor no. KX-9981"))
    desk.receive(10)
    invoice = desk.invoice("R-2", billed(1, item="KX9981", order_line=None))
    reconcile.match_due()
    case = ExceptionCase.objects.get(invoice=invoice)

    confirm(case, clerk)

    case.refresh_from_db()
    assert case.status == "cleared"
    assert case.invoice.lines.get().item == "KX9981"


def test_a_link_counts_for_the_other_invoices_of_the_order(desk, case, clerk):
    confirm(case, clerk)
    second = desk.invoice("R-3", billed(1, "2", item="BELT"))

    reconcile.match_due()

    found = ExceptionCase.objects.get(invoice=second).decision.answer["findings"]
    assert "OVER_RECEIVED" in {finding["code"] for finding in found}


@pytest.mark.parametrize("chosen", [{"order": "PO-3"}, {"order_line": 2}, {"line": 2}, {"order": "PO-9"}])
def test_only_what_is_proposed_can_be_confirmed(case, clerk, chosen):
    with pytest.raises(linking.NotProposed, match="no longer proposed"):
        confirm(case, clerk, **chosen)

    assert not LineLink.objects.exists()


def test_who_may_not_resolve_links_nothing(case):
    with pytest.raises(cases.NotAllowed):
        confirm(case, User.objects.create_user("otto"))


def test_a_page_that_is_out_of_date_links_nothing(case, clerk):
    seen = cases.version(case)
    confirm(case, clerk, order="PO-2")

    with pytest.raises(cases.StaleCase):
        linking.confirm(case, by=clerk, line=1, order="PO-1", order_line=1, seen=seen)

    assert LineLink.objects.count() == 1


def test_a_case_that_is_closed_keeps_its_links(case, clerk):
    link = confirm(case, clerk)
    case.refresh_from_db()

    with pytest.raises(cases.WrongStatus):
        linking.undo(case, by=clerk, line=1)
    from reconciliation import documents

    with pytest.raises(WrongStatus):
        documents.unlink_line(link, by=clerk)
    assert LineLink.objects.get().undone_at is None


def test_a_link_survives_a_pull_that_changes_something_else(desk, clerk):
    from uuid import UUID

    bc_id = UUID(int=7)
    desk.order("PO-1", ordered(1, item="BELT", description="Drive belt 12 mm"))
    invoice = desk.invoice("R-1", texted(), order_number="", bc_id=bc_id)
    reconcile.match_due()
    confirm(ExceptionCase.objects.get(invoice=invoice), clerk)

    desk.invoice("R-1", texted(quantity="8"), order_number="", bc_id=bc_id)

    assert invoice.lines.values_list("order_number", "order_line", "linked").get() == ("PO-1", 1, True)
    assert LineLink.objects.get().undone_at is None

    desk.invoice("R-1", texted(quantity="8", description="Air filter"), order_number="", bc_id=bc_id)

    assert invoice.lines.values_list("order_number", "order_line", "linked").get() == ("", None, False)
    link = LineLink.objects.get()
    assert (link.undone_by, link.undone_at is not None) == (None, True)


def test_the_vendors_own_number_is_learned_from_what_was_linked(desk, clerk):
    desk.order("PO-1", ordered(1, item="BELT", description="Drive belt, vendor no. KX-9981"))
    desk.receive(10)
    first = desk.invoice("R-2", billed(1, item="KX9981", order_line=None))
    reconcile.match_due()
    confirm(ExceptionCase.objects.get(invoice=first), clerk)
    desk.order("PO-2", ordered(1, item="BELT", description="Belt, black", price="9.00"))
    second = desk.invoice("R-3", billed(1, item="KX-9981", order_line=None), order_number="")
    reconcile.match_due()

    found = linking.proposals(ExceptionCase.objects.get(invoice=second))

    assert [(one.order, one.points[0].words) for one in found[1]][-1] == (
        "PO-2",
        "this vendor's KX-9981 was linked to item BELT before",
    )
