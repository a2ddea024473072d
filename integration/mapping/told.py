"""What invoices of Business Central tell, before they are documents here: the forms their mappings fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints

from .canonical import Leaf
from .pulls import INVOICE_LINES, INVOICES

NOUNS: Mapping[type, str] = {str: "text", bool: "true or false", Decimal: "number", date: "date"}
LONGEST = "longest"


def _text(longest: int, default: Any = "") -> Any:
    """Declare a text as long as the document takes it."""
    return field(default=default, metadata={LONGEST: longest})


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """The head of an invoice, a draft or posted."""

    number: str = _text(50)
    """The vendor's; where it has none yet, that of BC counts."""
    bc_number: str = _text(20, MISSING)
    state: str
    """draft or posted."""
    vendor_number: str = _text(20)
    vendor_name: str = _text(100)
    currency: str = _text(10)
    invoice_date: date | None = None
    due_on: date | None = None
    order_number: str = _text(50)
    prices_include_tax: bool
    net: Decimal
    tax: Decimal
    total: Decimal

    @property
    def is_posted(self) -> bool:
        return self.state == "posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """A line; made from an order, it has the sequence of the order line."""

    sequence: Decimal
    kind: str
    """item, comment, or other."""
    object_number: str = _text(20)
    """Of the item, the account or whatever else it bills."""
    description: str = _text(250)
    unit: str = _text(10)
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    invoice_discount: Decimal
    tax_percent: Decimal
    amount: Decimal
    tax: Decimal


FORMS: Mapping[str, type[Any]] = {INVOICES: Invoice, INVOICE_LINES: InvoiceLine}


@cache
def leaves(entity: str) -> tuple[Leaf, ...]:
    """Give the fields that a mapping may write."""
    kinds = get_type_hints(FORMS[entity])
    return tuple(
        Leaf(
            each.name,
            NOUNS[next(iter(get_args(kinds[each.name])), kinds[each.name])],
            each.metadata.get(LONGEST),
            required=each.default is MISSING,
        )
        for each in fields(FORMS[entity])
    )


@cache
def blanks(entity: str) -> Mapping[str, Any]:
    """Give what each field holds where BC tells nothing; None where there has to be something."""
    return {each.name: None if each.default is MISSING else each.default for each in fields(FORMS[entity])}


def misfit(entity: str, values: Mapping[str, Any]) -> str:
    """Say why the form would not take a record; empty when it fits."""
    return next((said for leaf in leaves(entity) if (said := _misfit(leaf, values.get(leaf.path)))), "")


def _misfit(leaf: Leaf, value: Any) -> str:
    if value is None:
        return f"{leaf.path} is missing" if leaf.required else ""
    if NOUNS.get(type(value)) != leaf.type:
        return f"{leaf.path} takes a {leaf.type}, not {value!r}; correct the mapping"
    if leaf.longest and len(value) > leaf.longest:
        return f"{leaf.path} {value!r} is longer than {leaf.longest} characters"
    return ""
