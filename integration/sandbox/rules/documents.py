"""Writes to purchase orders and invoices: headers with nested lines, and lines on their own."""

from collections.abc import Mapping
from dataclasses import dataclass

from integration.sandbox.entities import TABLES
from integration.sandbox.entities.declare import NULL_GUID, EntitySet
from integration.sandbox.errors import Refusal, dialog
from integration.sandbox.payload import Payload
from integration.sandbox.rules import dimensions, headers, invoice_posting, lines, order_posting, order_status
from integration.sandbox.rules.base import Action, Rules, Work, next_number, refuse_unknown_nested
from integration.sandbox.rules.lines import Line
from integration.sandbox.table import Row
from integration.sandbox.values import NULL_DATE, Values

DIMENSIONS = "dimensionSetLines"


@dataclass(frozen=True)
class HeaderRules(Rules):
    """A header: drawn number, vendor first, lines nested on insert only."""

    line_set: str
    series: str
    actions: Mapping[str, Action]

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        refuse_unknown_nested(payload, self.line_set, DIMENSIONS)
        headers.check_vendor_given(payload)
        values = self.new_values(work, spec)
        headers.apply_fields(work, spec, values, payload)
        check_shortcuts(work, payload)
        self.finish(work, values)
        values["number"] = next_number(work, self.series)
        header = work.tx.insert(spec.name, values)
        dimensions.take_defaults(work, spec.name, header, headers.vendor_of(work, header))
        insert_dimensions(work, payload, header)
        line_spec = TABLES[self.line_set]
        for nested in payload.nested.get(self.line_set, []):
            insert_line(work, line_spec, nested, header)
        return headers.update_totals(work, spec.name, self.line_set, header.id)

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        self.check_writable(row, payload.names())
        values = dict(row.values)
        has_lines = bool(work.tx.find(self.line_set, "documentId", row.id))
        if has_lines and _changes_vendor(row, payload):
            raise dialog("You cannot change the vendor of a document that has lines.")
        headers.apply_fields(work, spec, values, payload)
        check_shortcuts(work, payload)
        self.finish(work, values)
        if values == row.values:
            return row
        work.tx.update(spec.table, row.id, values)
        if values["pricesIncludeTax"] != row["pricesIncludeTax"]:
            self._work_out_lines(work, row.id, bool(values["pricesIncludeTax"]))
        return headers.update_totals(work, spec.table, self.line_set, row.id)

    def new_values(self, work: Work, spec: EntitySet) -> Values:
        return {**spec.blank, "postingDate": headers.today(), "currencyCode": work.local_currency}

    def finish(self, work: Work, values: Values) -> None:
        """Check what depends on several header fields."""

    def check_writable(self, row: Row, sent: set[str]) -> None:
        """Refuse a change that the document's status forbids."""

    def _work_out_lines(self, work: Work, header_id: str, prices_include_tax: bool) -> None:
        cost = lines.cost_field(TABLES[self.line_set])
        for line in work.tx.find(self.line_set, "documentId", header_id):
            values = dict(line.values)
            lines.work_out_amounts(values, cost, prices_include_tax)
            work.tx.update(self.line_set, line.id, values)


class OrderRules(HeaderRules):
    """Purchase orders."""

    def new_values(self, work: Work, spec: EntitySet) -> Values:
        return {**super().new_values(work, spec), "orderDate": headers.today(), "status": "Draft"}

    def finish(self, work: Work, values: Values) -> None:
        headers.check_rate(work, values, values["orderDate"])

    def check_writable(self, row: Row, sent: set[str]) -> None:
        headers.check_order_open(row, headers.WRITABLE_WHEN_RELEASED, sent)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        own = work.tx.find(self.line_set, "documentId", row.id)
        if any(line["receivedQuantity"] != line["invoicedQuantity"] for line in own):
            raise dialog(
                f"You cannot delete order {row['number']}: received quantities are not yet invoiced."
            )
        delete_document(work, spec, row, own, self.line_set)


class InvoiceRules(HeaderRules):
    """Purchase invoices: drafts can be written, posted ones cannot."""

    def new_values(self, work: Work, spec: EntitySet) -> Values:
        return {**super().new_values(work, spec), "invoiceDate": headers.today(), "status": "Draft"}

    def finish(self, work: Work, values: Values) -> None:
        if values["dueDate"] == NULL_DATE:
            values["dueDate"] = values["invoiceDate"]
        headers.check_rate(work, values, values["postingDate"])

    def check_writable(self, row: Row, sent: set[str]) -> None:
        headers.check_draft(row)

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        if row["status"] not in ("Draft", "In_x0020_Review"):
            raise dialog(
                "You cannot delete posted purchase documents that are posted after"
                " the date in Allow Document Deletion Before."
            )
        own = work.tx.find(self.line_set, "documentId", row.id)
        delete_document(work, spec, row, own, self.line_set)


