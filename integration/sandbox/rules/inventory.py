"""Stock: item units, item ledger entries and the totals that follow from them."""

from datetime import UTC, datetime
from decimal import Decimal

from integration.sandbox.errors import Refusal, dialog, unknown_relation
from integration.sandbox.rules.base import Work
from integration.sandbox.store import Transaction
from integration.sandbox.table import Row
from integration.sandbox.values import Values, trim

POSITIVE, NEGATIVE = "Positive_x0020_Adjmt_x002E_", "Negative_x0020_Adjmt_x002E_"
QUANTITY_STEP = Decimal("0.00001")


def keep_base_unit(tx: Transaction, item: Row) -> None:
    """The base unit of an item is always one of its units, with factor 1."""
    unit = item["baseUnitOfMeasureCode"]
    if unit and tx.by_key("itemUnitsOfMeasure", item["number"], unit) is None:
        values = {"itemNumber": item["number"], "code": unit, "qtyPerUnitOfMeasure": Decimal(1)}
        tx.insert("itemUnitsOfMeasure", values)


def quantity_per_unit(tx: Transaction, item: Row, unit: str, *, table: str) -> Decimal:
    """How many base units one unit holds; raises Refusal when the item does not have the unit."""
    if not unit or unit == item["baseUnitOfMeasureCode"]:
        return Decimal(1)
    row = tx.by_key("itemUnitsOfMeasure", item["number"], unit)
    if row is None:
        raise unknown_relation("Unit of Measure Code", table, unit, "Item Unit of Measure")
    return Decimal(row["qtyPerUnitOfMeasure"])


def get_item(tx: Transaction, number: str, *, table: str) -> Row:
    """The item with this number, not blocked; raises Refusal."""
    item = tx.by_key("items", number)
    if item is None:
        raise unknown_relation("No.", table, number, "Item")
    check_item_not_blocked(item)
    return item


def check_item_not_blocked(item: Row) -> None:
    if item["blocked"]:
        message = f"Blocked must be equal to 'No'  in Item: No.={item['number']}. Current value is 'Yes'."
        raise Refusal(400, "Application_FieldValidationException", message)


def write_entry(tx: Transaction, item: Row, values: Values) -> Row:
    """Append to the item ledger and move the item's stock; the item's own time stamp stays."""
    entries = tx.table("itemLedgerEntries")
    last = entries.last()
    number = 1 if last is None else last["entryNumber"] + 1
    values = {
        "description": item["displayName"],
        **values,
        "itemNumber": item["number"],
        "entryNumber": number,
    }
    entry = tx.insert("itemLedgerEntries", values)
    current = tx.table("items").rows[item.id]
    tx.update("items", item.id, {"inventory": current["inventory"] + entry["quantity"]}, touch=False)
    return entry


def in_base_units(quantity: Decimal, per_unit: Decimal) -> Decimal:
    return trim((quantity * per_unit).quantize(QUANTITY_STEP))


def check_stock(work: Work, item: Row, location: str, wanted: Decimal) -> None:
    """Refuse to take more than a location holds, when the company prevents negative inventory."""
    if not work.settings.prevent_negative_inventory or item["type"] != "Inventory":
        return
    entries = work.tx.find("itemLedgerEntries", "itemNumber", item["number"])
    at_hand = sum((entry["quantity"] for entry in entries if entry["locationCode"] == location), Decimal(0))
    if wanted > at_hand:
        raise dialog(f"You have insufficient quantity of Item {item['number']} on inventory.")


def adjust_to(work: Work, item: Row, stock: Decimal) -> None:
    """Post the difference as an adjustment dated today, as a PATCH of `inventory` does in BC."""
    difference = stock - item["inventory"]
    values = {
        "entryType": POSITIVE if difference > 0 else NEGATIVE,
        "postingDate": datetime.now(UTC).date().isoformat(),
        "documentNumber": item["number"],
        "quantity": difference,
        "unitOfMeasureCode": item["baseUnitOfMeasureCode"],
        "costAmountActual": difference * item["unitCost"],
    }
    write_entry(work.tx, item, values)
