"""What was under way at the cutover is taken over as posted, so that matching works from the first day."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from integration import opening
from integration.models import DocumentKind, Message, OpeningRun
from integration.opening.reading import read
from integration.totals import take
from reconciliation import reconcile
from reconciliation.models import ExceptionCase, GoodsReceipt, PurchaseOrder, SupplierInvoice
from tests.delivery.house import billed, invoice_form, outcomes

from .old_way import FILES, ORDER, files

D = Decimal


def run(house: Any, *, dry_run: bool = False, **changed: str) -> OpeningRun:
    asked = opening.ask(house.company, files(**changed), dry_run=dry_run, by="lead")
    assert opening.run_asked() == 1
    asked.refresh_from_db()
    return asked


def wrong(done: OpeningRun) -> list[tuple[str, int, str]]:
    return [(each["file"], each["row"], each["column"]) for each in done.problems]


def test_a_dry_run_ties_out_and_leaves_nothing(house: Any) -> None:
    done = run(house, dry_run=True)

    assert (done.state, done.problems, done.trouble) == ("done", [], "")
    assert {each["what"]: (each["files"], each["there"]) for each in done.totals} == {
        "Open orders": ("1", "1"),
        "Lines of open orders": ("1", "1"),
        "Ordered": ("10", "10"),
        "Ordered, before tax": ("125", "125"),
        "Received to date": ("7", "7"),
        "Invoiced to date": ("5", "5"),
        "Receipts": ("1", "1"),
        "Received in them": ("2", "2"),
        "Invoices": ("1", "1"),
        "Invoices, with tax": ("37.5", "37.5"),
        "Items in stock": ("1", "1"),
        "Stock, in base units": ("7", "7"),
    }
    assert all(each["ties_out"] for each in done.totals)
    assert (PurchaseOrder.objects.count(), Message.objects.count()) == (0, 0)


def test_everything_is_posted_and_nothing_is_sent(house: Any) -> None:
    house.sandbox.control.forget_requests()

    assert run(house).state == "done"
    house.drain()

    order = PurchaseOrder.objects.get()
    assert (order.number, order.bc_number, order.status) == ("PO-7", ORDER, "posted")
    receipts = GoodsReceipt.objects.order_by("number")
    told = [(row.number, row.bc_number, row.status, row.lines.get().quantity_accepted) for row in receipts]
    assert told == [("GR-7", "HR-1", "posted", D(2)), ("before PO-7", "", "posted", D(5))]
    invoices = SupplierInvoice.objects.order_by("number")
    assert [(row.number, row.status, row.lines.get().quantity) for row in invoices] == [
        ("R-7", "posted", D(3)),
        ("before PO-7", "posted", D(2)),
    ]
    assert set(Message.objects.values_list("state", flat=True)) == {"done"}
    calls = house.sandbox.control.requests()["counts"]
    assert {call.split(" ")[0] for call in calls} == {"GET"}


def test_a_later_receipt_brings_what_is_missing(house: Any) -> None:
    run(house)

    message = house.receipt("GR-8", "PO-7", accepted=D(3))
    house.drain()

    assert outcomes(message) == ["posted"]
    (line,) = house.dump("purchaseOrders")[0]["purchaseOrderLines"]
    assert (line["receivedQuantity"], line["invoicedQuantity"]) == (10, 5)


@pytest.mark.parametrize(
    ("quantity", "codes"),
    [("2", set()), ("3", {"OVER_ACCEPTED", "OVER_RECEIVED"})],
    ids=["received", "too much"],
)
def test_the_next_invoice_is_matched_against_what_came_and_was_billed_before(
    house: Any, quantity: str, codes: set[str]
) -> None:
    run(house)
    while reconcile.match_due():
        pass

    form = invoice_form("R-8", billed(quantity), order_number="PO-7")
    invoice = reconcile_one(house, form)

    found = ExceptionCase.objects.open().filter(invoice=invoice)
    assert {finding.code for case in found for finding in case.findings.all()} == codes
    assert not ExceptionCase.objects.open().exclude(invoice=invoice).exists()


def reconcile_one(house: Any, form: Any) -> SupplierInvoice:
    from reconciliation import documents

    invoice = documents.record_invoice(house.company, form, source="/cafm/test", origin="cafm")
    while reconcile.match_due():
        pass
    return invoice


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"orders": ("PO-7,HO-1", "PO-7,HO-2")}, {"orders bc_number", "receipts order"}),
        (
            {"orders": (",1,FILTER", ",2,FILTER")},
            {"orders line", "receipts order_line", "invoices order_line"},
        ),
        (
            {"orders": ("V1,EUR", "V2,USD"), "receipts": (",2\n", ",3\n"), "stock": (",7,PCS", ",8,PCS")},
            {"orders vendor", "orders currency", "receipts quantity", "stock quantity"},
        ),
        (
            {"orders": ("FILTER,10,PCS,12.5,7,5", "NOTHING,11,BOX,12.6,8,4"), "invoices": ("R-7;", "R-8;")},
            {f"orders {name}" for name in ("item", "quantity", "unit", "unit_price", "received", "invoiced")}
            | {"invoices number", "invoices unit"},
        ),
        ({"invoices": (";PCS;", ";BOX;")}, {"invoices unit"}),
        ({"orders": ("2026-10-01", "1.10.2026")}, {"orders order_date"}),
        ({"orders": (",unit_price", ",price")}, {"orders "}),
        ({"receipts": ("HR-1", "HR-2"), "invoices": (";37.50;PO", ";37.51;PO")},
         {"receipts bc_number", "invoices total"}),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_named_and_nothing_is_taken_over(
    house: Any, changes: dict[str, tuple[str, str]], expected: set[str]
) -> None:
    changed = {name: FILES[name].replace(*change, 1) for name, change in changes.items()}
    assert all(changed[name] != FILES[name] for name in changed)

    done = run(house, **changed)

    assert done.state == "refused"
    assert {f"{name} {column}" for name, _row, column in wrong(done)} == expected
    assert PurchaseOrder.objects.count() == 0
    assert all(each["sentence"] for each in done.problems)


def test_more_listed_than_received_is_told_with_the_order(house: Any) -> None:
    more = FILES["receipts"] + "GR-9,HR-1,PO-7,1,2026-10-20,6\n"

    assert ("orders", 2, "received") in wrong(run(house, receipts=more))


def test_a_second_time_it_is_here_already(house: Any) -> None:
    run(house)

    again = run(house)

    assert ("orders", 2, "number") in wrong(again)
    assert PurchaseOrder.objects.count() == 1
    assert Message.objects.filter(document_kind=DocumentKind.PURCHASE_ORDER).count() == 1


def test_one_order_there_is_not_taken_over_as_two(house: Any) -> None:
    twice = FILES["orders"] + FILES["orders"].splitlines()[1].replace("PO-7", "PO-8") + "\n"
    both = run(house, orders=twice)
    run(house)
    alone = {"receipts": "", "invoices": "", "stock": ""}
    later = run(house, orders=FILES["orders"].replace("PO-7", "PO-8"), **alone)

    assert wrong(both) == [("orders", 3, "bc_number")]
    assert wrong(later) == [("orders", 2, "bc_number")]
    assert "HO-1 of Business Central is PO-7 already" in later.problems[0]["sentence"]
    assert PurchaseOrder.objects.get().number == "PO-7"


def test_a_run_whose_worker_was_killed_ends_after_an_hour(house: Any) -> None:
    asked = opening.ask(house.company, files(), dry_run=False, by="lead")
    for minutes, state in ((59, "running"), (61, "failed")):
        started = timezone.now() - datetime.timedelta(minutes=minutes)
        OpeningRun.objects.update(state="running", started_at=started)

        assert opening.run_asked() == 0
        asked.refresh_from_db()
        assert asked.state == state
    assert "Send the files again" in asked.trouble


def test_what_was_taken_over_is_never_said_to_have_failed(house: Any, caplog: Any) -> None:
    """Both are written at once: a worker that is killed leaves either nothing, or a run that is done."""
    asked = opening.ask(house.company, files(), dry_run=False, by="lead")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_end() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;"
            "CREATE TRIGGER no_end BEFORE UPDATE ON integration_openingrun FOR EACH ROW "
            "WHEN (NEW.state = 'done') EXECUTE FUNCTION no_end()"
        )

    opening.run_asked()

    asked.refresh_from_db()
    assert (asked.state, PurchaseOrder.objects.count()) == ("failed", 0)
    assert "by its own fault" in asked.trouble
    assert "the disk is full" in caplog.text


def test_days_before_the_cutover_are_not_compared(house: Any) -> None:
    run(house)

    day = take(house.company, PurchaseOrder.objects.get().order_date)

    assert day.differences == []


@pytest.mark.parametrize(
    ("given", "told"),
    [({}, "at least one"), ({"orders": b"\xff\xfe"}, "UTF-8"), ({"orders": b"a\0b"}, "no CSV")],
    ids=["nothing", "another code", "no text"],
)
def test_what_is_no_file_of_balances_is_refused_at_once(
    house: Any, given: dict[str, bytes], told: str
) -> None:
    with pytest.raises(opening.BalanceError, match=told):
        opening.ask(house.company, given, dry_run=True, by="lead")
    assert not OpeningRun.objects.exists()


def test_a_file_that_would_fill_the_memory_is_told_so_once() -> None:
    found = read({"stock": "item,location,quantity,unit\n" + "FILTER,,1,PCS\n" * 100_001})

    assert [(each.row, each.sentence[:35]) for each in found.problems] == [
        (100_002, "The file has more than 100,000 rows")
    ]
