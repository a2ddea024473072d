"""Units convert through what the item knows, amounts through the rate of the day; nothing is assumed."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from masterdata import lookup
from masterdata.models import Company, ExchangeRate, Item, ItemUnit, Location, Vendor

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 5, 4)


@pytest.fixture
def company() -> Company:
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    item(company, "FILTER", base_unit="PCS")
    for unit, per_base in (("BOX", "12"), ("PALLET", "480"), ("THIRD", "0.33333")):
        ItemUnit.objects.create(
            company=company, item_number="FILTER", unit=unit, per_base=Decimal(per_base), row_hash=b""
        )
    return company


def item(company: Company, number: str, **values: object) -> Item:
    created: Item = Item.objects.create(
        company=company, number=number, bc_id=uuid.uuid4(), row_hash=b"", **values
    )
    return created


def rate(company: Company, starting: str, relational: str, **values: object) -> None:
    ExchangeRate.objects.create(
        company=company,
        starting_date=starting,
        relational_amount=Decimal(relational),
        row_hash=b"",
        **{"currency": "USD", "exchange_amount": Decimal(100)} | values,
    )


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "converted"),
    [
        ("24", "PCS", "BOX", "2"),
        ("2", "BOX", "PCS", "24"),
        ("1", "PALLET", "BOX", "40"),
        ("7", "PCS", "BOX", "0.58333"),
        ("1", "", "PCS", "1"),
        ("1.23456789", "BOX", "BOX", "1.23456789"),
        ("-24", "PCS", "BOX", "-2"),
    ],
)
def test_quantities_convert_between_the_units_of_an_item(company, quantity, unit, to, converted) -> None:
    assert lookup.convert(company, "FILTER", Decimal(quantity), unit, to) == Decimal(converted)


@pytest.mark.parametrize(("number", "unit"), [("FILTER", "KG"), ("NOTHING", "PCS")])
def test_a_conversion_that_is_missing_is_never_one_to_one(company, number, unit) -> None:
    with pytest.raises(lookup.NoConversion, match=f"Item {number} has no conversion from {unit}"):
        lookup.per_base(company, number, unit)


def test_a_number_that_was_given_away_again_means_the_new_item(company) -> None:
    item(company, "BELT", base_unit="M", deleted_at=timezone.now())
    item(company, "BELT", base_unit="PCS")

    assert lookup.per_base(company, "BELT", "PCS") == 1
    with pytest.raises(lookup.NoConversion):
        lookup.per_base(company, "BELT", "M")


def test_a_deleted_item_unit_converts_nothing(company) -> None:
    ItemUnit.objects.filter(unit="BOX").update(deleted_at=timezone.now())

    with pytest.raises(lookup.NoConversion):
        lookup.per_base(company, "FILTER", "BOX")


def test_an_amount_takes_the_last_rate_that_had_begun(company) -> None:
    rate(company, "2026-01-01", "90")
    rate(company, "2026-05-04", "92")
    rate(company, "2026-05-05", "99")
    rate(company, "2026-05-04", "1", relational_currency="GBP")
    rate(company, "2026-05-04", "1", deleted_at=timezone.now())

    assert lookup.ledger_amount(company, Decimal(200), "USD", DAY) == Decimal(184)


@pytest.mark.parametrize("currency", ["", "EUR"])
def test_the_ledgers_own_currency_needs_no_rate(company, currency) -> None:
    assert lookup.ledger_amount(company, Decimal("12.34"), currency, DAY) == Decimal("12.34")


def test_a_day_before_the_first_rate_has_none(company) -> None:
    rate(company, "2026-05-05", "90")

    with pytest.raises(lookup.NoRate, match="no exchange rate for USD on 2026-05-04"):
        lookup.ledger_amount(company, Decimal(1), "USD", DAY)


def test_what_is_missing_is_named_once_and_in_order(company) -> None:
    other = Company.objects.create(name="Other", ledger_currency="EUR")
    Vendor.objects.create(company=company, number="V1", row_hash=b"")
    Vendor.objects.create(company=company, number="V2", row_hash=b"", deleted_at=timezone.now())
    Vendor.objects.create(company=other, number="V3", row_hash=b"")

    assert lookup.missing_vendors(company, ["V3", "V1", "V2", "V3", ""]) == ["V2", "V3"]
    assert lookup.missing_items(company, ["FILTER"]) == []
    assert lookup.missing_items(company, []) == []


def test_locations_are_told_by_bcs_id(company) -> None:
    main = Location.objects.create(company=company, code="MAIN", row_hash=b"")
    Location.objects.create(company=company, code="GONE", row_hash=b"", deleted_at=timezone.now())

    assert lookup.location_ids(company, ["MAIN", "GONE", "NOWHERE"]) == {"MAIN": str(main.bc_id)}
