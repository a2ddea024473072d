"""Business Central renames fields of its lists: what their mirrors do until the mapping is mended."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integration import connections, sync
from integration.contract import checking
from integration.mapping import document, pulls
from integration.models import ContractFinding, FieldMapping, HeldRecord, SyncRun
from integration.sandbox.launch import Running
from integration.sync.entities import ENTITIES
from masterdata import ownership
from masterdata.models import Company, Item, PaymentTerms, Vendor
from reconciliation import roles
from reconciliation.models import SupplierInvoice
from tests import factories, mappings
from tests.desk.reading import words

pytestmark = pytest.mark.django_db

ITEMS = [
    {"number": "FILTER", "displayName": "Air filter", "unitCost": "12.5"},
    {"number": "PUMP", "displayName": "Pump"},
]


@pytest.fixture
def company(sandbox: Running) -> Company:
    mappings.install()
    sandbox.control.seed({"items": ITEMS, "vendors": [{"number": "V1", "displayName": "Kontor"}]})
    company = sync.ensure_company(connections.client())
    for entity in ("items", "vendors"):
        pull(company, entity)
    checking.check()
    return company


@pytest.fixture
def ines() -> Client:
    return signed_in("")


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN, username))
    return client


def pull(company: Company, entity: str) -> SyncRun:
    return sync.pull_one(connections.client(), company, entity)


def mapping_of(entity: str) -> FieldMapping:
    return FieldMapping.objects.get(name=pulls.name_of(entity))


def approve(mapping: FieldMapping, ines: Client) -> Any:
    at = f"/mappings/{mapping.pk}/draft"
    ines.post(f"{at}/hand-in/", {"note": "Business Central changed"})
    told = {"seen": mapping.versions.open().get().revision}
    return signed_in("ivan").post(f"{at}/approve/", told, follow=True)


def test_every_list_is_mapped_and_each_mapping_fills_the_mirror_of_its_list(company: Company) -> None:
    shipped = FieldMapping.objects.filter(direction=FieldMapping.Direction.PULL)

    pulled = {*sync.ENTITIES, *(part for parts in pulls.PARTS.values() for part in parts)}
    assert set(shipped.values_list("target", flat=True)) == pulled
    assert {name: each.model for name, each in ENTITIES.items()} == ownership.MODELS


def test_a_renamed_field_pauses_its_list_alone_until_it_is_mended_on_the_screen(
    company: Company, sandbox: Running, ines: Client
) -> None:
    mapping = mapping_of("items")
    sandbox.control.settings(renamed_fields={"items.displayName": "displayTitle"})
    checking.check()
    with pytest.raises(Exception, match="BC → items reads"):
        pull(company, "items")
    goes_on = pull(company, "vendors")
    page = words(ines.get(f"/mappings/{mapping.pk}/"))

    draft = words(
        ines.post(f"/mappings/{mapping.pk}/repair/{ContractFinding.objects.open().get().pk}/", follow=True)
    )
    answer = words(approve(mapping, ines))
    run = pull(company, "items")

    assert goes_on.state == "done"
    assert "Paused: items.displayName, missing." in page
    assert "the next pull reads the whole list anew" in page
    assert "Row name" in draft
    assert "counts now." in answer
    assert (run.state, run.kind, run.rows_read) == ("done", "full", 2)
    assert set(Item.objects.values_list("name", flat=True)) == {"Air filter", "Pump"}


def test_a_renamed_field_of_invoice_lines_pauses_the_pull_of_invoices_until_it_is_mended(
    company: Company, sandbox: Running, ines: Client
) -> None:
    line = {"lineObjectNumber": "FILTER", "quantity": 2, "unitCost": "12.5"}
    sandbox.control.seed({"purchaseInvoices": [{"vendorNumber": "V1", "purchaseInvoiceLines": [line]}]})
    mapping = mapping_of("invoice-lines")
    sandbox.control.settings(renamed_fields={"purchaseInvoiceLines.unitCost": "directCost"})
    checking.check()
    with pytest.raises(Exception, match="BC → invoice-lines reads"):
        pull(company, "invoices")

    finding = ContractFinding.objects.open().get(mapping=mapping.name)
    ines.post(f"/mappings/{mapping.pk}/repair/{finding.pk}/")
    draft = words(ines.get(f"/mappings/{mapping.pk}/draft/"))
    answer = words(approve(mapping, ines))
    run = pull(company, "invoices")

    assert "directCost" in draft
    assert "unit_price required number" in draft
    assert "counts now." in answer
    assert (run.rows_new, run.rows_failed) == (1, 0)
    assert SupplierInvoice.objects.get().lines.get().unit_price == Decimal("12.5")


def test_a_pull_waits_for_a_removed_field_or_goes_on_without_it(
    company: Company, sandbox: Running, ines: Client
) -> None:
    mapping = mapping_of("items")
    sandbox.control.settings(removed_fields=["items.displayName"])
    checking.check()
    with pytest.raises(Exception, match="is paused"):
        pull(company, "items")

    page = words(ines.get(f"/mappings/{mapping.pk}/"))
    answer = words(ines.post(f"/mappings/{mapping.pk}/goes-on/", {"goes_on": "on"}, follow=True))
    run = pull(company, "items")

    assert "Without a field, what is known here keeps what it has there, and what is new is empty" in page
    assert (
        "The pull goes on without it; what is known keeps the field, and what is new has it empty." in answer
    )
    assert "The pull goes without what Business Central lacks" in answer
    assert (run.state, run.rows_read, run.rows_failed) == ("done", 2, 0)
    assert set(Item.objects.values_list("name", flat=True)) == {"Air filter", "Pump"}
    assert not ContractFinding.objects.open().get().pauses


def test_going_on_without_a_field_keeps_what_is_known_and_leaves_it_empty_of_what_is_new(
    company: Company, sandbox: Running
) -> None:
    sandbox.control.seed({"paymentTerms": [{"code": "30D", "displayName": "30 days"}]})
    pull(company, "payment-terms")
    terms = str(PaymentTerms.objects.get(code="30D").bc_id)
    sandbox.control.seed({"vendors": [{"number": "V1", "blocked": "Payment", "paymentTermsId": terms}]})
    pull(company, "vendors")
    goes_on_without(sandbox, "vendors.blocked", "vendors.paymentTermsId")
    sandbox.control.seed({"vendors": [{"number": "V9", "displayName": "New"}]})

    run = sync.pull_one(connections.client(), company, "vendors", full=True)

    assert (run.rows_new, run.rows_changed, run.rows_failed) == (1, 0, 0)
    kept = {each.number: (each.blocked, each.payment_terms) for each in Vendor.objects.all()}
    assert kept == {"V1": ("payment", "30D"), "V9": ("", "")}
    assert [each.rows_differ for each in sync.check_drift(["vendors"])] == [0]


def test_an_invoice_keeps_its_order_when_business_central_does_not_tell_it_any_more(
    company: Company, sandbox: Running
) -> None:
    line = {"lineObjectNumber": "FILTER", "quantity": 2, "unitCost": "12.5"}
    drafted = {"vendorNumber": "V1", "vendorInvoiceNumber": "R-1", "orderNumber": "106001"}
    sandbox.control.seed({"purchaseInvoices": [{**drafted, "purchaseInvoiceLines": [line]}]})
    pull(company, "invoices")
    goes_on_without(
        sandbox,
        "purchaseInvoices.orderNumber",
        "purchaseInvoices.vendorInvoiceNumber",
        "purchaseInvoiceLines.lineObjectNumber",
    )

    run = sync.pull_one(connections.client(), company, "invoices", full=True)

    assert (run.rows_unchanged, run.rows_changed, run.rows_failed) == (run.rows_read, 0, 0)
    invoice = SupplierInvoice.objects.get()
    assert (invoice.number, invoice.order_number) == ("R-1", "106001")
    kept = invoice.lines.get()
    assert (kept.item, kept.order_number, kept.order_line) == ("FILTER", "106001", kept.line)


def goes_on_without(sandbox: Running, *fields: str) -> None:
    """Let Business Central drop fields, and every pull go on without them."""
    sandbox.control.settings(removed_fields=list(fields))
    FieldMapping.objects.update(goes_on=True)
    checking.check()


def test_a_mapping_that_an_invoice_does_not_fit_refuses_it_with_the_reason(
    company: Company, sandbox: Running
) -> None:
    line = {"lineObjectNumber": "FILTER", "quantity": 2, "unitCost": "12.5", "description": "Air filter"}
    sandbox.control.seed({"purchaseInvoices": [{"vendorNumber": "V1", "purchaseInvoiceLines": [line]}]})
    mappings.change_row(pulls.name_of("invoice-lines"), "quantity", source="description", transform="text")

    run = pull(company, "invoices")

    assert (run.rows_failed, SupplierInvoice.objects.count()) == (1, 0)
    assert run.issues.get().reason == (
        "One of its lines: quantity takes a number, not 'Air filter'; correct the mapping"
    )


def test_a_new_version_reads_its_whole_list_anew_and_going_back_does_too(company: Company) -> None:
    before = pull(company, "items")

    mappings.change_row(pulls.name_of("items"), "name", transform="upper")
    changed = pull(company, "items")
    after = pull(company, "items")

    assert [before.kind, changed.kind, after.kind] == ["delta", "full", "delta"]
    assert set(Item.objects.values_list("name", flat=True)) == {"AIR FILTER", "PUMP"}


def test_a_mapping_that_gives_the_wrong_kind_of_value_holds_its_records_back_with_the_reason(
    company: Company,
) -> None:
    mappings.change_row(pulls.name_of("items"), "unit_cost", source="displayName", transform="copy")

    pull(company, "items")

    held = HeldRecord.objects.order_by("record").first()
    assert held is not None
    assert held.record == "FILTER"
    assert held.reason == "unit cost takes a number, not 'Air filter'; correct the mapping"
    assert Item.objects.filter(unit_cost=0).count() == 1  # what was here before stays


def test_a_choice_that_is_not_mapped_holds_the_vendor_back(company: Company, sandbox: Running) -> None:
    mappings.publish(
        pulls.name_of("vendors"),
        lambda content: content.with_row(
            next(row for row in content.rows if row.target == "blocked").__class__(
                "displayName", "blocked", "value_map", {"values": {"Other": ""}}
            )
        ),
    )

    pull(company, "vendors")

    assert "'Kontor' is not among Other" in HeldRecord.objects.get().reason
    assert Vendor.objects.get().blocked == ""


def test_the_mapping_document_shows_what_was_pulled_last_as_an_example(company: Company) -> None:
    of_items = [each for each in document.entries(company) if each.mapping == pulls.name_of("items")]

    examples = {each.target: (each.example_in, each.example_out) for each in of_items}
    assert examples["name"] in {("Air filter", "Air filter"), ("Pump", "Pump")}
    assert examples["number"] in {("FILTER", "FILTER"), ("PUMP", "PUMP")}


def test_the_editor_shows_both_sides_and_previews_a_record_of_business_central(
    company: Company, ines: Client
) -> None:
    mapping = mapping_of("items")
    ines.post(f"/mappings/{mapping.pk}/begin/edit/")

    page = words(ines.get(f"/mappings/{mapping.pk}/draft/"))
    wrong = ines.post(
        f"/mappings/{mapping.pk}/draft/row/",
        {"was": "name", "source": "dispName", "target": "nam", "transform": "text", "enabled": "on"},
    )

    assert "baseUnitOfMeasureCode text" in page
    assert "unit_cost required number" in page
    assert "Air filter" in page
    assert wrong.status_code == 422
    told = words(wrong)
    assert "Business Central's items have no field 'dispName'. The nearest are displayName" in told
    assert "Our items have no field 'nam'. They have name" in told
