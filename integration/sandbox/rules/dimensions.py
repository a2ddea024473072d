"""Dimensions: what a document or line carries, what a master asks for, and the check before posting."""

from integration.sandbox.entities.declare import NULL_GUID, EntitySet
from integration.sandbox.errors import Refusal, dialog, unknown_relation
from integration.sandbox.payload import Payload
from integration.sandbox.rules import owners
from integration.sandbox.rules.base import Rules, Work, refuse_unknown_nested
from integration.sandbox.table import Row
from integration.sandbox.values import Values

CARRIERS = {
    "purchaseOrders": "Purchase_x0020_Order",
    "purchaseOrderLines": "Purchase_x0020_Order_x0020_Line",
    "purchaseInvoices": "Purchase_x0020_Invoice",
    "purchaseInvoiceLines": "Purchase_x0020_Invoice_x0020_Line",
    "purchaseCreditMemos": "Purchase_x0020_Credit_x0020_Memo",
    "purchaseCreditMemoLines": "Purchase_x0020_Credit_x0020_Memo_x0020_Line",
    "journalLines": "Journal_x0020_Line",
    "vendorPayments": "Journal_x0020_Line",
}
MASTERS = {"items": "Item", "vendors": "Vendor", "employees": "Employee"}
MANDATORY, SAME, NONE = "Code_x0020_Mandatory", "Same_x0020_Code", "No_x0020_Code"
_SHORTCUTS = ("shortcutDimension1Code", "shortcutDimension2Code")


class SetLineRules(Rules):
    """One dimension of a document or line; reached through its parent."""

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload)
        owner = owners.owner_of(work, tuple(CARRIERS), payload, parent)
        owners.check_writable(work, owner)
        dimension = _dimension(work, payload)
        value = _value(work, payload, dimension)
        owners.touch(work, owner)
        return work.tx.insert(spec.name, _set_line(owner, dimension, value))

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        owner = self._owner(work, row)
        dimension = work.tx.table("dimensions").rows[row["dimensionId"]]
        if _dimension(work, payload, dimension).id != dimension.id:
            raise dialog('The value for "id" cannot be modified.')
        value = _value(work, payload, dimension)
        owners.touch(work, owner)
        return work.tx.update(spec.name, row.id, _set_line(owner, dimension, value))

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        owners.touch(work, self._owner(work, row))
        work.tx.delete(spec.name, row.id)

    def _owner(self, work: Work, row: Row) -> owners.Owner:
        name = next(name for name in CARRIERS if work.tx.get(name, row["parentId"]) is not None)
        owner = owners.Owner(name, work.tx.table(name).rows[row["parentId"]])
        owners.check_writable(work, owner)
        return owner


class DefaultRules(Rules):
    """The default dimension of a master."""

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload)
        owner = owners.owner_of(work, tuple(MASTERS), payload, parent)
        values = {**spec.blank, **{each.column: value for each, value in payload.changes}}
        return work.tx.insert(spec.name, self._complete(work, values, owner))

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        values = {**row.values, **{each.column: value for each, value in payload.changes}}
        if (values["parentId"], values["dimensionId"]) != (row["parentId"], row["dimensionId"]):
            raise dialog("The parent and the dimension of a default dimension cannot be modified.")
        name = next(name for name in MASTERS if work.tx.get(name, row["parentId"]) is not None)
        owner = owners.Owner(name, work.tx.table(name).rows[row["parentId"]])
        return work.tx.update(spec.name, row.id, self._complete(work, values, owner))

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        work.tx.delete(spec.name, row.id)

    def _complete(self, work: Work, values: Values, owner: owners.Owner) -> Values:
        dimension = work.tx.get("dimensions", values["dimensionId"])
        if dimension is None:
            raise dialog('The "dimensionId" does not match to a Dimension.')
        value = work.tx.get("dimensionValues", values["dimensionValueId"])
        if (value is None and values["dimensionValueId"] != NULL_GUID) or (
            value is not None and value["dimensionId"] != dimension.id
        ):
            raise dialog('The "dimensionValueId" does not match to a Dimension Value.')
        return values | {
            "parentId": owner.row.id,
            "parentType": MASTERS[owner.name],
            "dimensionCode": dimension["code"],
            "dimensionValueCode": value["code"] if value else "",
        }


def take_defaults(work: Work, name: str, row: Row, master: Row) -> None:
    """Give a new document or line the default dimensions of its vendor or item."""
    for default in work.tx.find("defaultDimensions", "parentId", master.id):
        value = work.tx.get("dimensionValues", default["dimensionValueId"])
        if value is not None:
            dimension = work.tx.table("dimensions").rows[default["dimensionId"]]
            work.tx.insert("dimensionSetLines", _set_line(owners.Owner(name, row), dimension, value))


