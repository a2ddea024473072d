"""What is missing or has another form, compared with a doctored metadata document of the sandbox."""

from __future__ import annotations

import pytest
import requests

from integration.bc import FieldType, Level, Metadata
from integration.bc.metadata import parse, restored, stored
from integration.contract import compare, uses
from integration.contract.features import FEATURES
from integration.contract.uses import Part, Use
from integration.mapping import pulls
from integration.mapping.shipped import pull
from integration.models import DocumentKind
from integration.sandbox.launch import Running
from tests.contract.conftest import with_field, without
from tests.sandbox.conftest import token

MAPPED = Use(
    "purchase_order",
    "purchaseOrders",
    Part.FIELD,
    "requestedReceiptDate",
    takes=frozenset({"a date"}),
    mapping="purchase order → BC",
)


@pytest.fixture(scope="module")
def document(sandbox_process: Running) -> bytes:
    """The `$metadata` document itself, as BC writes it."""
    sandbox_process.control.reset()
    with requests.Session() as session:
        session.trust_env = False
        reply = session.get(
            f"{sandbox_process.base_url}/$metadata",
            headers={"Authorization": f"Bearer {token(sandbox_process)}"},
            verify=sandbox_process.ca_bundle,
            timeout=20,
        )
    return reply.content


@pytest.fixture
def offered(document: bytes) -> Metadata:
    return Metadata(standard=parse(document))


def judge(offered: Metadata, *more: Use, before: Metadata | None = None, expects_app: bool = False):
    return compare.judge(offered, [*used(), *more], FEATURES, before=before, expects_app=expects_app)


def used() -> list[Use]:
    """What the code uses, and what the shipped mappings of the mirrors read."""
    read = [use for each in pull.PULL for use in uses.of_pull(each, pulls.shipped(each))]
    return [*uses.of_code(), *read]


def test_a_whole_tenant_lacks_nothing(offered: Metadata):
    assert judge(offered, MAPPED) == []


def test_a_field_taken_out_of_the_document_pauses_exactly_what_uses_it(document: bytes, offered: Metadata):
    old = b'<Property Name="orderNumber" '
    kept, cut, rest = document.partition(b'<EntityType Name="purchaseReceipt">')
    doctored = kept + cut + rest.replace(old, b'<Property Name="purchaseOrderNumber" ', 1)
    assert old in rest

    found = judge(Metadata(standard=parse(doctored)), before=offered)

    assert [(each.feature, each.path, each.successor, each.pauses) for each in found] == [
        ("goods_receipt", "purchaseReceipts.orderNumber", "purchaseOrderNumber", True),
        ("service_confirmation", "purchaseReceipts.orderNumber", "purchaseOrderNumber", True),
    ]
    assert found[0].sentence == (
        "Business Central no longer has purchaseReceipts.orderNumber. Posting goods receipts is paused until "
        "it is there or Tieout is updated. Perhaps it is called purchaseOrderNumber now."
    )


def test_a_mapped_field_names_the_mapping_that_can_be_changed(offered: Metadata):
    doctored = without(offered, "purchaseOrders", "requestedReceiptDate")
    doctored = with_field(doctored, "purchaseOrders", FieldType("requestedDeliveryDate", "Edm.Date"))

    (found,) = judge(doctored, MAPPED, before=offered)

    assert (found.feature, found.mapping, found.successor) == (
        "purchase_order",
        "purchase order → BC",
        "requestedDeliveryDate",
    )
    assert found.sentence == (
        "Business Central no longer has purchaseOrders.requestedReceiptDate, which the mapping purchase "
        "order → BC writes. Posting purchase orders is paused until it is there, or the mapping is changed. "
        "Perhaps it is called requestedDeliveryDate now."
    )


def test_what_the_code_needs_too_is_not_blamed_on_the_mapping(offered: Metadata):
    mapped = Use(
        "purchase_order", "purchaseOrders", Part.FIELD, "vendorNumber", mapping="purchase order → BC"
    )

    (found,) = judge(without(offered, "purchaseOrders", "vendorNumber"), mapped)

    assert (found.feature, found.mapping) == ("purchase_order", "")
    assert "or Tieout is updated" in found.sentence


