"""The lines of a purchase order or invoice: objects, units, quantities, amounts."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.entities.declare import NULL_GUID, EntitySet, Field
from integration.sandbox.errors import dialog, field_check, same_key, unknown_relation
from integration.sandbox.payload import Payload
from integration.sandbox.rules import inventory, over_receipts, setup_checks
from integration.sandbox.rules.base import Work, resolve_link
from integration.sandbox.rules.headers import net_amounts, round_amount
from integration.sandbox.table import Row
from integration.sandbox.values import Values, trim

TABLE = "Purchase Line"
STEP = 10_000
OBJECT_TYPES = ("Item", "Account", "Fixed_x0020_Asset")
_NOT_USABLE = ("Resource", "Charge", "Allocation_x0020_Account")


@dataclass
class Line:
    """A line while its fields are validated."""

    work: Work
    spec: EntitySet
    header: Row
    values: Values
    sent: set[str]
    cost: str  # the name of the unit cost field: it differs between orders and invoices
    is_new: bool


def cost_field(spec: EntitySet) -> str:
    return "directUnitCost" if spec.name == "purchaseOrderLines" else "unitCost"


def validate(line: Line, payload: Payload) -> None:
    """Validate the fields in the order received, then work out the amounts.

    `receiveQuantity` comes last whatever the order: in BC it resets `invoiceQuantity`, and a client must not
    rely on clearing both in one PATCH.
    """
    if {"itemId", "accountId"} <= {each.name for each, value in payload.changes if value != NULL_GUID}:
        raise dialog('Both "itemId" and "accountId" are specified. Specify only one of them.')
    changes = sorted(payload.changes, key=lambda change: change[0].name == "receiveQuantity")
    for each, value in changes:
        if line.values[each.column] != value or (line.is_new and each.name in _OUTRANK_DEFAULTS):
            _APPLY.get(each.name, _plain)(line, each, value)
    work_out_amounts(line.values, line.cost, bool(line.header["pricesIncludeTax"]))


def next_sequence(work: Work, spec: EntitySet, header_id: str) -> int:
    lines = work.tx.find(spec.name, "documentId", header_id)
    last: int = lines[-1]["sequence"] if lines else 0
    return last + STEP


def check_sequence_free(work: Work, spec: EntitySet, header: Row, sequence: int) -> None:
    if work.tx.by_key(spec.name, header.id, sequence) is not None:
        raise same_key(TABLE, f"Document No.='{header['number']}',Line No.='{sequence}'")


def work_out_amounts(values: Values, cost: str, prices_include_tax: bool) -> None:
    """Amounts from quantity, unit cost, discount and tax."""
    gross = round_amount(values["quantity"] * values[cost])
    if values["discountPercent"]:
        values["discountAmount"] = round_amount(gross * values["discountPercent"] / 100)
    amount = gross - values["discountAmount"]
    factor = 1 + Decimal(values["taxPercent"]) / 100
    excluding = round_amount(amount / factor) if prices_include_tax else amount
    including = amount if prices_include_tax else round_amount(amount * factor)
    values["amountExcludingTax"] = excluding
    values["totalTaxAmount"] = including - excluding
    values["amountIncludingTax"] = including
    values.update(net_amounts(values))


def outstanding(values: Values | Row) -> Decimal:
    quantity: Decimal = values["quantity"] - values["receivedQuantity"]
    return quantity


def invoiceable(values: Values | Row) -> Decimal:
    """What may be invoiced: received, plus to receive, minus invoiced."""
    quantity: Decimal = values["receivedQuantity"] + values["receiveQuantity"] - values["invoicedQuantity"]
    return quantity


def reset_quantities(values: Values, default: str = "Remainder") -> None:
    """By BC's default "Remainder" all that is open is to be received and invoiced; by "Blank" nothing."""
    values["receiveQuantity"] = outstanding(values) if default == "Remainder" else Decimal(0)
    values["invoiceQuantity"] = invoiceable(values)


def check_account(account: Row) -> None:
    record = f"G/L Account: No.={account['number']}"
    if account["accountType"] != "Posting":
        raise field_check("Account Type", "Posting", record, account["accountType"])
    if account["blocked"]:
        raise field_check("Blocked", "No", record, "Yes")
    if not account["directPosting"]:
        raise field_check("Direct Posting", "Yes", record, "No")