def check_shortcut(work: Work, each_name: str, value: str) -> None:
    """A shortcut code names a value of the set-up's dimension; raises Refusal."""
    code = _shortcut_dimension(work, each_name)
    dimension = work.tx.by_key("dimensions", code) if code else None
    if value and dimension is not None and work.tx.by_key("dimensionValues", dimension.id, value) is None:
        number = each_name.removeprefix("shortcutDimension").removesuffix("Code")
        raise unknown_relation(
            f"Shortcut Dimension {number} Code", "Purchase Header", value, "Dimension Value"
        )


def check_before_posting(work: Work, document: Row, own: list[Row], vendor: Row) -> None:
    """What vendor and items ask for must be there, and no value may be blocked; raises Refusal."""
    on_header = _codes_of(work, document) | _shortcuts_of(work, document)
    _check_defaults(work, vendor, f"Vendor {vendor['number']}", on_header, document)
    for line in own:
        if line["lineType"] != "Item":
            continue
        item = work.tx.by_key("items", line["lineObjectNumber"])
        if item is not None:
            codes = on_header | _codes_of(work, line)
            _check_defaults(work, item, f"Item {item['number']}", codes, document)


def _check_defaults(work: Work, master: Row, label: str, codes: dict[str, str], document: Row) -> None:
    for dimension, code in codes.items():
        value = _value_row(work, dimension, code)
        if value is not None and value["blocked"]:
            raise _invalid(document, f"Dimension Value {dimension} - {code} is blocked.")
    for default in work.tx.find("defaultDimensions", "parentId", master.id):
        code, wanted = codes.get(default["dimensionCode"], ""), default["dimensionValueCode"]
        rule, dimension = default["postingValidation"], default["dimensionCode"]
        if rule == MANDATORY and not code:
            raise _invalid(
                document, f"Select a Dimension Value Code for the Dimension Code {dimension} for {label}."
            )
        if rule == SAME and code != wanted:
            raise _invalid(
                document,
                f"The Dimension Value Code must be {wanted} for Dimension Code {dimension} for {label}.",
            )
        if rule == NONE and code:
            raise _invalid(document, f"The Dimension Code {dimension} must not be mentioned for {label}.")


def _invalid(document: Row, reason: str) -> Refusal:
    return dialog(f"The dimensions used in {document['number']} are invalid. {reason}")


def _codes_of(work: Work, row: Row) -> dict[str, str]:
    return {line["code"]: line["valueCode"] for line in work.tx.find("dimensionSetLines", "parentId", row.id)}


def _shortcuts_of(work: Work, document: Row) -> dict[str, str]:
    codes = {
        _shortcut_dimension(work, name): document[name] for name in _SHORTCUTS if document.values.get(name)
    }
    return {dimension: code for dimension, code in codes.items() if dimension}


def _shortcut_dimension(work: Work, name: str) -> str:
    setup = next(iter(work.tx.table("generalLedgerSetup").in_order()), None)
    return "" if setup is None else str(setup[name])


def _value_row(work: Work, dimension: str, code: str) -> Row | None:
    row = work.tx.by_key("dimensions", dimension)
    return None if row is None else work.tx.by_key("dimensionValues", row.id, code)


def _dimension(work: Work, payload: Payload, default: Row | None = None) -> Row:
    row_id, code = payload.get("id"), payload.get("code")
    if not row_id and not code and default is not None:
        return default
    row = work.tx.get("dimensions", row_id) if row_id else work.tx.by_key("dimensions", code or "")
    if row is None or (code and row["code"] != code):
        raise dialog('The dimension "id" or "code" does not match to a Dimension.')
    return row


def _value(work: Work, payload: Payload, dimension: Row) -> Row:
    row_id, code = payload.get("valueId"), payload.get("valueCode")
    if row_id:
        row = work.tx.get("dimensionValues", row_id)
    else:
        row = work.tx.by_key("dimensionValues", dimension.id, str(code or "").upper())
    if row is None or row["dimensionId"] != dimension.id:
        raise dialog('The "valueId" or "valueCode" does not match to a Dimension Value.')
    return row


def _set_line(owner: owners.Owner, dimension: Row, value: Row) -> Values:
    return {
        "dimensionId": dimension.id,
        "code": dimension["code"],
        "consolidationCode": dimension["consolidationCode"],
        "parentId": owner.row.id,
        "parentType": CARRIERS[owner.name],
        "displayName": dimension["displayName"],
        "valueId": value.id,
        "valueCode": value["code"],
        "valueConsolidationCode": value["consolidationCode"],
        "valueDisplayName": value["displayName"],
    }


SET_LINES = SetLineRules()
DEFAULTS = DefaultRules()