def test_a_missing_list_is_told_once_for_each_that_uses_it(offered: Metadata):
    found = judge(without(offered, "purchaseReceiptLines"))

    assert [(each.feature, each.path, each.kind) for each in found] == [
        ("goods_receipt", "purchaseReceiptLines", "missing"),
        ("service_confirmation", "purchaseReceiptLines", "missing"),
    ]


def test_a_missing_action_pauses_its_document(document: bytes, offered: Metadata):
    doctored = Metadata(standard=parse(document.replace(b"receiveAndInvoice", b"receiveOrInvoice")))

    found = judge(doctored, before=offered)

    assert [(each.feature, each.path, each.successor) for each in found] == [
        ("goods_receipt", "purchaseOrders.receiveAndInvoice", "receiveOrInvoice"),
        ("service_confirmation", "purchaseOrders.receiveAndInvoice", "receiveOrInvoice"),
    ]


def test_a_document_that_tells_of_no_action_proves_none_missing(document: bytes):
    silent = document.replace(b'IsBound="true"', b'IsBound="false"')

    assert judge(Metadata(standard=parse(silent))) == []


@pytest.mark.parametrize(
    ("field", "pulls"),
    [
        (FieldType("unitCost", "Edm.String"), []),  # a number that is written as text is read
        (FieldType("unitCost", "Edm.Date"), ["pull:items"]),
        (FieldType("unitCost", "Edm.Int64"), []),
        (FieldType("blocked", "Microsoft.NAV.itemBlocked"), ["pull:items"]),
        (FieldType("displayName", "Edm.String", 5), []),
        (FieldType("lastModifiedDateTime", "Edm.Date"), []),
    ],
)
def test_only_a_form_that_cannot_be_read_pauses(offered: Metadata, field: FieldType, pulls: list[str]):
    found = judge(with_field(offered, "items", field))

    assert [each.feature for each in found] == pulls
    assert all(each.kind == "type" for each in found)


def test_a_shorter_field_or_a_lost_choice_is_told_and_pauses_nothing(offered: Metadata):
    lines = "purchaseOrderLines"
    long_text = Use("purchase_order", lines, Part.FIELD, "description", mapping="lines", longest=100)
    kinds = Use("purchase_order", lines, Part.FIELD, "lineType", mapping="lines", members=("Item", "Robot"))
    doctored = with_field(offered, lines, FieldType("description", "Edm.String", 50))

    found = judge(doctored, long_text, kinds)

    assert [(each.kind, each.path, each.pauses) for each in found] == [
        ("shorter", "purchaseOrderLines.description", False),
        ("no_choice", "purchaseOrderLines.lineType", False),
    ]
    assert "holds 50 characters, and the mapping lines lets 100 through" in found[0].sentence
    assert "has no choice Robot" in found[1].sentence


def test_without_the_app_nothing_is_wrong_until_its_address_is_set(offered: Metadata):
    assert judge(offered) == []

    found = judge(offered, expects_app=True)

    assert [(each.feature, each.kind) for each in found] == [
        ("pull:item-units", "no_app"),
        (DocumentKind.INVENTORY_MOVEMENT, "no_app"),
        ("supplier_invoice:order", "no_app"),
    ]


def test_what_changed_between_two_readings_is_told_in_words(offered: Metadata):
    doctored = without(without(offered, "purchaseReceipts"), "items", "gtin")
    doctored = with_field(doctored, "items", FieldType("gtinCode", "Edm.String", 14))
    doctored = with_field(doctored, "vendors", FieldType("displayName", "Edm.String", 50))

    told = compare.changes(offered, doctored, used())

    assert told == [
        "items lost gtin.",
        "items has new: gtinCode.",
        "purchaseReceipts is gone.",
        "vendors.displayName held 100 characters and holds 50.",
    ]


def test_a_reading_is_the_same_after_it_was_stored(offered: Metadata):
    assert restored(stored(offered)) == offered
    assert restored(stored(offered)).level is Level.STANDARD
