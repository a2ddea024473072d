"""A payload as a form: which of its values a person may change, and what the form makes of them.

What is ordered, how much of it, for how much and from whom was approved in the CAFM; it is not changed here.
What tells Business Central's document apart is not changed either.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.bc import FieldType, Metadata, payloads, plain, restored
from integration.bc.names import (
    ACCOUNT_ID,
    EXTERNAL_ID,
    ITEM_ID,
    ITEM_NUMBER,
    LINE_OBJECT_NUMBER,
    LINE_TYPE,
    ORDER_NUMBER,
    VENDOR_INVOICE_NUMBER,
)
from integration.contract.shapes import NUMBERS, Shape, shape_of
from integration.mapping import compiled
from integration.models import ContractReading, DocumentKind, FieldMapping, Message
from integration.redaction import is_secret

NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?")
LONGEST = 2048
MARKER = "Tieout "

APPROVED = gettext_lazy("It was approved in the CAFM. Change it there; the new version comes by itself.")
SECRET = gettext_lazy("Secrets are not shown and not changed here.")
KEYS = frozenset({"id", "sequence", LINE_TYPE, EXTERNAL_ID, ORDER_NUMBER, VENDOR_INVOICE_NUMBER})
SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
ORDERED = re.compile(r"quantity|price|cost|amount|discount|percent|total|vendor|currency", re.IGNORECASE)
NAMES_WHAT = frozenset({"kind", LINE_OBJECT_NUMBER, ITEM_NUMBER, ACCOUNT_ID, ITEM_ID})

SETS: dict[str, str] = {
    DocumentKind.PURCHASE_ORDER: "purchaseOrders",
    DocumentKind.SUPPLIER_INVOICE: "purchaseInvoices",
    DocumentKind.INVENTORY_MOVEMENT: "inventoryRequests",
}


@dataclass(frozen=True)
class Field:
    """One value of the form; `fixed` says why it stays as it is."""

    path: str
    name: str
    place: str
    value: str
    fixed: str = ""
    problem: str = ""
    was: str = ""

    @property
    def words(self) -> str:
        """Write BC's name for people: vendorNumber is the vendor number."""
        return SEAM.sub(" ", self.name).lower().capitalize()

    @property
    def is_changed(self) -> bool:
        return self.value != self.was


@dataclass(frozen=True)
class Edited:
    """What the form makes of a payload: the fields again, each with its problem, and the payload."""

    fields: list[Field]
    payload: dict[str, Any]

    @property
    def problems(self) -> list[str]:
        return [
            f"{field.place} {field.name}: {field.problem}".strip() for field in self.fields if field.problem
        ]


def fields_of(message: Message, payload: Mapping[str, Any]) -> list[Field]:
    """List the values of a payload in BC's order, and the mapped fields that it leaves empty."""
    entity_set = SETS.get(message.document_kind, "")
    ordered = payloads.in_order(entity_set, payload)
    mapped = _mapped(message.document_kind)
    found = list(_of_object(ordered, "", "", mapped.get(False, ())))
    for name, rows in ordered.items():
        if isinstance(rows, list):
            lines = [(place, row) for place, row in enumerate(rows) if _is_line(row)]
            for number, (place, row) in enumerate(lines, start=1):
                found += _of_object(row, f"{name}.{place}.", f"line {number}", mapped.get(True, ()))
    return found


def edited(message: Message, original: Mapping[str, Any], given: Mapping[str, str]) -> Edited:
    """Put what a person wrote into a copy of the payload; what it cannot be is said at its field."""
    result: dict[str, Any] = copy.deepcopy(dict(original))
    offered = _offered()
    fields = []
    for field in fields_of(message, original):
        written = field.value if field.fixed else given.get(field.path, field.value).strip()
        told = replace(field, value=written)
        if told.is_changed:
            try:
                _put(result, field.path, _read(written, _declared(offered, message, field), field.was))
            except ValueError as error:
                told = replace(told, problem=str(error))
        fields.append(told)
    return Edited(fields, result)


