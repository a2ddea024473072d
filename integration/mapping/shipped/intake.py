"""The shipped source profiles: two CAFMs with field names of their own. Their sources are set in a house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Profile:
    """One CAFM: its mappings by its own type of event, each to an event type of the contract."""

    name: str
    mappings: tuple[tuple[str, str, Rows], ...]
    value_maps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    unknown: str = "reject"


UNITS = "units"

# Shaped like the records of Atlas CMMS: an approved order names parts and quantities; a line has no price of
# its own, the part's cost counts; moments are milliseconds, the currency is the company's.
ATLAS_ORDER: Rows = (
    ("customId || id", "number", "text", {"length": 50}, True),
    ("vendor.customId || vendor.companyName", "vendor", "upper", {}, True),
    ("companyCurrency", "currency", "upper", {}, True),
    ("createdAt", "order_date", "day_of", {}, True),
    ("shippingDueDate", "expected_on", "day_of", {}, False),
    ("approvedBy || updatedBy", "approved_by", "text", {"length": 150}, True),
    ("partQuantities", "lines[]", "copy", {}, True),
    ("index", "lines[].line", "copy", {}, True),
    ("", "lines[].kind", "constant", {"value": "item"}, True),
    ("part.barcode || part.customId", "lines[].item", "upper", {}, True),
    ("part.name", "lines[].description", "text", {"length": 250}, False),
    ("quantity", "lines[].quantity", "text", {}, True),
    ("part.unit", "lines[].unit", "value_map", {"map": UNITS}, False),
    ("part.cost", "lines[].unit_price", "text", {}, True),
)
# Parts that a work order took; Atlas tells a quantity changed, never a receipt.
ATLAS_CONSUMPTION: Rows = (
    ("customId || id", "number", "text", {"length": 50}, True),
    ("workOrder.customId", "work_order", "text", {"length": 50}, True),
    ("createdAt", "posted_on", "day_of", {}, True),
    ("partTransactions", "lines[]", "copy", {}, True),
    ("index", "lines[].line", "copy", {}, True),
    ("part.barcode || part.customId", "lines[].item", "upper", {}, True),
    ("quantity", "lines[].quantity", "text", {}, True),
    ("part.unit", "lines[].unit", "value_map", {"map": UNITS}, True),
    ("parent.location.customId", "lines[].location", "upper", {}, True),
)

ATLAS_ASSET: Rows = (
    ("customId || id", "number", "text", {"length": 20}, True),
    ("name", "description", "text", {"length": 250}, True),
    ("serialNumber", "serial_number", "text", {"length": 50}, False),
    ("category.name", "asset_class", "text", {"length": 50}, False),
    ("location.customId", "location", "upper", {}, False),
    ("parentAsset.customId", "parent", "text", {"length": 20}, False),
)

# A house whose CAFM writes German field names, numbers and days.
WARTUNG_ORDER: Rows = (
    ("Bestellnummer", "number", "text", {"length": 50}, True),
    ("Lieferant.Nr", "vendor", "upper", {}, True),
    ("Waehrung", "currency", "upper", {}, True),
    ("Datum", "order_date", "read_date", {"form": "DD.MM.YYYY"}, True),
    ("Liefertermin", "expected_on", "read_date", {"form": "DD.MM.YYYY"}, False),
    ("Lager", "location", "upper", {}, False),
    ("[Freigabe.Vorname, Freigabe.Name]", "approved_by", "join", {}, True),
    ("Positionen", "lines[]", "copy", {}, True),
    ("Pos", "lines[].line", "multiply", {"by": 1}, True),
    ("", "lines[].kind", "constant", {"value": "item"}, True),
    ("Artikel", "lines[].item", "upper", {}, True),
    ("Text", "lines[].description", "text", {"length": 250}, False),
    ("Menge", "lines[].quantity", "read_number", {}, True),
    ("ME", "lines[].unit", "value_map", {"map": UNITS}, False),
    ("Preis", "lines[].unit_price", "read_number", {}, True),
    ("Kostenstelle", "lines[].dimensions.COSTCENTRE", "null_forms", {}, False),
)
WARTUNG_RECEIPT: Rows = (
    ("Belegnummer", "number", "text", {"length": 50}, True),
    ("Bestellnummer", "purchase_order", "text", {"length": 50}, True),
    ("Eingangsdatum", "received_on", "read_date", {"form": "DD.MM.YYYY"}, True),
    ("Annehmer", "received_by", "text", {"length": 150}, True),
    ("Lieferschein", "delivery_note", "text", {"length": 50}, False),
    ("Positionen", "lines[]", "copy", {}, True),
    ("Pos", "lines[].line", "multiply", {"by": 1}, True),
    ("Bestellpos", "lines[].order_line", "multiply", {"by": 1}, True),
    ("Geliefert", "lines[].quantity_received", "read_number", {}, True),
    ("Angenommen", "lines[].quantity_accepted", "read_number", {}, True),
    ("Abgelehnt", "lines[].quantity_rejected", "read_number", {}, True, {"default": "0"}),
    ("Ablehngrund", "lines[].reject_reason", "text", {"length": 250}, False),
    ("ME", "lines[].unit", "value_map", {"map": UNITS}, True),
)
WARTUNG_CONSUMPTION: Rows = (
    ("Belegnummer", "number", "text", {"length": 50}, True),
    ("Auftrag", "work_order", "text", {"length": 50}, True),
    ("Datum", "posted_on", "read_date", {"form": "DD.MM.YYYY"}, True),
    ("Positionen", "lines[]", "copy", {}, True),
    ("Pos", "lines[].line", "multiply", {"by": 1}, True),
    ("Artikel", "lines[].item", "upper", {}, True),
    ("Menge", "lines[].quantity", "read_number", {}, True),
    ("ME", "lines[].unit", "value_map", {"map": UNITS}, True),
    ("Lager || parent.Lager", "lines[].location", "upper", {}, True),
)
WARTUNG_ASSET: Rows = (
    ("Anlagennummer", "number", "text", {"length": 20}, True),
    ("Bezeichnung", "description", "text", {"length": 250}, True),
    ("Seriennummer", "serial_number", "text", {"length": 50}, False),
    ("Anlagenklasse", "asset_class", "text", {"length": 50}, False),
    ("Standort", "location", "upper", {}, False),
    ("Zugangsdatum", "acquired_on", "read_date", {"form": "DD.MM.YYYY"}, False),
    ("Hauptanlage", "parent", "text", {"length": 20}, False),
)

PROFILES = (
    Profile(
        "Atlas CMMS",
        (
            ("PURCHASE_ORDER_APPROVED", "purchase_order.approved.v1", ATLAS_ORDER),
            ("PART_QUANTITY_CHANGED", "inventory.consumed.v1", ATLAS_CONSUMPTION),
            ("NEW_ASSET", "asset.registered.v1", ATLAS_ASSET),
        ),
        {UNITS: {"piece": "PCS", "pieces": "PCS", "pcs": "PCS", "box": "BOX", "hour": "H"}},
    ),
    Profile(
        "Wartung",
        (
            ("bestellung.freigegeben", "purchase_order.approved.v1", WARTUNG_ORDER),
            ("wareneingang.gebucht", "goods_receipt.recorded.v1", WARTUNG_RECEIPT),
            ("material.entnommen", "inventory.consumed.v1", WARTUNG_CONSUMPTION),
            ("anlage.angelegt", "asset.registered.v1", WARTUNG_ASSET),
        ),
        {UNITS: {"ST": "PCS", "KAR": "BOX", "STD": "H"}},
    ),
)
