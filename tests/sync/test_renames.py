"""A renamed dimension, payment terms or category reaches the rows that quote it, though BC stamps none."""

from __future__ import annotations

import pytest

from integration import sync
from integration.models import SyncRun
from masterdata.models import Change, Dimension, DimensionValue, Item, ItemCategory, PaymentTerms, Vendor

pytestmark = pytest.mark.django_db

LONG_AGO = "2020-01-01T00:00:00Z"


def kinds() -> dict[str, str]:
    """Pull all and tell what kind of run each list had."""
    return {run.entity: run.kind for run in sync.pull_entity("all")}


def test_a_renamed_dimension_reaches_its_values_with_the_same_pull(filled) -> None:
    sync.pull_entity("all")
    row = Dimension.objects.get()
    filled.control.seed({"dimensions": [{"id": str(row.bc_id), "code": "DEPT"}]})

    told = kinds()

    assert DimensionValue.objects.get().dimension == "DEPT"
    assert [name for name, kind in told.items() if kind == "full"] == ["dimension-values"]
    assert set(kinds().values()) == {"delta"}


def test_renamed_payment_terms_reach_their_vendors(filled) -> None:
    sync.pull_entity("payment-terms")
    terms = PaymentTerms.objects.get()
    filled.control.seed({"vendors": [{"number": "V1", "paymentTermsId": str(terms.bc_id)}]})
    sync.pull_entity("all")
    filled.control.seed({"paymentTerms": [{"id": str(terms.bc_id), "code": "NET30"}]})

    kinds()

    assert Vendor.objects.get(number="V1").payment_terms == "NET30"
    change = Change.objects.get(table="masterdata_vendor")
    assert (change.old, change.new) == ({"payment_terms": "30D2"}, {"payment_terms": "NET30"})


def test_a_renamed_category_reaches_its_items_though_their_stamps_are_old(filled) -> None:
    quoting = {"number": "FILTER", "itemCategoryCode": "SPARE", "lastModifiedDateTime": LONG_AGO}
    filled.control.seed({"items": [quoting]})
    sync.pull_entity("all")
    row = ItemCategory.objects.get()
    filled.control.seed({"itemCategories": [{"id": str(row.bc_id), "code": "PARTS"}]})
    filled.control.seed({"items": [quoting | {"itemCategoryCode": "PARTS"}]})  # as BC's own rename does

    told = kinds()

    assert told["items"] == "full"
    assert Item.objects.get(number="FILTER").category == "PARTS"


def test_a_change_that_is_no_rename_reads_nothing_again(filled) -> None:
    sync.pull_entity("all")
    filled.control.seed({"itemCategories": [{"code": "SPARE", "displayName": "Spares"}]})

    assert set(kinds().values()) == {"delta"}


def test_a_rename_that_comes_as_a_single_record_is_passed_on_by_the_next_run(filled) -> None:
    sync.pull_entity("all")
    row = Dimension.objects.get()
    filled.control.seed({"dimensions": [{"id": str(row.bc_id), "code": "DEPT"}]})

    sync.pull_record("dimensions", row.bc_id)
    sync.pull_entity("dimension-values")

    assert DimensionValue.objects.get().dimension == "DEPT"
    assert SyncRun.objects.latest("pk").kind == "full"