def _of_object(row: Mapping[str, Any], path: str, place: str, mapped: tuple[str, ...]) -> Iterator[Field]:
    for name, value in row.items():
        if not isinstance(value, list | dict) and name not in KEYS:
            written = _written(value)
            shown = "" if is_secret(name) else written
            yield Field(f"{path}{name}", name, place, shown, _fixed(name), was=shown)
    for name in mapped:
        if name not in row and name not in KEYS and not _fixed(name):
            yield Field(f"{path}{name}", name, place, "", was="")


def _is_line(row: Any) -> bool:
    """Whether it is a line of the document, not the comment that carries our key."""
    return isinstance(row, dict) and not str(row.get("description", "")).startswith(MARKER)


def _fixed(name: str) -> str:
    if is_secret(name):
        return str(SECRET)
    return str(APPROVED) if name in NAMES_WHAT or ORDERED.search(name) else ""


def _mapped(kind: str) -> dict[bool, tuple[str, ...]]:
    """Give the targets of the enabled mapping rows, of the head (False) and of the lines (True)."""
    found: dict[bool, list[str]] = {False: [], True: []}
    mappings = FieldMapping.objects.filter(direction="push", source__in=[kind, f"{kind}.line"])
    for mapping in mappings.order_by("pk"):
        found[mapping.source.endswith(".line")] += [row.target for row in compiled(mapping.name).rows]
    return {is_line: tuple(dict.fromkeys(names)) for is_line, names in found.items()}


def _offered() -> Metadata | None:
    latest = ContractReading.objects.order_by("-pk").first()
    return restored(latest.offered) if latest else None


def _declared(offered: Metadata | None, message: Message, field: Field) -> FieldType | None:
    """Give how BC declares the field, as it was read last."""
    if offered is None:
        return None
    name = field.path.split(".")[0] if "." in field.path else SETS.get(message.document_kind, "")
    route = offered.app if message.document_kind == DocumentKind.INVENTORY_MOVEMENT else offered.standard
    found = route.get(name)
    return found.fields.get(field.name) if found else None


def _read(written: str, declared: FieldType | None, before: str) -> Any:
    """Read a value as BC declares it; None leaves the field out. Raises ValueError in plain words."""
    if not written:
        return None
    if len(written) > LONGEST or "\x00" in written or not written.isprintable():
        raise ValueError(_("It is too long or holds characters that no field takes."))
    shape = shape_of(declared.type) if declared else _shape_of_value(before)
    if shape in NUMBERS:
        if not NUMBER.fullmatch(written):
            raise ValueError(_("Write a number, such as 12.50."))
        return Decimal(written)
    if shape is Shape.FLAG:
        if written not in ("true", "false"):
            raise ValueError(_("Write true or false."))
        return written == "true"
    if shape is Shape.DATE:
        _check(written, date.fromisoformat, _("Write a date, such as 2026-11-30."))
    elif shape is Shape.ID:
        _check(written, UUID, _("Write an id, such as 57370f79-aa76-4585-a6b3-ff0444ebd507."))
    if declared and declared.members and written not in declared.members:
        raise ValueError(
            _("Business Central takes one of {these}.").format(these=", ".join(declared.members))
        )
    if declared and declared.max_length and len(written) > declared.max_length:
        raise ValueError(
            _("Business Central takes {most} characters; these are {n}.").format(
                most=declared.max_length, n=len(written)
            )
        )
    return written


def _check(written: str, read: Any, sentence: str) -> None:
    try:
        read(written)
    except ValueError as error:
        raise ValueError(sentence) from error


def _shape_of_value(before: str) -> Shape:
    """Guess from what stood there, as long as the contract was never read."""
    for read, shape in ((date.fromisoformat, Shape.DATE), (UUID, Shape.ID)):
        try:
            read(before)
        except ValueError:
            continue
        return shape
    return Shape.TEXT


def _put(payload: dict[str, Any], path: str, value: Any) -> None:
    *way, name = path.split(".")
    place: Any = payload
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        place.pop(name, None)
    else:
        place[name] = value


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else plain(value) if isinstance(value, Decimal) else str(value)
