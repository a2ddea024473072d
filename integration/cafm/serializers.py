"""The shapes of the events' data, one serializer a form; the names are the contract's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from reconciliation.matching.facts import Billing, Level
from reconciliation.models import PurchaseOrderLine, SupplierInvoice

from . import fields
from .fields import Code, Day, EventId, LineNumber, Text, optional

MOST_LINES = 10_000
MOST_CHARGES = 100

Shape = serializers.Serializer[Any]


class Lines(serializers.ListSerializer[Any]):
    """Lines of a document: at least one, each number once."""

    def to_internal_value(self, data: Any) -> list[Any]:
        lines: list[Any] = super().to_internal_value(data)
        seen: set[int] = set()
        errors: list[dict[str, list[str]]] = [{} for _ in lines]
        for position, line in enumerate(lines):
            if line["line"] in seen:
                errors[position] = {"line": [f"Line {line['line']} is here twice."]}
            seen.add(line["line"])
        if any(errors):
            raise serializers.ValidationError(errors)
        return lines


class Line(Shape):
    line = LineNumber()

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> serializers.ListSerializer[Any]:
        kwargs = {"allow_empty": False, "max_length": MOST_LINES} | kwargs
        return Lines(*args, **kwargs, child=cls())  # type: ignore[misc]  # an open list of names


class Charge(Shape):
    code = Code(max_length=20)
    amount = fields.price()


class Rows(serializers.ListField):
    """Rows of which each has another value in one field."""

    once = ""
    twice = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, max_length=MOST_CHARGES, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        rows = super().to_internal_value(data)
        names = [row[self.once] for row in rows]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise serializers.ValidationError([self.twice.format(twice[0])])
        return rows


class Charges(Rows):
    """Charges, each code once."""

    child = Charge()
    once = "code"
    twice = "The charge {} is here twice. Add its amounts up."


class PriceBreak(Shape):
    from_quantity = fields.positive()
    unit_price = fields.price(least=Decimal(0))


class PriceBreaks(Rows):
    """Unit prices by quantity: each for so many and more, in the line's unit."""

    child = PriceBreak()
    once = "from_quantity"
    twice = "There are two prices from {:f} on. Leave one out."


class Milestone(Shape):
    name = Text(max_length=100)
    amount = fields.amount(least=Decimal(0))


class Milestones(Rows):
    """Steps of a project that are billed whole, each once."""

    child = Milestone()
    once = "name"
    twice = "The milestone {} is here twice. Give each a name of its own."


class Limit(Shape):
    """What may be called off on a blanket order, and when."""

    amount = fields.amount(required=False, least=Decimal(0))
    from_date = optional(Day)
    to_date = optional(Day)


class Dimensions(serializers.DictField):
    child = Text(max_length=50, allow_blank=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, **kwargs)


# Purchase requests and orders


class RequestLine(Line):
    item = optional(Code, max_length=20)
    account = optional(Code, max_length=20)
    description = Text(max_length=250)
    quantity = fields.positive()
    unit = Code(max_length=10)
    estimated_unit_price = fields.price(required=False, least=Decimal(0))
    currency = optional(Code, max_length=10)
    location = optional(Code, max_length=10)
    dimensions = Dimensions()


class RequestApproved(Shape):
    number = Text(max_length=50)
    requested_by = Text(max_length=150)
    approved_by = Text(max_length=150)
    approved_at = serializers.DateTimeField()
    needed_by = optional(Day)
    work_order = optional(Text, max_length=50)
    lines = RequestLine(many=True)


