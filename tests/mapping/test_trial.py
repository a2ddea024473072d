"""A mapping row is tried before it is kept, and what is kept nevertheless never loses a document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.mapping import sources, trial
from integration.mapping.apply import Row
from integration.mapping.compiling import apply
from integration.mapping.transforms import TRANSFORMS, BadValue

HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("decimal", {"places": 27}),
    ("decimal", {"places": 10**9}),
    ("decimal", {"places": -1}),
    ("decimal", {"places": "many"}),
    ("decimal", {"places": [2]}),
    ("multiply", {"by": "1e20000"}),
    ("multiply", {"by": "1e999999"}),
    ("multiply", {"by": "1e-999999"}),
    ("multiply", {"by": "1e13"}),
    ("multiply", {"by": "1." + "3" * 40}),
    ("multiply", {"by": {}}),
    ("text", {"length": -1}),
    ("text", {"length": 0}),
    ("text", {"length": 2.5}),
    ("value_map", {"values": ["item"]}),
]


@pytest.mark.parametrize(("transform", "parameters"), HOSTILE)
def test_parameters_out_of_bounds_are_refused_when_they_are_saved(
    transform: str, parameters: dict[str, Any]
) -> None:
    assert trial.problem_with_parameters(transform, parameters) != ""


@pytest.mark.parametrize(("transform", "parameters"), HOSTILE)
@pytest.mark.parametrize("value", ["0", "15", Decimal("-12345678901.12345"), 7])
def test_a_row_kept_with_such_parameters_is_a_problem_and_no_failure(
    transform: str, parameters: dict[str, Any], value: Any
) -> None:
    written, problems = apply([Row("quantity", "quantity", transform, parameters)], {"quantity": value})

    assert written == {}
    assert [problem.target for problem in problems] == ["quantity"]


@pytest.mark.parametrize(
    "value",
    [10**4000, "1e999999", Decimal("1e999999"), "9" * 5000, "0e-999999"],
    ids=["whole", "power", "decimal", "digits", "zero"],
)
@pytest.mark.parametrize("name", ["decimal", "multiply"])
def test_a_number_out_of_bounds_is_refused_in_a_short_sentence(name: str, value: Any) -> None:
    with pytest.raises(BadValue) as refused:
        TRANSFORMS[name](value, {"by": 2, "places": 2} if name == "multiply" else {"places": 2})

    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    ("transform", "parameters", "said"),
    [
        ("text", {"len": 3}, "text knows no parameter 'len'; it takes length."),
        ("upper", {"length": 3}, "upper knows no parameter 'length'; it takes none."),
        (
            "decimal",
            {"places": 27},
            "decimal cannot work with these parameters: `places` is 27; it goes from 0 to 10.",
        ),
        (
            "text",
            {"length": -1},
            "text cannot work with these parameters: `length` is -1; it goes from 1 to 2048.",
        ),
        (
            "multiply",
            {"by": "1e999999"},
            "multiply cannot work with these parameters: '1e999999' is too large or too fine a number.",
        ),
        (
            "multiply",
            {"by": 0.5},
            'multiply cannot work with these parameters: write the factor in quotes: {"by": "0.5"}.',
        ),
        (
            "constant",
            {"value": [1]},
            "constant cannot work with these parameters: a value is a text, a whole",
        ),
        (
            "constant",
            {"value": "a\x00b"},
            "constant cannot work with these parameters: the text is too long or",
        ),
        (
            "constant",
            {"value": float("nan")},
            "constant cannot work with these parameters: nan is not an exact",
        ),
        (
            "value_map",
            {"values": {"a": 1.5}},
            "value_map cannot work with these parameters: 1.5 is not an exact",
        ),
    ],
)
def test_it_is_said_what_is_wrong_with_the_parameters(
    transform: str, parameters: dict[str, Any], said: str
) -> None:
    assert trial.problem_with_parameters(transform, parameters).startswith(said)


@pytest.mark.parametrize(
    ("transform", "parameters"),
    [
        ("copy", {}),
        ("text", {"length": 100}),
        ("decimal", {}),
        ("decimal", {"places": 10}),
        ("multiply", {"by": 10000}),
        ("multiply", {"by": "0.000001"}),
        ("date", {}),
        ("value_map", {"values": {"item": "Item"}, "otherwise": "Account"}),
        ("constant", {"value": "Item"}),
    ],
)
def test_what_works_is_taken(transform: str, parameters: dict[str, Any]) -> None:
    assert trial.problem_with_parameters(transform, parameters) == ""


def test_a_product_keeps_every_digit() -> None:
    written, problems = apply(
        [Row("price", "price", "multiply", {"by": "1.000000000000000000000000001"})],
        {"price": Decimal("123456789012345.12345678")},
    )

    assert problems == []
    assert str(written["price"]) == "123456789012345.12345678000012345678901234512345678"


@pytest.mark.parametrize(
    ("form", "path", "said"),
    [
        ("purchase_order", "vendor_number", ""),
        ("purchase_order.line", "order.vendor_number", ""),
        ("purchase_order.line", "dimensions.KST", ""),
        ("a form of a later day", "anything", ""),
        (
            "purchase_order",
            "vendr_number",
            "There is no field 'vendr_number' in our record. The nearest are vendor_number, number.",
        ),
        (
            "purchase_order",
            "no_such_field",
            "There is no field 'no_such_field' in our record. Its fields are number,",
        ),
        (
            "purchase_order.line",
            "order",
            "'order' is a group of fields; name one of them, such as order.number.",
        ),
        ("purchase_order.line", "dimensions", "'dimensions' is a group of fields; name one of them"),
        ("purchase_order.line", "order.nothing", "There is no field 'order.nothing' in our record."),
    ],
)
def test_a_source_that_our_record_lacks_is_refused_with_the_nearest_names(
    form: str, path: str, said: str
) -> None:
    found = trial.problem_with_source(path, "copy", "", form)

    assert found.startswith(said) if said else found == ""


@pytest.mark.parametrize(
    ("entity_set", "target", "said"),
    [
        ("purchaseOrders", "requestedReceiptDate", ""),
        ("purchaseOrders", "purchaseOrderLines", "purchaseOrderLines is the list of the lines itself"),
        ("purchaseOrders", "id", "Business Central gives id itself"),
        ("purchaseOrderLines", "documentId", "Business Central gives documentId itself"),
        ("purchaseInvoices", "totalTaxAmount", "Business Central gives totalTaxAmount itself"),
        ("inventoryRequests", "externalId", "Tieout writes externalId itself."),
        ("purchaseOrderLines", "dimensionSetLines.WORK-ORDER", ""),
        (
            "purchaseOrderLines",
            "dimensionSetLines",
            "Name one dimension, such as dimensionSetLines.COSTCENTRE",
        ),
        ("purchaseOrderLines", "dimensionSetLines.A;B", "'A;B' is no dimension code"),
        ("purchaseOrderLines", "dimensions.COSTCENTRE", "'dimensions.COSTCENTRE' is not a field name"),
        ("inventoryRequestLines", "dimensions.COSTCENTRE", ""),
        ("inventoryRequestLines", "dimensions", "Name one dimension, such as dimensions.COSTCENTRE"),
    ],
)
def test_a_target_that_nobody_may_write_is_refused(entity_set: str, target: str, said: str) -> None:
    found = trial.problem_with_target(target, entity_set)

    assert found.startswith(said) if said else found == ""


@pytest.mark.parametrize(
    "entity_set",
    [
        "purchaseOrders",
        "purchaseOrderLines",
        "purchaseInvoices",
        "purchaseInvoiceLines",
        "inventoryRequests",
        "inventoryRequestLines",
    ],
)
def test_every_field_that_the_sandbox_keeps_to_itself_is_refused_as_a_target(entity_set: str) -> None:
    from integration.sandbox.entities import APP_SETS, STANDARD_SETS

    found = (dict(STANDARD_SETS) | dict(APP_SETS))[entity_set]
    kept = [field.name for field in found.fields if field.read_only]

    assert kept != []
    assert [name for name in kept if not trial.problem_with_target(name, entity_set)] == []


@pytest.mark.django_db
def test_the_fields_that_rows_may_name_are_those_that_the_couriers_give() -> None:
    from integration.couriers import assets, invoices, movements, orders
    from reconciliation.models import (
        AssetNotice,
        InventoryMovement,
        InventoryMovementLine,
        InvoiceLine,
        PurchaseOrder,
        PurchaseOrderLine,
        SupplierInvoice,
    )

    one = Decimal(1)
    order, invoice, movement = PurchaseOrder(), SupplierInvoice(), InventoryMovement()
    order_line = PurchaseOrderLine(order=order, unit_price=one, price_base=one)
    invoice_line = InvoiceLine(invoice=invoice, unit_price=one, price_base=one)
    movement_line = InventoryMovementLine(movement=movement)
    records = {
        "purchase_order": orders.record(order),
        "purchase_order.line": orders.line_record(order_line, orders.record(order), {}, {}),
        "supplier_invoice": invoices.record(invoice),
        "supplier_invoice.line": invoices.line_record(invoices.record(invoice), invoice_line),
        "asset_notice": assets.record(AssetNotice()),
        "inventory_movement": movements.record(movement),
        "inventory_movement.line": movements.line_record(
            movement_line, movements.record(movement), "PCS", one
        ),
    }

    given = {
        form: sorted(
            path
            for name, value in record.items()
            if name not in sources.OPEN.get(form, ())
            for path in ([f"{name}.{inner}" for inner in value] if isinstance(value, dict) else [name])
        )
        for form, record in records.items()
    }

    assert given == {form: sorted(fields) for form, fields in sources.FIELDS.items()}
