"""Put rows into the tables as they are: masters in bulk, documents made in BC, any field included."""

from typing import Any

from integration.sandbox.entities import TABLES
from integration.sandbox.entities.declare import NULL_GUID, EntitySet, Link, Navigation
from integration.sandbox.errors import Refusal, bad_request, unknown_property
from integration.sandbox.rules import Work, inventory, lines
from integration.sandbox.rules.base import next_number, resolve_link
from integration.sandbox.rules.headers import update_totals
from integration.sandbox.table import Row
from integration.sandbox.values import Values, seed_value
from integration.sandbox.views import VIEWS

# What is named by other rows comes before them, whatever the order of the request.
_FIRST = (
    "numberSeries",
    "generalLedgerSetup",
    "currencies",
    "currencyExchangeRates",
    "unitsOfMeasure",
    "paymentTerms",
    "locations",
    "accounts",
    "dimensions",
)
_ORDER = (*_FIRST, *(name for name in TABLES if name not in _FIRST))
_LINE_SETS = {"purchaseOrders": "purchaseOrderLines", "purchaseInvoices": "purchaseInvoiceLines"}
_MADE_ON_SIGHT = {
    "itemCategories",
    "taxGroups",
    "inventoryPostingGroups",
    "generalProductPostingGroups",
    "fixedAssetLocations",
}
_POSTED_SERIES = "P-INV+"


