"""Writes to master data: numbers, units, renames, what may not be deleted."""

from collections.abc import Mapping
from decimal import Decimal

from integration.sandbox.entities.declare import NULL_GUID, EntitySet
from integration.sandbox.errors import Refusal, dialog
from integration.sandbox.payload import Payload
from integration.sandbox.rules import inventory
from integration.sandbox.rules.base import (
    Action,
    Rules,
    Work,
    apply_links,
    check_manual,
    check_required,
    next_number,
    refuse_unknown_nested,
)
from integration.sandbox.table import Row
from integration.sandbox.values import Values

# Where a number or code is repeated; renaming the master renames it there too.
RENAMED_WITH = {
    "items": (
        ("itemUnitsOfMeasure", "itemNumber"),
        ("itemVariants", "itemNumber"),
        ("itemLedgerEntries", "itemNumber"),
        ("purchaseOrderLines", "lineObjectNumber"),
        ("purchaseInvoiceLines", "lineObjectNumber"),
        ("purchaseReceiptLines", "lineObjectNumber"),
    ),
    "vendors": (
        ("purchaseOrders", "vendorNumber"),
        ("purchaseOrders", "payToVendorNumber"),
        ("purchaseInvoices", "vendorNumber"),
        ("purchaseInvoices", "payToVendorNumber"),
        ("purchaseReceipts", "vendorNumber"),
        ("purchaseReceipts", "payToVendorNumber"),
        ("itemLedgerEntries", "sourceNumber"),
    ),
    "unitsOfMeasure": (
        ("items", "baseUnitOfMeasureCode"),
        ("itemUnitsOfMeasure", "code"),
        ("purchaseOrderLines", "unitOfMeasureCode"),
    ),
    "currencies": (("currencyExchangeRates", "currencyCode"),),
    "itemCategories": (("items", "itemCategoryCode"),),
    "taxGroups": (("items", "taxGroupCode"),),
    "locations": (("itemLedgerEntries", "locationCode"), ("purchaseOrderLines", "locationCode")),
}
# A master with such rows cannot be deleted.
KEPT_BY = {
    "items": (
        ("itemLedgerEntries", "itemNumber", "there are ledger entries for it"),
        ("purchaseOrderLines", "lineObjectNumber", "there are outstanding purchase orders for it"),
    ),
    "vendors": (
        ("purchaseOrders", "vendorNumber", "there are outstanding purchase orders for it"),
        ("purchaseInvoices", "vendorNumber", "there are purchase invoices for it"),
    ),
}


class MasterRules(Rules):
    """Create, change, rename and delete."""

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload)
        values = {**spec.blank}
        values.update({each.column: value for each, value in payload.changes})
        if "currencyCode" in spec.by_name:
            values["currencyCode"] = values["currencyCode"] or work.local_currency
        apply_links(work, spec, values, payload)
        if spec.series:
            _number(work, spec.series, values)
        check_required(spec, values)
        if spec.name == "items":
            _prepare_item(values, payload)
        row = work.tx.insert(spec.name, values)
        if spec.name == "items":
            inventory.keep_base_unit(work.tx, row)
        return row

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        changes = {each.column: value for each, value in payload.changes}
        values = {**row.values, **changes}
        apply_links(work, spec, values, payload)
        check_required(spec, values)
        stock = values.pop("inventory", None)
        changes = {name: value for name, value in values.items() if row.values[name] != value}
        if changes:
            changed = work.tx.update(spec.name, row.id, changes)
            _rename(work, spec, row, changed)
            row = changed
        if spec.name == "items":
            inventory.keep_base_unit(work.tx, row)
            if stock is not None and stock != row["inventory"]:
                inventory.adjust_to(work, row, stock)
        return work.tx.table(spec.name).rows[row.id]

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        key = row[spec.key[0]]
        for table, column, reason in KEPT_BY.get(spec.name, ()):
            if any(other[column] == key for other in work.tx.table(table).rows.values()):
                raise dialog(f"You cannot delete {spec.caption} {key} because {reason}.")
        work.tx.delete(spec.name, row.id)


class ChildRules(MasterRules):
    """A master below another one, which the path or the body names."""

    def __init__(self, parent_field: str) -> None:
        self.parent_field = parent_field

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        if parent is not None and self.parent_field not in payload.names():
            payload.changes.insert(0, (spec.by_name[self.parent_field], parent.id))
        if payload.get(self.parent_field) in (None, NULL_GUID):
            message = f'A "{self.parent_field}" of an existing record must be provided.'
            raise Refusal(400, "BadRequest_RequiredParamNotProvided", message)
        return super().insert(work, spec, payload, None)


def restart(work: Work, entry: Row) -> None:
    """Make an entry of the job queue ready again; the bound action."""
    work.tx.update("jobQueueEntries", entry.id, {"status": "Ready", "errorMessage": ""})


class JobRules(MasterRules):
    """Entries of the job queue can be started again and deleted, nothing else."""

    actions: Mapping[str, Action] = {"restart": restart}


def _number(work: Work, series: str, values: Values) -> None:
    if values["number"]:
        check_manual(work, series)
    else:
        values["number"] = next_number(work, series)


def _prepare_item(values: Values, payload: Payload) -> None:
    if "inventory" in payload.names():
        raise dialog("Inventory cannot be set when the item is created.")
    values["inventory"] = Decimal(0)
    if payload.client_id:
        values["id"] = payload.client_id  # BC honours a client id for items only


def _rename(work: Work, spec: EntitySet, old: Row, new: Row) -> None:
    before, after = old[spec.key[0]], new[spec.key[0]]
    if before == after:
        return
    for table, column in RENAMED_WITH.get(spec.name, ()):
        rows = [row for row in work.tx.table(table).rows.values() if row[column] == before]
        for row in rows:
            work.tx.update(table, row.id, {column: after}, touch=False)
