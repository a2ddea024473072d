"""The fields of our records that a mapping row may name, form by form, as the couriers give them."""

from __future__ import annotations

from difflib import get_close_matches

ORDER = (
    "number",
    "vendor_number",
    "currency",
    "order_date",
    "expected_on",
    "location",
    "purchase_request",
    "approved_by",
)
INVOICE = (
    "number",
    "vendor_number",
    "currency",
    "invoice_date",
    "due_on",
    "order_number",
    "discount",
    "total",
)
MOVEMENT = ("kind", "number", "posted_on", "work_order", "reason", "from_location", "to_location")

FIELDS: dict[str, tuple[str, ...]] = {
    "purchase_order": ORDER,
    "purchase_order.line": (
        "line",
        "kind",
        "object_type",
        "object_number",
        "item",
        "account",
        "asset",
        "description",
        "location",
        "location_id",
        "unit",
        "quantity",
        "unit_price",
        "discount_percent",
        "work_order",
        "expected_on",
        *(f"order.{name}" for name in ORDER),
    ),
    "supplier_invoice": INVOICE,
    "supplier_invoice.line": (
        "line",
        "object_type",
        "object_number",
        "item",
        "description",
        "quantity",
        "unit",
        "unit_price",
        "discount",
        "order_number",
        "order_line",
        *(f"invoice.{name}" for name in INVOICE),
    ),
    "asset_notice": (
        "number",
        "description",
        "serial_number",
        "asset_class",
        "location",
        "acquired_on",
        "order_number",
        "parent",
    ),
    "inventory_movement": MOVEMENT,
    "inventory_movement.line": (
        "line",
        "item",
        "quantity",
        "unit",
        "base_quantity",
        "base_unit",
        "location",
        "to_location",
        "account",
        "asset",
        *(f"movement.{name}" for name in MOVEMENT),
    ),
}

# Forms whose fields have names that the CAFM chooses: a cost centre, a building.
OPEN = {"purchase_order.line": ("dimensions",), "inventory_movement.line": ("dimensions",)}


def problem_with(form: str, path: str) -> str:
    """Say that a form has no such field, and which of its names come nearest; empty when it has."""
    known = FIELDS.get(form)
    group, _, rest = path.partition(".")
    opened = OPEN.get(form, ())
    if known is None or path in known or (group in opened and rest and "." not in rest):
        return ""
    if path in opened or any(name.startswith(f"{path}.") for name in known):
        one = next((name for name in known if name.startswith(f"{path}.")), f"{path}.COSTCENTRE")
        return f"{path!r} is a group of fields; name one of them, such as {one}."
    nearest = get_close_matches(path, known, n=5, cutoff=0.5)
    if nearest:
        return f"There is no field {path!r} in our record. The nearest are {', '.join(nearest)}."
    plain = [name for name in known if "." not in name]
    return f"There is no field {path!r} in our record. Its fields are {', '.join(plain)}."