@dataclass(frozen=True)
class LineRules(Rules):
    """Lines written on their own: each change moves the header's totals and etag."""

    header_set: str

    def insert(self, work: Work, spec: EntitySet, payload: Payload, parent: Row | None) -> Row:
        header = parent or work.tx.get(self.header_set, payload.get("documentId") or NULL_GUID)
        if header is None:
            raise Refusal(
                400, "BadRequest_RequiredParamNotProvided", 'A "documentId" of a document must be provided.'
            )
        row = insert_line(work, spec, payload, header)
        headers.update_totals(work, self.header_set, spec.name, header.id)
        return work.tx.table(spec.name).rows[row.id]

    def modify(self, work: Work, spec: EntitySet, row: Row, payload: Payload) -> Row:
        header = work.tx.table(self.header_set).rows[row["documentId"]]
        check_lines_writable(header, payload.names())
        line = _line(work, spec, header, dict(row.values), payload, is_new=False)
        lines.validate(line, payload)
        if line.values != row.values:
            work.tx.update(spec.name, row.id, line.values)
            headers.update_totals(work, self.header_set, spec.name, header.id)
        return work.tx.table(spec.name).rows[row.id]

    def delete(self, work: Work, spec: EntitySet, row: Row) -> None:
        header = work.tx.table(self.header_set).rows[row["documentId"]]
        check_lines_writable(header, {"*"})
        if row.values.get("receivedQuantity") or row.values.get("invoicedQuantity"):
            raise dialog("You cannot delete a line that has been received or invoiced.")
        work.tx.delete(spec.name, row.id)
        headers.update_totals(work, self.header_set, spec.name, header.id)


def insert_line(work: Work, spec: EntitySet, payload: Payload, header: Row) -> Row:
    """Add one line to a document without touching its totals."""
    refuse_unknown_nested(payload, DIMENSIONS)
    check_lines_writable(header, {"*"})
    vendor = headers.vendor_of(work, header)
    values = {**spec.blank, "documentId": header.id, "taxPercent": vendor["taxPercent"]}
    if spec.name == "purchaseOrderLines":
        values["orderNumber"] = header["number"]
    if "expectedReceiptDate" in values:
        values["expectedReceiptDate"] = header.values.get("requestedReceiptDate", NULL_DATE)
    line = _line(work, spec, header, values, payload, is_new=True)
    lines.validate(line, payload)
    if not values["sequence"]:
        values["sequence"] = lines.next_sequence(work, spec, header.id)
    lines.check_sequence_free(work, spec, header, values["sequence"])
    row = work.tx.insert(spec.name, values)
    item = work.tx.get("items", row["itemId"])
    if item is not None:
        dimensions.take_defaults(work, spec.name, row, item)
    insert_dimensions(work, payload, row)
    return row


def insert_dimensions(work: Work, payload: Payload, parent: Row) -> None:
    """Write the dimensions nested in a document or line; one that is there by default is replaced."""
    spec = TABLES[DIMENSIONS]
    for nested in payload.nested.get(DIMENSIONS, []):
        code = nested.get("code")
        for line in work.tx.find(DIMENSIONS, "parentId", parent.id):
            if line["code"] == code or line["dimensionId"] == nested.get("id"):
                work.tx.delete(DIMENSIONS, line.id)
        dimensions.SET_LINES.insert(work, spec, nested, parent)


def check_shortcuts(work: Work, payload: Payload) -> None:
    for each, value in payload.changes:
        if each.name.startswith("shortcutDimension"):
            dimensions.check_shortcut(work, each.name, value)


def check_lines_writable(header: Row, sent: set[str]) -> None:
    if "orderDate" in header.values:
        headers.check_order_open(header, {"receiveQuantity", "invoiceQuantity"}, sent)
    else:
        headers.check_draft(header, "credit memo" if "creditMemoDate" in header.values else "invoice")


def delete_document(work: Work, spec: EntitySet, row: Row, own: list[Row], line_set: str) -> None:
    for line in own:
        work.tx.delete(line_set, line.id)
    work.tx.delete(spec.name, row.id)


def _line(
    work: Work, spec: EntitySet, header: Row, values: Values, payload: Payload, *, is_new: bool
) -> Line:
    return Line(work, spec, header, values, payload.names(), lines.cost_field(spec), is_new)


def _changes_vendor(row: Row, payload: Payload) -> bool:
    return any(
        each.name in ("vendorId", "vendorNumber") and row[each.name] != v for each, v in payload.changes
    )


ORDERS = OrderRules(
    "purchaseOrderLines",
    "P-ORD",
    {
        "receiveAndInvoice": order_posting.receive_and_invoice,
        "release": order_status.release,
        "reopen": order_status.reopen,
    },
)
INVOICES = InvoiceRules("purchaseInvoiceLines", "P-INV", {"post": invoice_posting.post})
ORDER_LINES = LineRules("purchaseOrders")
INVOICE_LINES = LineRules("purchaseInvoices")
