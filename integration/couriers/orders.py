"""Purchase orders: created in BC in one call, with our key in a comment line that commits with them.

BC gives no field of an order to our key, so the first line is a comment that carries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from integration import mapping
from integration.bc import Client, odata, payloads
from integration.bc.names import LINE_TYPE, MODIFIED, ORDER_DATE, VENDOR_NUMBER
from integration.mapping import defaults, masters
from masterdata import lookup
from masterdata.models import Account, Company, Currency, FixedAsset, Item, Location, Vendor
from reconciliation.models import PurchaseOrder, PurchaseOrderLine

from . import assets, dimensions
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, Withdrawn, as_uuid, in_bc, listed

LINES = "purchaseOrderLines"
OURS = "Tieout"
MARKER_SEQUENCE, REQUEST_SEQUENCE = 1, 2
SEQUENCE_STEP = 10_000


def chain(order: PurchaseOrder) -> str:
    """Everything about one order is delivered in order."""
    return f"order:{order.number}"


def marker(key: UUID) -> str:
    """The text of the comment line by which we know an order as ours."""
    return f"{OURS} {key}"


def sequence_of(line: int) -> int:
    """BC's number for our line."""
    return line * SEQUENCE_STEP


def prepare(order: PurchaseOrder, key: UUID) -> Prepared:
    """Build the order through the field mapping, or say which master record it waits for."""
    prepared = built(order)
    if LINES in prepared.payload:
        prepared.payload[LINES][:0] = _comments(order, key)
    return prepared


def _comments(order: PurchaseOrder, key: UUID) -> list[dict[str, Any]]:
    """Our key, and the request that the order comes from: no field of the header takes either."""
    told = [(MARKER_SEQUENCE, marker(key))]
    if order.purchase_request:
        told.append((REQUEST_SEQUENCE, f"Purchase request {order.purchase_request}"))
    return [{"sequence": sequence, LINE_TYPE: "Comment", "description": text} for sequence, text in told]


def built(order: PurchaseOrder) -> Prepared:
    """Write the order as its latest version says it, without what was cancelled."""
    lines = list(order.lines.filter(cancelled=False).order_by("line"))
    known = assets.bc_numbers(order.company, [line.asset for line in lines if line.asset])
    if missing := _missing(order, lines, known):
        return Prepared(waiting_for=missing)
    header, line_mapping = mapping.compiled_together(defaults.ORDER, defaults.ORDER_LINE)
    location_ids = lookup.location_ids(order.company, _locations(order, lines))
    head = record(order)
    known_masters = masters.of(order.company)
    body, found = header.apply(head, known_masters)
    problems = [str(problem) for problem in found]
    body[LINES], tagged = [], []
    for line in lines:
        try:
            told = line_record(line, head, location_ids, known)
        except lookup.NoConversion as lacking_unit:
            return Prepared(waiting_for=str(lacking_unit)[:300])
        written, found = line_mapping.apply(told, known_masters)
        problems += [f"line {line.line}, {problem}" for problem in found]
        if tags := dimensions.take_tags(written, line.dimensions, line_mapping.sources):
            written[dimensions.SET_LINES] = dimensions.set_lines(tags)
            tagged.append(tags)
        body[LINES].append(written)
    if lacking := dimensions.missing(order.company, tagged):
        return Prepared(waiting_for=in_bc(lacking))
    return Prepared(body, header.version, line_mapping.version, problems=problems)


def keys_since(client: Client, moment: datetime) -> set[UUID]:
    """Read our keys in the orders that came to BC, or were changed there, since a moment."""
    found = client.find(
        "purchaseOrders",
        filter=odata.ge(MODIFIED, moment),
        select=("id",),
        expand=odata.nested(LINES, ("sequence", LINE_TYPE, "description")),
    )
    told = (line["description"] for order in found for line in order[LINES])
    return {key for text in told if (key := key_in(text)) is not None}


def key_in(text: str) -> UUID | None:
    """Read our key out of a comment line; None when it is somebody's own words."""
    name, _, written = text.partition(" ")
    try:
        return UUID(written) if name == OURS else None
    except ValueError:
        return None