class OrderLine(Line):
    kind = serializers.ChoiceField(choices=PurchaseOrderLine.Kind.choices)
    item = optional(Code, max_length=20)
    account = optional(Code, max_length=20)
    asset = optional(Code, max_length=20)
    description = optional(Text, max_length=250)
    quantity = fields.positive()
    unit = optional(Code, max_length=10)
    unit_price = fields.price(least=Decimal(0))
    price_base = fields.positive(required=False)
    discount_percent = fields.quantity(required=False, max_value=100)
    location = optional(Code, max_length=10)
    work_order = optional(Text, max_length=50)
    expected_on = optional(Day)
    match_level = optional(serializers.ChoiceField, choices=[level.value for level in Level])
    dimensions = Dimensions()
    price_unit = optional(Code, max_length=10)
    planned_ratio = fields.positive(required=False)
    price_estimated = optional(serializers.BooleanField)
    price_breaks = PriceBreaks()
    milestones = Milestones()
    charges = Charges()
    tax_code = optional(Code, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _check_price_break(attrs)
        _check_price_unit(attrs)
        what = {"item": "item", "account": "account", "fixed_asset": "asset"}.get(attrs["kind"])
        if what and not attrs.get(what):
            raise serializers.ValidationError({what: [f"A line of kind {attrs['kind']} names its {what}."]})
        return attrs


def _check_price_break(line: Mapping[str, Any]) -> None:
    """The unit price is the one that Business Central gets: that of the quantity which is ordered."""
    reached = [each for each in line.get("price_breaks") or () if each["from_quantity"] <= line["quantity"]]
    if not reached:
        return
    price = max(reached, key=lambda each: each["from_quantity"])["unit_price"]
    if price != line["unit_price"]:
        raise serializers.ValidationError(
            {
                "unit_price": [
                    f"{line['quantity']:f} are ordered, and from so many on the price breaks say {price:f}."
                ]
            }
        )


def _check_price_unit(line: Mapping[str, Any]) -> None:
    """What is priced by weight needs the planned weight: Business Central has prices of units only."""
    priced_in = line.get("price_unit")
    if priced_in and priced_in != line.get("unit") and not line.get("planned_ratio"):
        raise serializers.ValidationError(
            {"planned_ratio": [f"Say how many {priced_in} are planned in one of the item's base unit."]}
        )


class OrderApproved(Shape):
    number = Text(max_length=50)
    purchase_request = optional(Text, max_length=50)
    vendor = Code(max_length=20)
    currency = Code(max_length=10)
    order_date = Day()
    expected_on = optional(Day)
    location = optional(Code, max_length=10)
    approved_by = Text(max_length=150)
    charges = Charges()
    billing = optional(serializers.ChoiceField, choices=[each.value for each in Billing])
    limit = Limit(required=False, allow_null=True)
    discount = fields.amount(required=False, least=Decimal(0))
    tax = fields.amount(required=False)
    rounding = fields.amount(required=False)
    lines = OrderLine(many=True)


class OrderChanged(OrderApproved):
    version = LineNumber(min_value=1)


class OrderCancelled(Shape):
    number = Text(max_length=50)
    reason = Text(max_length=300)
    lines = Line(many=True, required=False, allow_empty=True)


# Receipts, returns and confirmations


class ReceiptLine(Line):
    order_line = LineNumber()
    quantity_received = fields.quantity()
    quantity_accepted = fields.quantity()
    quantity_rejected = fields.quantity()
    reject_reason = optional(Text, max_length=100)
    unit = Code(max_length=10)
    location = optional(Code, max_length=10)
    lot = optional(Text, max_length=50)
    serial = optional(Text, max_length=50)
    price_quantity = fields.quantity(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        judged = attrs["quantity_accepted"] + attrs["quantity_rejected"]
        if judged > attrs["quantity_received"]:
            raise serializers.ValidationError(
                {
                    "quantity_received": [
                        f"{judged:f} were accepted or rejected, but only "
                        f"{attrs['quantity_received']:f} were received."
                    ]
                }
            )
        return attrs


class ReceiptRecorded(Shape):
    number = Text(max_length=50)
    purchase_order = Text(max_length=50)
    received_on = Day()
    received_by = Text(max_length=150)
    delivery_note = optional(Text, max_length=50)
    lines = ReceiptLine(many=True)


class ReceiptReversed(Shape):
    number = Text(max_length=50)
    goods_receipt = Text(max_length=50)
    reversed_on = Day()
    reason = Text(max_length=300)


class ReturnLine(Line):
    order_line = LineNumber()
    quantity = fields.positive()
    quantity_rejected = fields.quantity(
        required=False,
        help_text="How many of the returned units a receipt had rejected. When it is absent, all of them are "
        "taken for accepted ones.",
    )
    unit = Code(max_length=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        rejected = attrs.get("quantity_rejected") or Decimal(0)
        if rejected > attrs["quantity"]:
            raise serializers.ValidationError(
                {
                    "quantity_rejected": [
                        f"{rejected:f} rejected ones are said to have gone back, but only "
                        f"{attrs['quantity']:f} went back in all."
                    ]
                }
            )
        return attrs


class ReturnRecorded(Shape):
    number = Text(max_length=50)
    purchase_order = Text(max_length=50)
    returned_on = Day()
    reason = Text(max_length=300)
    lines = ReturnLine(many=True)


class ConfirmationLine(Line):
    order_line = LineNumber()
    quantity = fields.quantity(required=False)
    unit = optional(Code, max_length=10)
    amount = fields.amount(required=False, least=Decimal(0))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("quantity") is None and attrs.get("amount") is None:
            raise serializers.ValidationError({"quantity": ["Give a quantity or an amount."]})
        return attrs


class ServiceConfirmed(Shape):
    number = Text(max_length=50)
    purchase_order = Text(max_length=50)
    confirmed_on = Day()
    confirmed_by = Text(max_length=150)
    accepted = serializers.BooleanField()
    lines = ConfirmationLine(many=True)


# Inventory


class MovementLine(Line):
    item = Code(max_length=20)
    quantity = fields.quantity(least=None)
    unit = Code(max_length=10)


class ConsumedLine(MovementLine):
    location = Code(max_length=10)
    account = optional(Code, max_length=20)
    asset = optional(Code, max_length=20)
    dimensions = Dimensions()


class AdjustedLine(MovementLine):
    location = Code(max_length=10)


class TransferredLine(MovementLine):
    quantity = fields.positive()


class InventoryConsumed(Shape):
    number = Text(max_length=50)
    work_order = Text(max_length=50)
    posted_on = Day()
    lines = ConsumedLine(many=True)


class InventoryAdjusted(Shape):
    number = Text(max_length=50)
    posted_on = Day()
    reason = Text(max_length=100)
    lines = AdjustedLine(many=True)


class InventoryTransferred(Shape):
    number = Text(max_length=50)
    posted_on = Day()
    from_location = Code(max_length=10)
    to_location = Code(max_length=10)
    lines = TransferredLine(many=True)


# Assets


class Asset(Shape):
    number = Text(max_length=50)
    description = Text(max_length=250)
    serial_number = optional(Text, max_length=50)
    asset_class = optional(Text, max_length=50)
    location = optional(Code, max_length=10)
    acquired_on = optional(Day)
    purchase_order = optional(Text, max_length=50)
    order_line = optional(LineNumber)
    parent = optional(Text, max_length=50)
    retired_on = optional(Day)


# Invoices


class InvoiceLine(Line):
    order = optional(Text, max_length=50)
    order_line = optional(LineNumber)
    item = optional(Code, max_length=20)
    description = optional(Text, max_length=250)
    quantity = fields.quantity(least=None)
    unit = optional(Code, max_length=10)
    unit_price = fields.price()
    price_base = fields.positive(required=False)
    discount = fields.price(required=False)
    charges = Charges()
    amount = fields.amount()
    tax = fields.amount(required=False)
    price_quantity = fields.quantity(required=False, least=None)
    milestone = optional(Text, max_length=100)
    tax_code = optional(Code, max_length=20)


class InvoiceReceived(Shape):
    number = Text(max_length=50)
    type = serializers.ChoiceField(choices=SupplierInvoice.Type.choices)
    vendor = Code(max_length=20)
    invoice_date = Day()
    due_on = optional(Day)
    currency = Code(max_length=10)
    purchase_order = optional(Text, max_length=50)
    lines = InvoiceLine(many=True)
    charges = Charges()
    discount = fields.amount(required=False)
    tax = fields.amount(required=False)
    rounding = fields.amount(required=False)
    total = fields.amount()
    document = optional(serializers.URLField, max_length=500)
    file_sha256 = optional(Text, max_length=64)
    retention_percent = fields.quantity(required=False, max_value=100)
    advance = fields.amount(required=False, least=Decimal(0))


# The day


class DayTotal(Shape):
    kind = Text(max_length=60)
    count = LineNumber()
    quantity = fields.quantity(required=False, least=None)
    amount = fields.amount(required=False)
    currency = optional(Code, max_length=10)
    numbers = serializers.ListField(
        child=Text(max_length=50), required=False, allow_null=True, max_length=MOST_LINES
    )


class DayTotals(Shape):
    """What the CAFM says it did that day."""

    date = Day()
    totals = DayTotal(many=True)


class Envelope(Shape):
    """A CloudEvent 1.0 in structured JSON; other attributes are allowed and kept."""

    specversion = serializers.ChoiceField(choices=["1.0"])
    id = EventId(max_length=200)
    source = Text(max_length=200)  # type: ignore[assignment]  # a field's name, see Shape
    type = Text(max_length=60)
    time = optional(serializers.DateTimeField)
    datacontenttype = optional(serializers.ChoiceField, choices=["application/json"])
    data = serializers.DictField()  # type: ignore[assignment]


def without_null(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was sent as null or as empty: it was not told."""
    return {name: value for name, value in values.items() if value is not None and value != ""}
