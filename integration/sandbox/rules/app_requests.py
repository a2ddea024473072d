"""The requests of the AL app's route: written once by key, posted by `process` in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from integration.sandbox.entities.declare import NULL_DATE, NULL_GUID, EntitySet
from integration.sandbox.errors import Refusal, dialog, field_missing, unknown_relation
from integration.sandbox.payload import Payload
from integration.sandbox.rules import headers, inventory, lines, order_posting, order_progress, over_receipts
from integration.sandbox.rules.base import (
    Action,
    Rules,
    Work,
    check_required,
    next_number,
    refuse_unknown_nested,
)
from integration.sandbox.table import Row
from integration.sandbox.values import Values

ERROR_LENGTH = 2048


@dataclass(frozen=True)
class RequestRules(Rules):
    """A request with nested lines; once posted it cannot change."""

    line_set: str
    actions: Mapping[str, Action]

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload, self.line_set)
        values = {**spec.blank, "status": "New"} | {each.column: value for each, value in payload.changes}
        if values["postingDate"] == NULL_DATE:
            values["postingDate"] = headers.today()
        check_required(spec, values)
        request = work.tx.insert(spec.name, values)
        for nested in payload.nested.get(self.line_set, []):
            insert_line(work, work.sets[self.line_set], nested, request)
        return request

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        check_not_posted(row)
        changes = {each.column: value for each, value in payload.changes}
        if changes.get("externalId", row["externalId"]) != row["externalId"]:
            raise dialog('The value for "externalId" cannot be modified.')
        return work.tx.update(spec.name, row.id, changes)

    def refused(self, work: Work, spec: EntitySet, row: Row, message: str) -> None:
        work.tx.update(spec.name, row.id, {"status": "Failed", "errorText": message[:ERROR_LENGTH]})

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        check_not_posted(row)
        for line in work.tx.find(self.line_set, "requestId", row.id):
            work.tx.delete(self.line_set, line.id)
        work.tx.delete(spec.name, row.id)


@dataclass(frozen=True)
class RequestLineRules(Rules):
    header_set: str

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        request = parent or work.tx.get(self.header_set, payload.get("requestId") or NULL_GUID)
        if request is None:
            raise Refusal(400, "BadRequest_RequiredParamNotProvided", 'A "requestId" must be provided.')
        check_not_posted(request)
        return insert_line(work, spec, payload, request)

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        check_not_posted(work.tx.table(self.header_set).rows[row["requestId"]])
        changes = {each.column: value for each, value in payload.changes}
        if changes.get("requestId", row["requestId"]) != row["requestId"]:
            raise dialog('The value for "requestId" cannot be modified.')
        return work.tx.update(spec.name, row.id, changes)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        check_not_posted(work.tx.table(self.header_set).rows[row["requestId"]])
        work.tx.delete(spec.name, row.id)


def insert_line(work: Work, spec: EntitySet, payload: Payload, request: Row) -> Row:
    values = {**spec.blank} | {each.column: value for each, value in payload.changes}
    if values["requestId"] not in (NULL_GUID, request.id):
        raise dialog('The value for "requestId" does not match to its request.')
    values["requestId"] = request.id
    check_required(spec, values)
    return work.tx.insert(spec.name, values)


def check_not_posted(request: Row) -> None:
    if request["status"] == "Posted":
        raise dialog("The request has been posted and can no longer be modified.")


def process_receipt(work: Work, request: Row) -> None:
    """Receive what the request lists, and only that; nothing is invoiced."""
    order = work.tx.by_key("purchaseOrders", request["orderNumber"])
    if order is None:
        raise dialog(
            f"The Purchase Header does not exist. Identification fields and values:"
            f" Document Type='Order',No.='{request['orderNumber']}'"
        )
    quantities = _receipt_quantities(work, request, order)
    dated = {**order.values, "postingDate": request["postingDate"]}
    record = f"Purchase Header Document Type='Order',No.='{order['number']}'"
    headers.check_posting_date(work, dated, record)
    own = work.tx.find("purchaseOrderLines", "documentId", order.id)
    order_posting.check_can_post(work, order, [line for line in own if line["sequence"] in quantities])
    receipt = order_posting.post_receipt(
        work,
        order,
        quantities,
        posting_date=request["postingDate"],
        vendor_shipment_number=request["vendorShipmentNumber"],
    )
    order_progress.finish(work, order)
    mark_posted(work, "receiptRequests", request, receipt["number"])


def process_inventory(work: Work, request: Row) -> None:
    """Post the item ledger entries of the request."""
    own = work.tx.find("inventoryRequestLines", "requestId", request.id)
    if not any(line["quantity"] for line in own):
        raise dialog(order_progress.NOTHING)
    headers.check_posting_date(work, request.values, "Item Journal Line")
    number = request["documentNumber"] or next_number(work, "IJNL")
    for line in own:
        if line["quantity"]:
            _post_movement(work, request, line, number)
    mark_posted(work, "inventoryRequests", request, number)


def mark_posted(work: Work, name: str, request: Row, number: str) -> None:
    outcome: Values = {"status": "Posted", "errorText": "", "resultDocumentNumber": number}
    if name == "inventoryRequests":
        last = work.tx.table("itemLedgerEntries").last()
        outcome["resultEntryNumber"] = last["entryNumber"] if last else 0
    work.tx.update(name, request.id, outcome)


def _receipt_quantities(work: Work, request: Row, order: Row) -> dict[int, Decimal]:
    quantities: dict[int, Decimal] = {}
    for wanted in work.tx.find("receiptRequestLines", "requestId", request.id):
        if wanted["quantity"] < 0:
            raise dialog("A received quantity must not be negative.")
        line = work.tx.by_key("purchaseOrderLines", order.id, wanted["orderLineSequence"])
        if line is None:
            raise dialog(
                "The Purchase Line does not exist. Identification fields and values: Document Type='Order',"
                f"Document No.='{order['number']}',Line No.='{wanted['orderLineSequence']}'"
            )
        if wanted["quantity"]:
            quantities[line["sequence"]] = _let_receive(work, order, line, _in_line_unit(work, line, wanted))
    if not quantities:
        raise dialog(order_progress.NOTHING)
    return quantities


def _let_receive(work: Work, order: Row, line: Row, quantity: Decimal) -> Decimal:
    """Raise what is ordered where an over-receipt code lets more come, as setting the quantity does in BC."""
    if quantity > lines.outstanding(line):
        values = dict(line.values)
        over_receipts.allow(work, order, values, quantity)
        over_receipts.check_approved([values])
        work.tx.update("purchaseOrderLines", line.id, values)
    return quantity


def _in_line_unit(work: Work, line: Row, wanted: Row) -> Decimal:
    """The quantity in the unit of the order line."""
    quantity, unit = Decimal(wanted["quantity"]), wanted["unitOfMeasureCode"]
    if not unit or unit == line["unitOfMeasureCode"]:
        return quantity
    if line["lineType"] != "Item":
        raise unknown_relation("Unit of Measure Code", lines.TABLE, unit, "Unit of Measure")
    item = inventory.get_item(work.tx, line["lineObjectNumber"], table=lines.TABLE)
    factor = inventory.quantity_per_unit(work.tx, item, unit, table="Bridge Receipt Request Line")
    return inventory.in_base_units(quantity * factor, 1 / (line["quantityPerUnit"] or Decimal(1)))


def _post_movement(work: Work, request: Row, line: Row, number: str) -> None:
    table = "Item Journal Line"
    item = inventory.get_item(work.tx, line["itemNumber"], table=table)
    factor = inventory.quantity_per_unit(work.tx, item, line["unitOfMeasureCode"], table=table)
    quantity = inventory.in_base_units(line["quantity"], factor)
    _check_codes(work, line, is_transfer=request["kind"] == "Transfer")
    if request["kind"] == "Transfer":
        if quantity < 0:
            raise dialog("Quantity must be positive in a transfer.")
        inventory.check_stock(work, item, line["locationCode"], quantity)
        _write(work, request, line, number, item, -quantity, line["locationCode"])
        _write(work, request, line, number, item, quantity, line["newLocationCode"])
        return
    change = -quantity if request["kind"] == "Consumption" else quantity
    if change < 0:
        inventory.check_stock(work, item, line["locationCode"], -change)
    _write(work, request, line, number, item, change, line["locationCode"])


def _write(
    work: Work, request: Row, line: Row, number: str, item: Row, quantity: Decimal, location: str
) -> None:
    adjustment = inventory.POSITIVE if quantity > 0 else inventory.NEGATIVE
    external = request["externalDocumentNumber"] or request["externalId"][:35].upper()
    entry = {
        "entryType": "Transfer" if request["kind"] == "Transfer" else adjustment,
        "documentNumber": number,
        "externalDocumentNumber": external,
        "postingDate": request["postingDate"],
        "quantity": quantity,
        "costAmountActual": headers.round_amount(quantity * item["unitCost"]),
        "locationCode": location,
        "unitOfMeasureCode": line["unitOfMeasureCode"] or item["baseUnitOfMeasureCode"],
        "reasonCode": request["reasonCode"],
        "accountNumber": line["accountNumber"],
        "dimensions": line["dimensions"],
    }
    inventory.write_entry(work.tx, item, entry)


def _check_codes(work: Work, line: Row, *, is_transfer: bool) -> None:
    table = "Item Journal Line"
    for column, caption in (("locationCode", "Location Code"), ("newLocationCode", "New Location Code")):
        code = line[column]
        if code and work.tx.by_key("locations", code) is None:
            raise unknown_relation(caption, table, code, "Location")
    if is_transfer and not line["newLocationCode"]:
        raise field_missing("New Location Code", f"{table}: Line No.={line['lineNumber']}")
    if line["accountNumber"]:
        account = work.tx.by_key("accounts", line["accountNumber"])
        if account is None:
            raise unknown_relation("Account No.", table, line["accountNumber"], "G/L Account")
        lines.check_account(account)
    for name, value in parse_dimensions(line["dimensions"]):
        _check_dimension(work, name, value)


def parse_dimensions(text: str) -> list[tuple[str, str]]:
    """Read "CODE=VALUE;CODE=VALUE"; raises Refusal on another form."""
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise dialog(f"The dimensions '{text}' are not of the form CODE=VALUE;CODE=VALUE.")
        pairs.append((name.strip().upper(), value.strip().upper()))
    return pairs


def _check_dimension(work: Work, name: str, value: str) -> None:
    dimension = work.tx.by_key("dimensions", name)
    if dimension is None:
        raise unknown_relation("Dimension Code", "Dimension Set Entry", name, "Dimension")
    if work.tx.by_key("dimensionValues", dimension.id, value) is None:
        raise unknown_relation("Dimension Value Code", "Dimension Set Entry", value, "Dimension Value")


def _once(post: Action) -> Action:
    """Let a request be posted once: a second call changes nothing."""

    def process(work: Work, request: Row) -> None:
        if request["status"] != "Posted":
            post(work, request)

    return process


RECEIPTS = RequestRules("receiptRequestLines", {"process": _once(process_receipt)})
INVENTORY = RequestRules("inventoryRequestLines", {"process": _once(process_inventory)})
RECEIPT_LINES = RequestLineRules("receiptRequests")
INVENTORY_LINES = RequestLineRules("inventoryRequests")
