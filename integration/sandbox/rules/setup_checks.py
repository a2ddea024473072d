"""What the administrators of BC set up, or forgot to: posting groups, warehouse, tracking, variants."""

from integration.sandbox.errors import Refusal, dialog, field_missing
from integration.sandbox.rules.base import Work
from integration.sandbox.table import Row


def check_lines(work: Work, lines: list[Row]) -> None:
    """Refuse lines that can only be posted in BC itself, or not before its set-up is complete."""
    for line in lines:
        if line["lineType"] != "Item" or not line["lineObjectNumber"]:
            continue
        item = work.tx.by_key("items", line["lineObjectNumber"])
        if item is not None:
            _check_item(item, line)
            _check_location(work, item, line)


def check_purchase_item(item: Row) -> None:
    """Refuse an item that may not be bought, or whose card is not finished."""
    if item["purchasingBlocked"]:
        raise dialog(
            f"You cannot purchase Item {item['number']} because the Purchasing Blocked check box is selected"
            " on the Item card."
        )
    if not item["baseUnitOfMeasureCode"] and item["type"] == "Inventory":
        raise field_missing("Base Unit of Measure", f"Item: No.={item['number']}")


def check_vendor_card(vendor: Row, verb: str) -> None:
    """Refuse a vendor whose hidden fields stand in the way; the API shows none of them."""
    number = vendor["number"]
    if vendor["privacyBlocked"]:
        raise dialog(f"You cannot {verb} this type of document when Vendor {number} is blocked for privacy.")
    if not vendor["postingGroup"]:
        raise field_missing("Vendor Posting Group", f"Vendor: No.={number}")


def _check_item(item: Row, line: Row) -> None:
    number = item["number"]
    if item["postingSetupMissing"]:
        raise dialog(
            "Purch. Account is missing in General Posting Setup Gen. Bus. Posting Group: DOMESTIC,"
            f" Gen. Prod. Posting Group: {item['generalProductPostingGroupCode'] or 'RETAIL'}."
        )
    if item["variantMandatory"] and line["itemVariantId"].startswith("00000000-"):
        raise field_missing("Variant Code", f"Purchase Line: No.={number}")
    if item["tracked"]:
        raise dialog(f"You must assign a lot number for item {number}.")


def _check_location(work: Work, item: Row, line: Row) -> None:
    location = work.tx.by_key("locations", line["locationCode"]) if line["locationCode"] else None
    if location is None or item["type"] != "Inventory":
        return
    if location["requireReceive"]:
        raise dialog(
            f"Warehouse handling is required for Type = Item, No. = {item['number']},"
            f" Location Code = {location['code']}."
        )
    if location["binMandatory"]:
        message = (
            "The Bin does not exist. Identification fields and values:"
            f" Location Code='{location['code']}',Code=''"
        )
        raise Refusal(400, "Internal_RecordNotFound", message)
