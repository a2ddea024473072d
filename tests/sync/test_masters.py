"""Master data comes from BC as it is, page by page, and only what differs is written."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from integration import connections, sync
from integration.bc import Client
from integration.errors import NotSentError
from integration.models import SyncIssue, SyncRun, SyncState
from integration.sync import runs, vanished
from masterdata import lookup, read_only
from masterdata.models import (
    Account,
    Company,
    Currency,
    ExchangeRate,
    Item,
    ItemUnit,
    Location,
    Unit,
    Vendor,
)
from reconciliation import documents, reconcile
from reconciliation.forms import InvoiceForm, InvoiceLineForm
from reconciliation.models import ExceptionCase, SupplierInvoice
from tests import changes as book

pytestmark = pytest.mark.django_db


def counts(run: SyncRun) -> tuple[int, int, int, int, int, int]:
    return (
        run.rows_read,
        run.rows_new,
        run.rows_changed,
        run.rows_unchanged,
        run.rows_deleted,
        run.rows_failed,
    )


def pull(entity: str, *, full: bool = False) -> SyncRun:
    return sync.pull_entity(entity, full=full)[0]


def test_the_company_comes_with_its_currency(sandbox) -> None:
    company = sync.ensure_company()

    assert (company.name, company.ledger_currency) == ("Nordhafen Facilities", "EUR")
    assert str(company.bc_id) == sandbox.company_id
    assert sync.ensure_company() == company


def test_a_company_that_was_made_before_is_taken_over(sandbox) -> None:
    made = Company.objects.create(name="Nordhafen Facilities", ledger_currency="XXX")

    assert sync.ensure_company() == made
    assert Company.objects.get().ledger_currency == "EUR"


def test_every_list_is_mirrored(filled) -> None:
    pulled = sync.pull_entity("all")

    assert [run.entity for run in pulled] == list(sync.MASTERS)
    assert {run.state for run in pulled} == {"done"}
    item = Item.objects.get(number="FILTER")
    assert (item.name, item.type, item.base_unit, item.unit_cost) == (
        "Air filter",
        "Inventory",
        "PCS",
        Decimal("12.5"),
    )
    assert Item.objects.get(number="OLD").blocked
    assert Vendor.objects.get(number="V2").blocked == "all"
    assert Vendor.objects.get(number="V1").currency == "EUR"
    assert Unit.objects.get(code="PCS").international_code == "H87"
    assert Currency.objects.get().decimal_places == "2:2"
    assert Location.objects.get().code == "MAIN"
    assert Account.objects.get(number="6100").is_postable
    assert ItemUnit.objects.get(item_number="FILTER", unit="BOX").per_base == 12
    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.starting_date) == ("USD", datetime.date(2026, 1, 1))
    company = Company.objects.get()
    assert lookup.ledger_amount(company, Decimal(100), "USD", datetime.date(2026, 5, 1)) == Decimal(90)


def test_a_second_pull_writes_nothing(filled) -> None:
    pull("items")

    second = pull("items")

    assert (second.kind, counts(second)) == ("delta", (2, 0, 0, 2, 0, 0))
    assert not book.changes().exists()


def test_only_what_changed_is_written_and_its_change_is_kept(filled) -> None:
    pull("items")
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Bag filter"}]})

    run = pull("items")

    assert counts(run)[1:4] == (0, 1, 1)
    change = book.changes().get(table="masterdata_item")
    assert change.actor == f"sync items run {run.pk}"
    assert (change.old["name"], change.new["name"]) == ("Air filter", "Bag filter")


def test_a_delta_leaves_out_what_did_not_change_for_long(filled) -> None:
    pull("items")
    later = timezone.now() + datetime.timedelta(hours=1)
    SyncState.objects.update(watermark=later)

    assert counts(pull("items"))[0] == 0


def test_a_delta_begins_ten_minutes_before_the_mark(filled) -> None:
    pull("items")
    mark = SyncState.objects.get(entity="items").watermark
    filled.control.forget_requests()

    pull("items")

    asked = json.dumps(filled.control.requests())
    assert f"{mark - datetime.timedelta(minutes=10):%Y-%m-%dT%H:%M}" in asked


def test_a_renamed_item_keeps_its_row(filled) -> None:
    pull("items")
    row = Item.objects.get(number="FILTER")
    filled.control.seed({"items": [{"id": str(row.bc_id), "number": "FILTER-NEW"}]})

    pull("items")

    assert Item.objects.get(pk=row.pk).number == "FILTER-NEW"


def test_what_bc_deleted_is_marked_by_a_full_pull(filled) -> None:
    pull("items")
    client = connections.client()
    old = Item.objects.get(number="OLD")
    tag = client.get("items", old.bc_id, select=("id",))["@odata.etag"]
    client.delete("items", old.bc_id, etag=tag)

    assert counts(pull("items"))[4] == 0
    assert counts(pull("items", full=True))[4] == 1
    assert Item.objects.get(pk=old.pk).deleted_at is not None
    assert Item.objects.present().count() == 1


def test_a_list_that_is_suddenly_short_deletes_nothing(sandbox) -> None:
    items = [{"number": f"I{number:03}", "baseUnitOfMeasureCode": "PCS"} for number in range(50)]
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": items})
    pull("items")
    sandbox.control.reset()

    with pytest.raises(vanished.TooManyGone, match="50 of 50 items are missing"):
        pull("items", full=True)

    assert Item.objects.present().count() == 50
    run = SyncRun.objects.latest("id")
    assert run.state == "failed"
    assert "--accept-deletions" in run.error
    sync.pull_entity("items", full=True, accept_deletions=True)
    assert Item.objects.present().count() == 0


def test_a_short_list_that_is_suddenly_empty_deletes_nothing(filled) -> None:
    pull("units")
    filled.control.reset()

    with pytest.raises(vanished.TooManyGone, match="2 of 2 units are missing"):
        pull("units", full=True)

    assert Unit.objects.present().count() == 2


def test_a_record_in_error_is_skipped_and_named(filled) -> None:
    filled.control.seed(
        {
            "currencyExchangeRates": [
                {"currencyCode": "USD", "startingDate": "2026-02-01", "exchangeRateAmount": 0}
            ]
        }
    )

    run = pull("exchange-rates")

    assert counts(run) == (2, 1, 0, 0, 0, 1)
    issue = SyncIssue.objects.get(run=run)
    assert issue.record == "USD 2026-02-01"
    assert "Correct the exchange rate in Business Central" in issue.reason


def test_a_rate_against_the_local_currency_is_one_of_the_local_currency(filled) -> None:
    filled.control.seed(
        {
            "currencyExchangeRates": [
                {
                    "currencyCode": "USD",
                    "startingDate": "2026-03-01",
                    "exchangeRateAmount": 1,
                    "relationalExchangeRateAmount": "0.8",
                    "relationalCurrencyCode": "EUR",
                }
            ]
        }
    )

    pull("exchange-rates")

    assert ExchangeRate.objects.get(starting_date="2026-03-01").relational_currency == ""


def test_item_units_without_the_app_are_left_out_with_a_note(filled, settings) -> None:
    settings.BC_APP_URL = ""

    run = pull("item-units")

    assert (run.state, counts(run)) == ("done", (0, 0, 0, 0, 0, 0))
    assert "only through the Tieout app" in run.issues.get().reason


def test_one_pull_of_an_entity_at_a_time(filled) -> None:
    company = sync.ensure_company()
    runs.start(company, "items")

    with pytest.raises(sync.AlreadyRunning):
        pull("items")

    assert pull("vendors").state == "done"


def test_a_pull_that_broke_off_gives_way(filled) -> None:
    company = sync.ensure_company()
    dead = runs.start(company, "items")
    SyncRun.objects.filter(pk=dead.pk).update(heard_at=timezone.now() - datetime.timedelta(minutes=11))

    assert pull("items").state == "done"

    dead.refresh_from_db()
    assert dead.state == "failed"
    with pytest.raises(runs.RunTakenOver):
        runs.finish(dead, watermark=None)


def test_a_pull_that_fails_begins_again_where_it_began(filled) -> None:
    pull("items")
    mark = SyncState.objects.get(entity="items").watermark
    filled.control.seed({"items": [{"number": "NEW", "baseUnitOfMeasureCode": "PCS"}]})
    filled.control.set_faults([{"fault": "unavailable", "method": "GET", "path": "items"}])
    impatient = Client(connections.connection(), pause=lambda seconds: None)

    with pytest.raises(NotSentError):
        sync.pull_one(impatient, sync.ensure_company(), "items")

    assert SyncRun.objects.latest("id").state == "failed"
    assert SyncState.objects.get(entity="items").watermark == mark
    filled.control.clear_faults()
    pull("items")
    assert Item.objects.filter(number="NEW").exists()


def test_the_command_tells_each_list_in_one_object(filled, capsys) -> None:
    call_command("sync", "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [each["entity"] for each in told["runs"]] == list(sync.MASTERS)
    assert told["runs"][0]["new"] == 2


def test_the_command_fails_on_an_unknown_name(filled) -> None:
    with pytest.raises(CommandError, match="There is no tools to pull"):
        call_command("sync", "tools")


def blocked_by_its_vendor(company: Company) -> SupplierInvoice:
    """Give an invoice of the vendor V2, which is blocked in BC, after it was matched."""
    form = InvoiceForm(
        number="R-9",
        vendor_number="V2",
        currency="EUR",
        invoice_date=datetime.date(2026, 5, 4),
        total=Decimal(125),
        lines=(
            InvoiceLineForm(line=1, quantity=Decimal(10), unit_price=Decimal("12.5"), amount=Decimal(125)),
        ),
    )
    documents.record_invoice(company, form, source="/cafm", origin="cafm")
    reconcile.match_due()
    return SupplierInvoice.objects.get()


def test_an_unblocked_vendor_lets_its_invoices_be_matched_again(filled) -> None:
    pull("vendors")
    invoice = blocked_by_its_vendor(sync.ensure_company())
    case = ExceptionCase.objects.get(invoice=invoice)
    assert "VENDOR_BLOCKED" in {finding.code for finding in case.findings.all()}
    filled.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})

    pull("vendors")
    reconcile.match_due()

    assert "VENDOR_BLOCKED" not in {finding.code for finding in case.findings.all()}


def test_a_pull_that_changes_nothing_asks_for_no_matching(filled) -> None:
    pull("vendors")
    invoice = blocked_by_its_vendor(sync.ensure_company())

    pull("vendors", full=True)

    invoice.refresh_from_db()
    assert not invoice.match_due


def test_a_vendor_deleted_in_bc_lets_its_invoices_be_matched_again(filled) -> None:
    pull("vendors")
    invoice = blocked_by_its_vendor(sync.ensure_company())
    client = connections.client()
    vendor = Vendor.objects.get(number="V2")
    tag = client.get("vendors", vendor.bc_id, select=("id",))["@odata.etag"]
    client.delete("vendors", vendor.bc_id, etag=tag)

    pull("vendors", full=True)

    invoice.refresh_from_db()
    assert invoice.match_due


def test_the_history_names_the_run_that_changed_a_row(filled) -> None:
    pull("items")
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Bag filter"}]})

    run = pull("items")

    change = book.changes().get()
    assert (change.old["name"], change.new["name"]) == ("Air filter", "Bag filter")
    assert read_only.who(change) == f"pull of items, run {run.pk}"
