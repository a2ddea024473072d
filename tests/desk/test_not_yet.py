"""What came and is not billed, and the other way round: lines by hand, and any history against plain sums."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation import control, documents, not_yet, roles
from reconciliation.forms import ReturnForm, ReturnLineForm, ReversalForm
from reconciliation.models import GoodsReceipt, PurchaseOrder, SupplierInvoice
from reconciliation.not_yet import Side
from tests.factories import billed, ordered
from tests.totals.days import a_day

from .reading import links, words

pytestmark = pytest.mark.django_db
NOVEMBER = datetime.date(2026, 11, 1)
LAST = datetime.date(2026, 11, 30)


def on(day: int) -> datetime.date:
    return NOVEMBER + datetime.timedelta(day - 1)


def received(desk, quantity: str, day: int, *, unit: str = "PCS", number: str | None = None) -> GoodsReceipt:
    receipt = desk.receive(quantity, unit=unit, number=number)
    receipt.received_on = on(day)
    receipt.save()
    return receipt


def bill(desk, number: str, quantity: str, day: int, *, price: str = "5.00", unit: str = "PCS", **more):
    line = billed(quantity=quantity, price=price, unit=unit)
    return desk.invoice(number, line, invoice_date=on(day), **more)


def sent_back(
    desk, quantity: str, day: int, *, rejected: str | None = None, unit: str = "PCS", number: str = "RT-1"
) -> None:
    lines = (ReturnLineForm(1, 1, Decimal(quantity), unit, Decimal(rejected) if rejected else None),)
    form = ReturnForm(number, "PO-1", on(day), "Broken", lines)
    documents.record_return(desk.company, form, source="test")


def told(desk, side: Side, day: int = 30) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """Give of each open line what came, what is billed, the amount, since when, and by which documents."""
    return [
        (
            f"{line.came:f}",
            f"{line.billed:f}",
            f"{line.amount:f}" if line.amount is not None else "none",
            f"{line.since:%d}" if line.since else "",
            line.documents,
        )
        for line in not_yet.lines(desk.company, side, on(day))
    ]


def test_the_oldest_goods_are_billed_first(desk) -> None:
    desk.order()
    received(desk, "4", 2, number="GR-1")
    received(desk, "3", 9, number="GR-2")
    received(desk, "2", 16, number="GR-3")
    bill(desk, "R-1", "5", 20)

    assert told(desk, Side.RECEIVED) == [("9", "5", "20", "09", ("GR-2", "GR-3"))]
    assert told(desk, Side.BILLED) == []


def test_a_day_is_told_as_it_was_then(desk) -> None:
    desk.order()
    received(desk, "4", 2, number="GR-1")
    bill(desk, "R-1", "10", 20)

    assert [told(desk, Side.RECEIVED, day) for day in (1, 2, 19, 20)] == [
        [],
        [("4", "0", "20", "02", ("GR-1",))],
        [("4", "0", "20", "02", ("GR-1",))],
        [],
    ]
    assert told(desk, Side.BILLED, 20) == [("4", "10", "30", "20", ("R-1",))]


def test_a_receipt_counts_until_the_day_it_was_reversed(desk) -> None:
    desk.order()
    receipt = received(desk, "4", 2, number="GR-1")
    form = ReversalForm("RV-1", "GR-1", on(12), "Counted twice")
    documents.record_reversal(desk.company, form, source="test")
    receipt.refresh_from_db()

    assert receipt.reversed_on == on(12)
    assert told(desk, Side.RECEIVED, 11) == [("4", "0", "20", "02", ("GR-1",))]
    assert told(desk, Side.RECEIVED, 12) == []


def test_what_went_back_after_it_was_billed_waits_for_a_credit_memo(desk) -> None:
    desk.order()
    received(desk, "10", 2)
    bill(desk, "R-1", "10", 5)
    sent_back(desk, "3", 8)
    before = told(desk, Side.BILLED)
    bill(desk, "C-1", "3", 20, type=SupplierInvoice.Type.CREDIT_MEMO)

    assert before == [("7", "10", "15", "05", ("R-1",))]
    assert told(desk, Side.BILLED, 19) == before
    assert told(desk, Side.BILLED) == told(desk, Side.RECEIVED) == []


@pytest.mark.parametrize(
    ("went_back", "rejected", "owed"),
    [
        ("3", "3", []),
        ("5", "3", [("5", "7", "10", "05", ("R-1",))]),
        ("5", "5", [("5", "7", "10", "05", ("R-1",))]),  # two of them cannot have been rejected
        ("3", None, [("4", "7", "15", "05", ("R-1",))]),
    ],
)
def test_rejected_goods_that_go_back_were_never_billed(desk, went_back, rejected, owed) -> None:
    desk.order()
    receipt = received(desk, "10", 2)
    receipt.lines.update(quantity_accepted=7, quantity_rejected=3)
    bill(desk, "R-1", "7", 5)
    sent_back(desk, went_back, 8, rejected=rejected)

    assert told(desk, Side.BILLED, 7) == []
    assert told(desk, Side.BILLED) == owed
    assert told(desk, Side.RECEIVED) == []


def test_rejected_goods_in_another_unit_go_back_as_pieces(desk) -> None:
    desk.order("PO-1", ordered(quantity="48"))
    receipt = received(desk, "3", 2, unit="BOX", number="GR-1")
    receipt.lines.update(quantity_accepted=2, quantity_rejected=1)
    sent_back(desk, "18", 8, rejected="18")

    assert told(desk, Side.RECEIVED) == [("18", "0", "90", "02", ("GR-1",))]


def test_a_credit_memo_takes_off_what_was_billed(desk) -> None:
    desk.order()
    received(desk, "10", 2, number="GR-1")
    bill(desk, "R-1", "10", 5)
    bill(desk, "C-1", "4", 9, type=SupplierInvoice.Type.CREDIT_MEMO)

    assert told(desk, Side.RECEIVED) == [("10", "6", "20", "02", ("GR-1",))]


def test_another_unit_is_converted_and_one_that_leads_nowhere_is_said(desk) -> None:
    desk.order("PO-1", ordered(quantity="2", price="60.00", unit="BOX"))
    received(desk, "18", 2, number="GR-1")
    bill(desk, "R-1", "1", 5, unit="BOX", price="60.00")
    in_boxes = not_yet.lines(desk.company, Side.RECEIVED, LAST)
    received(desk, "1", 6, unit="PALLET", number="GR-2")
    (with_pallet,) = not_yet.lines(desk.company, Side.RECEIVED, LAST)

    assert [(line.came, line.billed, line.open, line.amount, line.unit) for line in in_boxes] == [
        (Decimal("1.5"), Decimal(1), Decimal("0.5"), Decimal(30), "BOX")
    ]
    assert [in_boxes[0].is_short, with_pallet.is_short, with_pallet.amount] == [False, True, Decimal(30)]


def test_a_document_that_cannot_be_counted_is_shown_where_nothing_else_is_open(desk, signed_in) -> None:
    desk.order()
    received(desk, "1", 6, unit="PALLET", number="GR-1")

    shown = words(signed_in(roles.FINANCE_CONTROLLER).get("/boards/not-yet/received/?on=2026-11-30"))

    assert "PO-1 / 1 FILTER Liftbau Nord 0 PCS 0 PCS 0 PCS a unit is not counted 0.00 EUR GR-1 –" in shown
    assert "Nothing is open" not in shown
    assert told(desk, Side.BILLED) == []


def test_twelve_pieces_are_a_box_without_a_crumb(desk) -> None:
    desk.order("PO-1", ordered(quantity="2", price="60.00", unit="BOX"))
    for number in range(12):
        received(desk, "1", 2, number=f"GR-{number}")
    bill(desk, "R-1", "1", 5, unit="BOX", price="60.00")

    assert told(desk, Side.RECEIVED) == told(desk, Side.BILLED) == []


def test_a_service_is_compared_in_money(desk) -> None:
    desk.order("PO-1", ordered(quantity="1", price="1000.00", unit="", item="", kind="service"))
    confirmation = desk.confirm("400")
    confirmation.confirmed_on = on(4)
    confirmation.save()
    line = billed(quantity="1", price="250.00", unit="", item="")
    desk.invoice("R-1", line, invoice_date=on(9))

    assert told(desk, Side.RECEIVED, 8) == [("400", "0", "400", "04", ("SC-1",))]
    assert told(desk, Side.RECEIVED) == [("400", "250", "150", "04", ("SC-1",))]


def test_what_nobody_bills_or_receives_is_not_waited_for(desk) -> None:
    desk.order("PO-1", ordered(match_level="two_way"))
    bill(desk, "R-1", "10", 5)
    two_way = told(desk, Side.BILLED)
    received(desk, "12", 6, number="GR-1")
    PurchaseOrder.objects.update(agreed={"billing": "consignment"})

    assert two_way == []
    assert told(desk, Side.RECEIVED) == []


def test_the_orders_price_counts_with_its_base_discount_and_steps(desk) -> None:
    desk.order(
        "PO-1", ordered(quantity="100", price="5.00", price_base=Decimal(10), discount_percent=Decimal(20))
    )
    received(desk, "50", 2)
    plain = told(desk, Side.RECEIVED)[0][2]
    PurchaseOrder.objects.get().lines.update(
        agreed={"price_breaks": [{"from_quantity": "50", "unit_price": "4"}]}
    )

    assert (plain, told(desk, Side.RECEIVED)[0][2]) == ("20", "16")


def test_an_invoice_may_name_the_order_by_bcs_number_and_no_line(desk) -> None:
    order = desk.order()
    order.bc_number = "106001"
    order.save()
    received(desk, "4", 2)
    line = billed(quantity="4", order_line=None)
    desk.invoice("R-1", line, invoice_date=on(3), order_number="106001")

    assert told(desk, Side.RECEIVED) == []


DAYS = st.integers(1, 30)
FEW = st.integers(1, 30)
EVENT = st.one_of(
    st.tuples(st.just("receipt"), FEW, st.sampled_from(["PCS", "BOX"]), DAYS, st.none() | DAYS),
    st.tuples(st.just("return"), FEW, st.sampled_from(["PCS", "BOX"]), DAYS, st.none()),
    st.tuples(st.just("invoice"), FEW, st.sampled_from(["PCS", "BOX", ""]), DAYS, st.none()),
    st.tuples(st.just("credit"), FEW, st.sampled_from(["PCS", "BOX", ""]), DAYS, st.none()),
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EVENT, max_size=5), DAYS, st.sampled_from(["PCS", "BOX"]))
def test_any_history_comes_to_what_plain_sums_come_to(desk, events, day, unit) -> None:
    with transaction.atomic():
        desk.order("PO-1", ordered(quantity="100", price="12.00", unit=unit))
        came = invoiced = Decimal(0)
        pieces = {"PCS": 1, "BOX": 12, "": 12 if unit == "BOX" else 1}
        for number, (kind, quantity, told_unit, at, reversed_at) in enumerate(events):
            happen(desk, kind, number, quantity, told_unit, at, reversed_at)
            counts = at <= day and not (reversed_at and max(at, reversed_at) <= day)
            amount = quantity * pieces[told_unit] * counts
            came += amount if kind == "receipt" else -amount if kind == "return" else 0
            invoiced += amount if kind == "invoice" else -amount if kind == "credit" else 0
        found = {side: not_yet.lines(desk.company, side, on(day)) for side in Side}
        vendors = not_yet.by_vendor(desk.company, on(day))
        transaction.set_rollback(True)

    price = Decimal(1) if unit == "BOX" else Decimal(12)  # of a piece
    assert [line.amount for line in found[Side.RECEIVED]] == (
        [(came - invoiced) * price] if came > invoiced else []
    )
    assert [line.amount for line in found[Side.BILLED]] == (
        [(invoiced - came) * price] if invoiced > came else []
    )
    assert [(row.received, row.billed) for row in vendors] == (
        [(max(came - invoiced, 0) * price, max(invoiced - came, 0) * price)] if came != invoiced else []
    )
    for side, lines in found.items():
        for line in lines:
            assert line.documents or (came if side is Side.RECEIVED else invoiced) <= 0


def happen(desk, kind, number, quantity, unit, at, reversed_at) -> None:
    if kind == "receipt":
        receipt = received(desk, str(quantity), at, unit=unit, number=f"GR-{number}")
        receipt.reversed_on = on(max(at, reversed_at)) if reversed_at else None
        receipt.save()
    elif kind == "return":
        sent_back(desk, str(quantity), at, unit=unit, number=f"RT-{number}")
    else:
        of = SupplierInvoice.Type.CREDIT_MEMO if kind == "credit" else SupplierInvoice.Type.INVOICE
        bill(desk, f"R-{number}", str(quantity), at, unit=unit, type=of)


@pytest.fixture
def month_end(desk):
    """Four of ten came on the 2nd, two on the 1st of December; a vendor without goods billed on the 20th."""
    desk.order()
    received(desk, "4", 2, number="GR-1")
    received(desk, "2", 31, number="GR-2")
    desk.order("PO-2", vendor="V20")
    desk.invoice("R-2", billed(), vendor="V20", order_number="PO-2", invoice_date=on(20))
    return desk


def test_a_board_opens_its_lines_and_a_day_is_chosen(month_end, signed_in) -> None:
    client = signed_in(roles.FINANCE_CONTROLLER)

    opened = client.get(links(client.get("/boards/"))["Liftbau Nord"])
    at_month_end = client.get("/boards/not-yet/received/?on=2026-11-30")

    assert "PO-1 / 1" in words(opened)
    assert "As of 30 November 2026: 20.00 EUR" in words(at_month_end)
    row = "PO-1 / 1 FILTER Liftbau Nord 4 PCS 0 PCS 4 PCS 20.00 EUR GR-1"
    assert row in words(at_month_end)
    assert "28 d" in words(at_month_end)


def test_the_lines_are_a_file_too(month_end, signed_in) -> None:
    client = signed_in(roles.FINANCE_CONTROLLER)

    answer = client.get("/boards/not-yet/billed.csv?on=2026-11-30")
    book = client.get("/boards/not-yet/billed.xlsx?on=2026-11-30")

    assert answer["Content-Disposition"] == 'attachment; filename="billed-2026-11-30.csv"'
    assert answer.content.decode().removeprefix("\ufeff").splitlines()[1:] == [
        "2026-11-30,V20,Klima Süd,PO-2,1,FILTER,,PCS,0,10,10,50,EUR,R-2,2026-11-20,"
    ]
    assert book.content.startswith(b"PK")


def test_the_evidence_of_a_day_has_what_was_open_at_its_end(month_end, signed_in) -> None:
    control.keep(month_end.company, a_day(), now=timezone.now())
    content = signed_in(roles.AUDITOR).get("/calendar/2026-11-05/evidence/").content.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(content)) if "not" in row[0]]

    assert rows[0][:9] == [
        "received, not invoiced", "FILTER", "PCS", "PO-1 / 1", "", "4", "20 EUR", "GR-1", "V10 Liftbau Nord",
    ]  # fmt: skip
    assert rows[0][12] == "2026-11-02"
    assert [(row[0], row[4]) for row in rows[1:]] == [
        ("received, not invoiced", "1"),
        ("invoiced, not received", "0"),
    ]


@pytest.mark.parametrize("path", ["/boards/not-yet/received/", "/boards/not-yet/billed.csv"])
def test_who_may_not_see_cases_sees_no_lines(company, signed_in, path) -> None:
    assert signed_in(roles.INTEGRATION_ADMIN).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/boards/not-yet/lost/", "/boards/not-yet/billed.pdf"])
def test_a_side_or_a_form_that_is_not_there_is_not_found(company, signed_in, path) -> None:
    assert signed_in(roles.AP_CLERK).get(path).status_code == 404