def _plain(line: Line, each: Field, value: Any) -> None:
    line.values[each.column] = value


def _document_id(line: Line, each: Field, value: Any) -> None:
    if value != line.header.id:
        raise dialog('The value for "documentId" cannot be modified.')


def _sequence(line: Line, each: Field, value: Any) -> None:
    if not line.is_new:
        raise dialog("The value for sequence cannot be modified. Delete and insert the line again.")
    line.values["sequence"] = value


def _line_type(line: Line, each: Field, value: Any) -> None:
    if value in _NOT_USABLE:
        raise dialog(f"The sandbox does not imitate lines of type '{value}'.")
    if not line.is_new and line.values["lineObjectNumber"]:
        raise dialog('The value for "lineType" cannot be modified.')
    line.values["lineType"] = value


def _object_number(line: Line, each: Field, value: Any) -> None:
    if line.values["lineObjectNumber"]:
        raise dialog('The value for "lineObjectNumber" cannot be modified.')
    _OBJECTS.get(line.values["lineType"], _no_object)(line, value)


def _object_id(line: Line, each: Field, value: Any) -> None:
    if value == NULL_GUID:
        return
    name, kind = ("items", "Item") if each.name == "itemId" else ("accounts", "Account")
    found = line.work.tx.get(name, value)
    if found is None:
        raise dialog(f"{kind} does not exist.")
    if line.values["lineObjectNumber"] not in ("", found["number"]):
        raise dialog('The value for "lineObjectNumber" cannot be modified.')
    line.values["lineType"] = kind
    _OBJECTS[kind](line, found["number"])


def _no_object(line: Line, number: str) -> None:
    if number:
        raise dialog("A line of type Comment has no number. Set lineType before lineObjectNumber.")


def _item(line: Line, number: str) -> None:
    item = line.work.tx.by_key("items", number)
    if item is None:
        raise dialog("Item does not exist.")
    inventory.check_item_not_blocked(item)
    setup_checks.check_purchase_item(item)
    values = line.values
    values.update(itemId=item.id, lineObjectNumber=number, description=item["displayName"])
    values["description2"] = item["displayName2"]
    values[line.cost] = item["unitCost"]
    values["quantityPerUnit"] = Decimal(1)
    _set_unit(line, item["baseUnitOfMeasureCode"])


def _account(line: Line, number: str) -> None:
    account = line.work.tx.by_key("accounts", number)
    if account is None:
        raise dialog("Account does not exist.")
    check_account(account)
    line.values.update(accountId=account.id, lineObjectNumber=number, description=account["displayName"])


def _fixed_asset(line: Line, number: str) -> None:
    asset = line.work.tx.by_key("fixedAssets", number)
    if asset is None:
        raise unknown_relation("No.", TABLE, number, "Fixed Asset")
    if asset["blocked"]:
        raise field_check("Blocked", "No", f"Fixed Asset: No.={number}", "Yes")
    line.values.update(lineObjectNumber=number, description=asset["displayName"])


def _unit_code(line: Line, each: Field, value: Any) -> None:
    _set_unit(line, value)


def _unit_id(line: Line, each: Field, value: Any) -> None:
    unit = line.work.tx.get("unitsOfMeasure", value)
    if unit is None and value != NULL_GUID:
        raise dialog('The "unitOfMeasureId" does not match to a Unit of Measure.')
    _set_unit(line, unit["code"] if unit else "")


def _set_unit(line: Line, code: str) -> None:
    values, tx = line.values, line.work.tx
    unit = tx.by_key("unitsOfMeasure", code)
    if values["lineType"] == "Item" and values["lineObjectNumber"]:
        item = tx.by_key("items", values["lineObjectNumber"])
        if item is not None:
            before = values["quantityPerUnit"] or Decimal(1)
            values["quantityPerUnit"] = inventory.quantity_per_unit(tx, item, code, table=TABLE)
            values[line.cost] = trim(values[line.cost] * values["quantityPerUnit"] / before)
    elif code and unit is None:
        raise unknown_relation("Unit of Measure Code", TABLE, code, "Unit of Measure")
    values["unitOfMeasureCode"] = code
    values["unitOfMeasureId"] = unit.id if unit else NULL_GUID


