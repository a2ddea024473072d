"""The shapes of the rows that the master lists tell, one serializer a list."""

from __future__ import annotations

from rest_framework import serializers

from masterdata.models import Vendor

from .serializers import Shape


def _exact(places: int = 5) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=24, decimal_places=places)


def _text(help_text: str = "") -> serializers.CharField:
    return serializers.CharField(allow_blank=True, help_text=help_text)


class Row(Shape):
    """What every row tells."""

    bc_id = serializers.UUIDField(help_text="Business Central's id; it stays when a number is renamed")
    changed_at = serializers.DateTimeField(help_text="when the change was written here")
    deleted_at = serializers.DateTimeField(
        allow_null=True,
        help_text="when it was found to be gone from Business Central; null while it is there",
    )
    filtered_at = serializers.DateTimeField(
        allow_null=True,
        help_text="since when an administrator's filter leaves it out; do not offer it for new work",
    )


class ItemRow(Row):
    number = serializers.CharField()
    name = _text()
    type = _text()
    base_unit = _text()
    category = _text()
    unit_cost = _exact()
    blocked = serializers.BooleanField()


class VendorRow(Row):
    number = serializers.CharField()
    name = _text()
    currency = _text()
    payment_terms = _text()
    blocked = serializers.ChoiceField(choices=Vendor.Blocked.choices)


class UnitRow(Row):
    code = serializers.CharField()
    name = _text()
    international_code = _text("by UN/ECE Recommendation 20")


class ItemUnitRow(Row):
    """How many base units of an item one of this unit holds."""

    item_number = serializers.CharField()
    unit = serializers.CharField()
    per_base = _exact()
    rounding_precision = _exact()


class AccountRow(Row):
    number = serializers.CharField()
    name = _text()
    category = _text()
    type = _text()
    direct_posting = serializers.BooleanField()
    blocked = serializers.BooleanField()


class CurrencyRow(Row):
    code = serializers.CharField()
    name = _text()
    decimal_places = _text("least and most, for example 2:2")
    rounding_precision = _exact()


class ExchangeRateRow(Row):
    """Ledger amount = amount ÷ exchange_amount × relational_amount, from starting_date on."""

    currency = serializers.CharField()
    starting_date = serializers.DateField()
    exchange_amount = _exact(8)
    relational_amount = _exact(8)
    relational_currency = _text("empty is the ledger currency")


class LocationRow(Row):
    code = serializers.CharField()
    name = _text()


class ItemCategoryRow(Row):
    code = serializers.CharField()
    name = _text()


class ItemVariantRow(Row):
    item_number = serializers.CharField()
    code = serializers.CharField()
    name = _text()


class PaymentTermsRow(Row):
    """The times are formulas, for example 30D is thirty days and CM the end of the month."""

    code = serializers.CharField()
    name = _text()
    due_date_formula = _text()
    discount_date_formula = _text()
    discount_percent = _exact()


class DimensionRow(Row):
    code = serializers.CharField()
    name = _text()


class DimensionValueRow(Row):
    dimension = serializers.CharField()
    code = serializers.CharField()
    name = _text()


class FixedAssetRow(Row):
    """The ledger's side of an asset of the CAFM."""

    number = serializers.CharField()
    name = _text()
    class_code = _text()
    subclass_code = _text()
    location = _text()
    serial_number = _text()
    under_maintenance = serializers.BooleanField()
    blocked = serializers.BooleanField()
