"""The masters beside items and vendors: dimensions, terms, assets, categories and variants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration import sync
from integration.models import SyncRun
from masterdata.models import (
    Change,
    Dimension,
    DimensionValue,
    FixedAsset,
    ItemCategory,
    ItemVariant,
    PaymentTerms,
    Vendor,
)
from tests.sandbox.conftest import connect

pytestmark = pytest.mark.django_db


def pull(entity: str, *, full: bool = False) -> SyncRun:
    return sync.pull_entity(entity, full=full)[0]


def test_each_is_mirrored_with_what_it_says(filled) -> None:
    sync.pull_entity("all")

    assert (ItemCategory.objects.get().code, ItemCategory.objects.get().name) == ("SPARE", "Spare parts")
    variant = ItemVariant.objects.get()
    assert (variant.item_number, variant.code, variant.name) == ("FILTER", "BLUE", "Air filter, blue")
    terms = PaymentTerms.objects.get()
    assert (terms.code, terms.due_date_formula, terms.discount_date_formula) == ("30D2", "30D", "8D")
    assert terms.discount_percent == Decimal("2.5")
    assert Dimension.objects.get().code == "DEPARTMENT"
    value = DimensionValue.objects.get()
    assert (value.dimension, value.code, value.name) == ("DEPARTMENT", "FM", "Facilities")
    asset = FixedAsset.objects.get()
    assert (asset.number, asset.class_code, asset.location) == ("FA0001", "TANGIBLE", "CELLAR")
    assert (asset.serial_number, asset.blocked) == ("SN-77", False)


def test_a_vendor_tells_its_payment_terms_by_their_code(filled) -> None:
    pull("payment-terms")
    terms = PaymentTerms.objects.get()
    filled.control.seed({"vendors": [{"number": "V1", "paymentTermsId": str(terms.bc_id)}]})

    pull("vendors")

    assert Vendor.objects.get(number="V1").payment_terms == "30D2"
    assert Vendor.objects.get(number="V2").payment_terms == ""


@pytest.mark.parametrize(
    ("entity", "entity_set", "model", "key"),
    [
        ("item-categories", "itemCategories", ItemCategory, "code"),
        ("payment-terms", "paymentTerms", PaymentTerms, "code"),
        ("dimensions", "dimensions", Dimension, "code"),
        ("dimension-values", "dimensionValues", DimensionValue, "code"),
        ("item-variants", "itemVariants", ItemVariant, "code"),
        ("fixed-assets", "fixedAssets", FixedAsset, "number"),
    ],
)
def test_a_renamed_record_keeps_its_row_and_its_history(
    filled, entity: str, entity_set: str, model: Any, key: str
) -> None:
    pull(entity)
    row = model.objects.get()
    was = getattr(row, key)
    filled.control.seed({entity_set: [{"id": str(row.bc_id), key: "NEW"}]})

    pull(entity)

    assert getattr(model.objects.get(pk=row.pk), key) == "NEW"
    change = Change.objects.get(table=model._meta.db_table)
    assert (change.old[key], change.new[key]) == (was, "NEW")
    assert change.actor == SyncRun.objects.latest("pk").actor


def test_a_blocked_asset_stays_and_says_so(filled) -> None:
    pull("fixed-assets")
    filled.control.seed({"fixedAssets": [{"number": "FA0001", "blocked": True}]})

    pull("fixed-assets")

    assert FixedAsset.objects.get().blocked


def test_terms_that_bc_deleted_stay_and_are_marked(filled) -> None:
    pull("payment-terms")
    terms = PaymentTerms.objects.get()
    assert connect(filled).call("DELETE", f"paymentTerms({terms.bc_id})").status_code == 204

    pull("payment-terms", full=True)

    terms.refresh_from_db()
    assert terms.deleted_at is not None


def test_a_dimension_that_is_renamed_renames_its_values_with_the_next_full_pull(filled) -> None:
    sync.pull_entity("all")
    row = Dimension.objects.get()
    filled.control.seed({"dimensions": [{"id": str(row.bc_id), "code": "DEPT"}]})

    sync.pull_entity("all", full=True)

    assert DimensionValue.objects.get().dimension == "DEPT"