def _quantity(line: Line, each: Field, value: Any) -> None:
    values = line.values
    if values["lineType"] == "Comment" and value:
        raise dialog("Type must not be blank when a quantity is entered.")
    if "receivedQuantity" in values:
        if abs(value) < abs(values["receivedQuantity"]) or value * values["receivedQuantity"] < 0:
            raise dialog(f"Quantity must not be less than {values['receivedQuantity']} in Purchase Line.")
        values["quantity"] = value
        reset_quantities(values, line.work.settings.default_quantity_to_receive)
    values["quantity"] = value


def _discount_percent(line: Line, each: Field, value: Any) -> None:
    line.values["discountPercent"] = value
    if not value:
        line.values["discountAmount"] = Decimal(0)


def _discount_amount(line: Line, each: Field, value: Any) -> None:
    line.values["discountAmount"] = value
    line.values["discountPercent"] = Decimal(0)


def _amount(line: Line, each: Field, value: Any) -> None:
    gross = round_amount(line.values["quantity"] * line.values[line.cost])
    line.values["discountAmount"] = gross - value
    line.values["discountPercent"] = Decimal(0)


def _receive_quantity(line: Line, each: Field, value: Any) -> None:
    values = line.values
    _check_type_takes_quantity(values, value)
    limit = outstanding(values)
    if abs(value) > abs(limit) or value * limit < 0:
        over_receipts.allow(line.work, line.header, values, value)
    values["receiveQuantity"] = value
    if line.work.settings.receive_resets_invoice_quantity:
        values["invoiceQuantity"] = invoiceable(values)


def _invoice_quantity(line: Line, each: Field, value: Any) -> None:
    values = line.values
    _check_type_takes_quantity(values, value)
    limit = invoiceable(values)
    if abs(value) > abs(limit) or value * limit < 0:
        raise dialog(f"You cannot invoice more than {trim(Decimal(limit))} units.")
    values["invoiceQuantity"] = value


def _check_type_takes_quantity(values: Values, value: Decimal) -> None:
    if values["lineType"] == "Comment" and value:
        raise dialog("Type must not be blank when a quantity is entered.")


def _location_id(line: Line, each: Field, value: Any) -> None:
    line.values["locationId"] = value
    link = next(link for link in line.spec.links if link.id_field == "locationId")
    resolve_link(line.work, link, line.values, {"locationId"})


def _variant(line: Line, each: Field, value: Any) -> None:
    variant = line.work.tx.get("itemVariants", value)
    if value != NULL_GUID and (variant is None or variant["itemId"] != line.values["itemId"]):
        raise dialog('The "itemVariantId" does not match to an Item Variant.')
    line.values["itemVariantId"] = value


def _computed(line: Line, each: Field, value: Any) -> None:
    raise dialog(f"The sandbox does not compute a line back from '{each.name}'.")


_OBJECTS: dict[str, Callable[[Line, str], None]] = {
    "Item": _item,
    "Account": _account,
    "Fixed_x0020_Asset": _fixed_asset,
}
_OUTRANK_DEFAULTS = {"receiveQuantity", "invoiceQuantity"}
_APPLY: dict[str, Callable[[Line, Field, Any], None]] = {
    "documentId": _document_id,
    "sequence": _sequence,
    "lineType": _line_type,
    "lineObjectNumber": _object_number,
    "itemId": _object_id,
    "accountId": _object_id,
    "unitOfMeasureCode": _unit_code,
    "unitOfMeasureId": _unit_id,
    "quantity": _quantity,
    "discountPercent": _discount_percent,
    "discountAmount": _discount_amount,
    "amountExcludingTax": _amount,
    "receiveQuantity": _receive_quantity,
    "invoiceQuantity": _invoice_quantity,
    "locationId": _location_id,
    "itemVariantId": _variant,
    "amountIncludingTax": _computed,
    "invoiceDiscountAllocation": _computed,
    "netAmount": _computed,
    "netTaxAmount": _computed,
    "netAmountIncludingTax": _computed,
}