def seed(work: Work, rows: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    """Insert or update rows by id or business key; answers how many per set. Raises Refusal."""
    unknown = set(rows) - (set(TABLES) - set(VIEWS))
    if unknown or "companies" in rows:
        named = ", ".join(sorted(unknown)) or "companies"
        raise bad_request(f"No entity set takes rows of {named}.")
    for name, listed in rows.items():
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise bad_request(f"The rows of {name} are a list of objects.")
    counts = {}
    for name in sorted(rows, key=_ORDER.index):
        for values in rows[name]:
            _seed_row(work, TABLES[name], values)
        counts[name] = len(rows[name])
    return counts


def _seed_row(work: Work, spec: EntitySet, sent: dict[str, Any], parent: Values | None = None) -> Row:
    values, nested = _read(spec, sent)
    values = {**(parent or {}), **values}
    for link in spec.links:
        _make_on_sight(work, link, values)
        given = {name for name in (link.id_field, link.code_field) if name in values}
        if given:
            values.setdefault(link.id_field, NULL_GUID)
            resolve_link(work, link, values, given)
    old = _existing(work, spec, values)
    _complete(work, spec, values, old)
    if old is None:
        row = work.tx.insert(spec.name, values, bulk=True)
    else:
        row = work.tx.update(spec.name, old.id, values, bulk=True)
    for navigation, lines_sent in nested:
        _seed_nested(work, row, navigation, lines_sent)
    return _finish(work, spec, row, old)


def _make_on_sight(work: Work, link: Link, values: Values) -> None:
    """A category or group that a seeded row names is there, whether or not it was seeded itself."""
    code = values.get(link.code_field) if link.code_field else None
    if code and link.target in _MADE_ON_SIGHT and work.tx.by_key(link.target, code) is None:
        work.tx.insert(link.target, {"code": code}, bulk=True)


def _read(
    spec: EntitySet, sent: dict[str, Any]
) -> tuple[Values, list[tuple[Navigation, list[dict[str, Any]]]]]:
    values: Values = {}
    nested = []
    for name, value in sent.items():
        each = spec.by_name.get(name)
        if each is not None:
            values[each.column] = seed_value(each, value)
            continue
        navigation = spec.navigation(name)
        if navigation is None or not isinstance(value, list):
            raise unknown_property(name, spec.entity)
        nested.append((navigation, value))
    return values, nested


def _existing(work: Work, spec: EntitySet, values: Values) -> Row | None:
    if values.get("id"):
        found = work.tx.get(spec.name, values["id"])
        if found is not None:
            return found
    if spec.name == "generalLedgerSetup":
        return next(iter(work.tx.table(spec.name).in_order()), None)
    if all(values.get(column) not in (None, "") for column in spec.key):
        return work.tx.by_key(spec.name, *[values[column] for column in spec.key])
    return None


def _complete(work: Work, spec: EntitySet, values: Values, old: Row | None) -> None:
    """Fill what BC itself would have filled."""
    if old is not None:
        return
    filler = _FILL.get(spec.name)
    if filler is not None:
        filler(work, values)
    if "number" in spec.key and not values.get("number") and spec.series:
        values["number"] = next_number(work, spec.series)


def _fill_order(work: Work, values: Values) -> None:
    _fill_from_vendor(work, values)
    values.setdefault("orderDate", values.get("postingDate", "0001-01-01"))
    values.setdefault("postingDate", values["orderDate"])


def _fill_invoice(work: Work, values: Values) -> None:
    _fill_from_vendor(work, values)
    values.setdefault("status", "Draft")
    values.setdefault("postingDate", values.get("invoiceDate", "0001-01-01"))
    values.setdefault("invoiceDate", values["postingDate"])
    values.setdefault("dueDate", values["invoiceDate"])
    order = work.tx.by_key("purchaseOrders", values.get("orderNumber", ""))
    if order is not None:
        values.setdefault("orderId", order.id)
    if values["status"] != "Draft" and not values.get("number"):
        values["number"] = next_number(work, _POSTED_SERIES)


def _fill_from_vendor(work: Work, values: Values) -> None:
    vendor = work.tx.by_key("vendors", values.get("vendorNumber", ""))
    if vendor is None:
        raise bad_request("A document needs the vendorNumber of a vendor that exists.")
    values.setdefault("vendorName", vendor["displayName"])
    values.setdefault("payToVendorId", vendor.id)
    values.setdefault("payToVendorNumber", vendor["number"])
    values.setdefault("payToName", vendor["displayName"])
    values.setdefault("currencyCode", vendor["currencyCode"] or work.local_currency)
    values.setdefault("currencyId", vendor["currencyId"])


def _fill_entry(work: Work, values: Values) -> None:
    last = work.tx.table("itemLedgerEntries").last()
    values.setdefault("entryNumber", 1 if last is None else last["entryNumber"] + 1)


def _fill_vendor(work: Work, values: Values) -> None:
    values["currencyCode"] = values.get("currencyCode") or work.local_currency


_FILL = {
    "vendors": _fill_vendor,
    "purchaseOrders": _fill_order,
    "purchaseInvoices": _fill_invoice,
    "itemLedgerEntries": _fill_entry,
}


def _seed_nested(work: Work, header: Row, navigation: Navigation, sent: list[dict[str, Any]]) -> None:
    spec = TABLES[navigation.target]
    link = spec.by_name[navigation.target_field].column
    for number, values in enumerate(sent, start=1):
        if not isinstance(values, dict):
            raise bad_request(f"{navigation.name} is a list of objects.")
        given = dict(values)
        if "sequence" in spec.by_name:
            given.setdefault("sequence", number * lines.STEP)
        parent = {link: header[navigation.own_field]}
        if "documentNumber" in spec.by_name:
            parent["documentNumber"] = header["number"]
        if spec.name in _LINE_SETS.values():
            given = _fill_line(work, spec, header, given)
        _seed_row(work, spec, given, parent)


def _fill_line(work: Work, spec: EntitySet, header: Row, sent: dict[str, Any]) -> dict[str, Any]:
    """Complete a document line from its item, and an invoice line from the order it names."""
    given = dict(sent)
    number = given.get("lineObjectNumber", "")
    if number:
        given.setdefault("lineType", "Item")
    item = work.tx.by_key("items", number) if given.get("lineType") == "Item" else None
    if item is not None:
        unit = given.setdefault("unitOfMeasureCode", item["baseUnitOfMeasureCode"])
        given.setdefault("itemId", item.id)
        given.setdefault("description", item["displayName"])
        factor = inventory.quantity_per_unit(work.tx, item, unit, table=lines.TABLE)
        given.setdefault("quantityPerUnit", factor)
    order_number = given.get("orderNumber") or header.values.get("orderNumber", "")
    if spec.name == "purchaseOrderLines":
        given["orderNumber"] = header["number"]
    if spec.name == "purchaseInvoiceLines" and order_number:
        given["orderNumber"] = order_number
        given.setdefault("orderLineSequence", given["sequence"])
    return given


def _finish(work: Work, spec: EntitySet, row: Row, old: Row | None) -> Row:
    if spec.name == "items":
        inventory.keep_base_unit(work.tx, row)
    elif spec.name == "itemLedgerEntries":
        _move_stock(work, row, old)
    elif spec.name in _LINE_SETS:
        row = _finish_document(work, spec, row)
    return row


def _move_stock(work: Work, entry: Row, old: Row | None) -> None:
    item = work.tx.by_key("items", entry["itemNumber"])
    if item is not None:
        change = entry["quantity"] - (old["quantity"] if old else 0)
        work.tx.update("items", item.id, {"inventory": item["inventory"] + change}, touch=False)


def _finish_document(work: Work, spec: EntitySet, row: Row) -> Row:
    """Work out the amounts of the lines, and the quantities still open on an order."""
    line_set = _LINE_SETS[spec.name]
    cost = lines.cost_field(TABLES[line_set])
    for line in work.tx.find(line_set, "documentId", row.id):
        values = dict(line.values)
        if spec.name == "purchaseOrders":
            lines.reset_quantities(values)
        lines.work_out_amounts(values, cost, bool(row["pricesIncludeTax"]))
        work.tx.update(line_set, line.id, values)
    stamp = {"lastModifiedDateTime": row["lastModifiedDateTime"]}
    update_totals(work, spec.name, line_set, row.id)
    return work.tx.update(spec.name, row.id, stamp)


def refuse_company(name: str) -> Refusal:
    return Refusal(404, "Internal_CompanyNotFound", f"Cannot find company '{name}'.")