class OrderVisit(Visit):
    """Look for the marker among the vendor's orders of the day, then create the order."""

    def find(self) -> Posted | Standing:
        """Find the order that carries our key."""
        candidates = self.client.find(
            "purchaseOrders",
            filter=self._kin(),
            select=("id", "number"),
            expand=odata.nested(LINES, ("sequence", LINE_TYPE, "description")),
        )
        ours = marker(self.message.key)
        for candidate in candidates:
            if any(line["description"] == ours for line in candidate[LINES]):
                return Posted(as_uuid(candidate["id"]), candidate["number"])
        return Standing.ABSENT

    def _kin(self) -> odata.Filter:
        """The vendor's orders of the day, as they were sent; a mapping may leave the day to BC."""
        vendors = odata.eq(VENDOR_NUMBER, self.payload.get(VENDOR_NUMBER, self.document.vendor_number))
        day = self.payload.get(ORDER_DATE)
        return vendors & odata.eq(ORDER_DATE, date.fromisoformat(day)) if day else vendors

    def send(self, before_write: BeforeWrite) -> Posted:
        """Create the order with all its lines in one call."""
        if self.document.state == PurchaseOrder.State.CANCELLED:
            raise Withdrawn(f"Purchase order {self.document.number} was cancelled.")
        body = payloads.in_order("purchaseOrders", self.payload)
        before_write()
        created = self.client.create("purchaseOrders", body)
        return Posted(as_uuid(created["id"]), created["number"])


def record(order: PurchaseOrder) -> dict[str, Any]:
    """The order as mapping rows may name its fields."""
    return {
        "number": order.number,
        "vendor_number": order.vendor_number,
        "currency": order.currency,
        "order_date": order.order_date,
        "expected_on": order.expected_on,
        "location": order.location,
        "purchase_request": order.purchase_request,
        "approved_by": order.approved_by,
    }


def line_record(
    line: PurchaseOrderLine,
    order: dict[str, Any],
    location_ids: dict[str, str],
    known_assets: Mapping[str, str],
) -> dict[str, Any]:
    """One line as mapping rows may name its fields; the price is that of one unit."""
    object_type, object_number = object_of(line, known_assets)
    location = line.location or order["location"]
    return {
        "line": line.line,
        "kind": line.kind,
        "object_type": object_type,
        "object_number": object_number,
        "item": line.item,
        "account": line.account,
        "asset": line.asset,
        "description": line.description,
        "location": location,
        "location_id": location_ids.get(location),
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price": _price_of_unit(line),
        "discount_percent": line.discount_percent or None,
        "work_order": line.work_order,
        "expected_on": line.expected_on or order["expected_on"],
        "dimensions": line.dimensions,
        "order": order,
    }


def _price_of_unit(line: PurchaseOrderLine) -> Decimal:
    """Give the price of one unit; what is priced by weight, at its planned weight; raises NoConversion."""
    price = Decimal(line.unit_price / line.price_base)
    agreed = line.agreed or {}
    if agreed.get("price_unit", line.unit) == line.unit or "planned_ratio" not in agreed:
        return price
    in_base = lookup.per_base(line.order.company, line.item, line.unit) if line.item else Decimal(1)
    return price * Decimal(agreed["planned_ratio"]) * in_base


def object_of(line: PurchaseOrderLine, known_assets: Mapping[str, str]) -> tuple[str, str]:
    """What BC calls the line's object: an item, an account or a fixed asset, and its number."""
    if line.kind == PurchaseOrderLine.Kind.FIXED_ASSET:
        return "fixed_asset", known_assets.get(line.asset, line.asset)
    if line.kind == PurchaseOrderLine.Kind.ITEM or not line.account:
        return "item", line.item
    return "account", line.account


def _missing(order: PurchaseOrder, lines: list[PurchaseOrderLine], known: Mapping[str, str]) -> str:
    """Name the master records that the mirror lacks; they may come with the next pull."""
    company = order.company
    objects = [object_of(line, known) for line in lines]
    wanted: dict[str, lookup.Question] = {
        "vendor": (Vendor, "number", [order.vendor_number]),
        "item": (Item, "number", [number for kind, number in objects if kind == "item"]),
        "account": (Account, "number", [number for kind, number in objects if kind == "account"]),
        "fixed asset": (FixedAsset, "number", [number for kind, number in objects if kind == "fixed_asset"]),
        "location": (Location, "code", _locations(order, lines)),
        "currency": (Currency, "code", _foreign(company, order.currency)),
    }
    found = zip(wanted, lookup.missing_of_each(company, wanted.values()), strict=True)
    return in_bc([f"{noun} {listed(names)}" for noun, names in found if names])


def _locations(order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> list[str]:
    return sorted({code for line in lines if (code := line.location or order.location)})


def _foreign(company: Company, currency: str) -> list[str]:
    return [] if currency in ("", company.ledger_currency) else [currency]
