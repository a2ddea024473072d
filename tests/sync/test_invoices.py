"""Invoices come from BC as drafts, with the orders they were made from."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from integration import connections, sync
from integration.models import SyncIssue, SyncRun, SyncState
from integration.sync import invoice_pages, invoices, runs
from masterdata.models import Company
from reconciliation import documents, reconcile
from reconciliation.forms import InvoiceForm, InvoiceLineForm, OrderForm, OrderLineForm
from reconciliation.models import ExceptionCase, PurchaseOrder, SupplierInvoice

pytestmark = pytest.mark.django_db


def pull(*, full: bool = False) -> SyncRun:
    return sync.pull_entity("invoices", full=full)[0]


def draft(*lines: dict[str, object], number: str = "R-1", **header: object) -> dict[str, object]:
    filled = [{"lineObjectNumber": "FILTER", "quantity": 10, "unitCost": "12.5"} | line for line in lines]
    return {
        "vendorNumber": "V1",
        "vendorInvoiceNumber": number,
        "invoiceDate": "2026-05-04",
        "dueDate": "2026-06-03",
        "purchaseInvoiceLines": filled
        or [{"lineObjectNumber": "FILTER", "quantity": 10, "unitCost": "12.5"}],
    } | header


def order(company: Company, number: str, *, bc_number: str) -> PurchaseOrder:
    line = OrderLineForm(
        line=1, kind="item", item="FILTER", quantity=Decimal(10), unit="PCS", unit_price=Decimal("12.5")
    )
    form = OrderForm(
        number=number,
        vendor_number="V1",
        currency="EUR",
        order_date=datetime.date(2026, 5, 1),
        approved_by="anna",
        lines=(line,),
    )
    recorded = documents.record_order(company, form, source="/cafm")
    documents.mark_posted(recorded, bc_id=None, bc_number=bc_number, at=timezone.now())
    return recorded


def test_a_draft_becomes_an_invoice_with_its_lines(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft({"taxPercent": 19, "discountPercent": 10})]})

    run = pull()

    assert (run.rows_read, run.rows_new, run.rows_failed) == (1, 1, 0)
    invoice = SupplierInvoice.objects.get()
    assert (invoice.number, invoice.origin, invoice.status) == ("R-1", "bc", "received")
    assert (invoice.vendor_number, invoice.vendor_name, invoice.currency) == ("V1", "Kontor & Söhne", "EUR")
    assert (invoice.invoice_date, invoice.due_on) == (datetime.date(2026, 5, 4), datetime.date(2026, 6, 3))
    assert (invoice.total, invoice.tax) == (Decimal("133.88"), Decimal("21.38"))
    assert invoice.match_due
    line = invoice.lines.get()
    assert (line.line, line.item, line.quantity, line.unit) == (1, "FILTER", 10, "PCS")
    assert (line.unit_price, line.discount, line.amount) == (
        Decimal("12.5"),
        Decimal("12.5"),
        Decimal("112.5"),
    )
    assert (line.order_number, line.order_line) == ("", None)


def test_an_invoice_finds_our_order_by_bcs_number(filled) -> None:
    company = sync.ensure_company()
    order(company, "PO-7", bc_number="106001")
    filled.control.seed({"purchaseInvoices": [draft(orderNumber="106001")]})

    pull()

    invoice = SupplierInvoice.objects.get()
    assert invoice.order_number == "PO-7"
    assert [(line.order_number, line.order_line) for line in invoice.lines.all()] == [("PO-7", 1)]


def test_an_order_that_is_not_ours_keeps_its_number(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft(orderNumber="106099")]})

    pull()

    assert SupplierInvoice.objects.get().order_number == "106099"


def test_comment_lines_are_left_out(filled) -> None:
    comment = {
        "lineType": "Comment",
        "lineObjectNumber": "",
        "description": "Thank you",
        "quantity": 0,
        "unitCost": 0,
    }
    filled.control.seed({"purchaseInvoices": [draft({}, comment)]})

    pull()

    assert [line.item for line in SupplierInvoice.objects.get().lines.all()] == ["FILTER"]


def test_prices_with_tax_are_told_without(filled) -> None:
    taxed = draft({"taxPercent": 19, "unitCost": "11.9"}, pricesIncludeTax=True)
    filled.control.seed({"purchaseInvoices": [taxed]})

    pull()

    invoice = SupplierInvoice.objects.get()
    line = invoice.lines.get()
    assert (line.unit_price, line.amount, line.tax) == (Decimal(10), Decimal(100), Decimal(19))
    assert invoice.total == Decimal(119)


def test_a_second_pull_writes_nothing(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft()]})
    pull()
    SupplierInvoice.objects.update(match_due=False)

    for full in (False, True):
        again = pull(full=full)
        assert (again.rows_new, again.rows_changed) == (0, 0)

    assert not SupplierInvoice.objects.get().match_due


def test_a_changed_draft_is_recorded_again_and_matched_again(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft()]})
    pull()
    SupplierInvoice.objects.update(match_due=False)
    invoice = SupplierInvoice.objects.get()
    client = connections.client()
    line = client.lines("purchaseInvoices", invoice.bc_id, "purchaseInvoiceLines", select=("id",))[0]
    client.update("purchaseInvoiceLines", line["id"], {"quantity": 8}, etag=line["@odata.etag"])

    run = pull()

    assert (run.rows_new, run.rows_changed) == (0, 1)
    invoice.refresh_from_db()
    assert invoice.match_due
    assert invoice.lines.get().quantity == 8


def test_what_bc_posted_without_us_is_marked_as_posted(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft()]})
    pull()
    invoice = SupplierInvoice.objects.get()
    client = connections.client()
    seen = client.get("purchaseInvoices", invoice.bc_id, select=("id", "status"))
    client.act("purchaseInvoices", invoice.bc_id, "post", etag=seen["@odata.etag"])

    pull()

    invoice.refresh_from_db()
    assert invoice.is_posted
    assert invoice.bc_number.startswith("208")
    assert invoice.posted_at is not None


def test_invoices_posted_before_our_time_stay_in_bc(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft(status="Open")]})

    pull()
    pull()

    assert not SupplierInvoice.objects.exists()


def test_a_draft_without_the_vendors_number_goes_by_bcs(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft(vendorInvoiceNumber="")]})

    pull()

    invoice = SupplierInvoice.objects.get()
    assert invoice.number == invoice.bc_number
    assert not SyncIssue.objects.exists()


def test_our_own_draft_is_known_though_bc_writes_its_number_in_capitals(filled) -> None:
    line = InvoiceLineForm(
        line=1, quantity=Decimal(10), unit_price=Decimal("12.5"), amount=Decimal(125), item="FILTER"
    )
    form = InvoiceForm(
        number="r-1",
        vendor_number="V1",
        currency="EUR",
        invoice_date=datetime.date(2026, 5, 4),
        total=Decimal(125),
        lines=(line,),
    )
    ours = documents.record_invoice(sync.ensure_company(), form, source="/cafm", origin="cafm")
    documents.mark_ready(ours)
    filled.control.seed({"purchaseInvoices": [draft(number="R-1")]})

    pull()

    assert list(SupplierInvoice.objects.values_list("number", "origin")) == [("r-1", "cafm")]


def delete_draft(invoice: SupplierInvoice) -> None:
    """Delete the draft in BC, as a person does there."""
    client = connections.client()
    seen = client.get("purchaseInvoices", invoice.bc_id, select=("id",))
    client.delete("purchaseInvoices", invoice.bc_id, etag=seen["@odata.etag"])


def test_a_draft_deleted_in_bc_closes_its_invoice_and_its_case(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft(orderNumber="106099"), draft(number="R-2")]})
    pull()
    reconcile.match_due()
    case = ExceptionCase.objects.get(invoice__number="R-1")
    delete_draft(case.invoice)

    changes = pull()
    everything = pull(full=True)
    reconcile.match_due()

    case.refresh_from_db()
    invoice = case.invoice
    invoice.refresh_from_db()
    assert (changes.rows_deleted, everything.rows_deleted) == (0, 1)
    assert (invoice.status, invoice.match_due) == ("rejected", False)
    assert invoice.deleted_at is not None
    assert (case.status, case.cleared_by) == (
        "cleared",
        "the pull found that the draft was deleted in Business Central",
    )
    assert everything.issues.get().record == "invoice R-1"
    assert SupplierInvoice.objects.get(number="R-2").status != "rejected"
    assert pull(full=True).rows_deleted == 0


def test_an_invoice_that_bc_still_has_is_not_taken_for_deleted(filled) -> None:
    filled.control.seed({"purchaseInvoices": [draft(orderNumber="106099")]})
    pull()
    reconcile.match_due()
    posted = draft(number="R-1", status="Open", id=str(SupplierInvoice.objects.get().bc_id))
    filled.control.seed({"purchaseInvoices": [posted]})
    SyncState.objects.update(watermark=timezone.now() + datetime.timedelta(days=1))

    run = pull(full=True)

    assert run.rows_deleted == 0
    assert SupplierInvoice.objects.get().status == "blocked"


def test_an_invoice_of_the_cafm_is_not_looked_for_among_the_drafts(filled) -> None:
    line = InvoiceLineForm(line=1, quantity=Decimal(10), unit_price=Decimal(2), amount=Decimal(20))
    form = InvoiceForm(
        number="R-1", vendor_number="V1", currency="EUR", total=Decimal(20), lines=(line,),
        invoice_date=datetime.date(2026, 5, 4),
    )  # fmt: skip
    ours = documents.record_invoice(sync.ensure_company(), form, source="/cafm", origin="cafm")

    pull(full=True)

    ours.refresh_from_db()
    assert (ours.status, ours.deleted_at) == ("received", None)


def test_a_pull_of_invoices_begins_again_when_bcs_page_mark_died(filled, monkeypatch) -> None:
    filled.control.seed({"purchaseInvoices": [draft(number=f"R-{number}") for number in range(5)]})
    monkeypatch.setattr("integration.sync.invoices.PAGE_SIZE", 2)
    filled.control.set_faults([{"fault": "dead_skip_token", "every": 2, "times": 1}])

    run = pull()

    assert (run.state, run.rows_read, run.rows_new, run.rows_unchanged) == ("done", 9, 5, 4)
    assert SupplierInvoice.objects.count() == 5


@pytest.mark.parametrize("status", ["Draft", "In Review", "In_x0020_Review", " ", "_x0020_", ""])
def test_an_invoice_that_is_not_posted_is_a_draft_however_its_state_is_written(filled, status) -> None:
    filled.control.seed({"purchaseInvoices": [draft()]})
    (row,) = as_told()

    (invoice,) = invoice_pages.read([row | {"status": status}]).invoices

    assert not invoice.head.is_posted


@pytest.mark.parametrize("lines", [{}, {"purchaseInvoiceLines": None}])
def test_an_invoice_that_comes_without_lines_does_not_stop_the_others(filled, lines) -> None:
    filled.control.seed({"purchaseInvoices": [draft(number="R-1"), draft(number="R-2")]})
    first, second = as_told()
    del first["purchaseInvoiceLines"]
    company = sync.ensure_company()

    invoices.pull(OnePage([first | lines, second]), company, runs.start(company, "invoices"))

    assert sorted(each.lines.count() for each in SupplierInvoice.objects.all()) == [0, 1]


class OnePage:
    """A Business Central that answers every question with the same page."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self.rows = rows

    def pages(self, *asked: object, **how: object) -> list[list[dict[str, object]]]:
        return [self.rows]


def as_told() -> list[dict[str, object]]:
    """Give the invoices as Business Central tells them."""
    return list(connections.client().rows("purchaseInvoices", **invoice_pages.question()))
