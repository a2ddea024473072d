"""Invoices of the CAFM that bill an order: posted through the order, exactly once.

The order gets the vendor's number through the Tieout app, the quantities to invoice through the standard API,
and is then posted. The evidence is the posted invoice: BC posts a vendor's number once, whatever becomes of
the order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, NoReturn, TypeVar

from integration.bc import odata
from integration.bc.names import (
    DIRECT_UNIT_COST,
    DOCUMENT_DATE,
    ETAG,
    INVOICE_DATE,
    INVOICE_QUANTITY,
    ORDER_NUMBER,
    POSTING_DATE,
    RECEIVE_QUANTITY,
    TOTAL_AMOUNT_INCLUDING_TAX,
    VENDOR_INVOICE_NUMBER,
    VENDOR_NUMBER,
)
from integration.bc.reading import SELECTS, read
from integration.bc.reading import PurchaseOrder as OrderInBC
from integration.bc.reading import PurchaseOrderLine as LineInBC
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    PermanentError,
    UnknownOutcome,
)
from reconciliation.models import PurchaseOrder

from .base import BeforeWrite, Posted, Standing, as_uuid, plain
from .billed import Billed, billed_of, foreign_to_order
from .invoices import INVOICES, UNPOSTABLE, UNPOSTED, InvoiceVisit
from .reopening import held_open, is_left_open
from .together import posting_nothing, set_quantities

ORDERS = "purchaseOrders"
LINES = "purchaseOrderLines"
HEADERS = "purchaseOrderHeaders"
HEADER_SELECT = ("id", "number", VENDOR_INVOICE_NUMBER, DOCUMENT_DATE, POSTING_DATE)
SELECT = ("id", "number", "status", ORDER_NUMBER, TOTAL_AMOUNT_INCLUDING_TAX)
INVOICED = odata.nested("purchaseInvoiceLines", ("sequence", "quantity"))

ZERO, CENT, PRICE_PLACES = Decimal(0), Decimal("0.01"), Decimal("0.00001")

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Step:
    """What to do with one order line: how much to invoice, at which price."""

    line: LineInBC
    quantity: Decimal
    price: Decimal

    @property
    def is_new_price(self) -> bool:
        return self.price != self.line.direct_unit_cost


class OrderInvoiceVisit(InvoiceVisit):
    """Find the posted invoice; else set the order to bill exactly this, and post it."""

    unposted: str = ""

    def find(self) -> Posted | Standing:
        """Look for the posted invoice by vendor and the vendor's number; the order may be gone by then."""
        self._check_still_cleared()
        rows = self.client.find(
            INVOICES,
            filter=odata.eq(VENDOR_NUMBER, self.payload.get(VENDOR_NUMBER, self.document.vendor_number))
            & odata.eq(VENDOR_INVOICE_NUMBER, self._vendors_number),
            select=SELECT,
            expand=INVOICED,
        )
        posted = [row for row in rows if row["status"] not in (*UNPOSTED, *UNPOSTABLE)]
        self.unposted = next((row["number"] for row in rows if row["status"] in UNPOSTED), "")
        if not posted:
            return Standing.ABSENT
        self._check_is_this_one(posted[0])
        return Posted(as_uuid(posted[0]["id"]), posted[0]["number"])

    def send(self, before_write: BeforeWrite) -> Posted:
        """Set number, prices and quantities, make sure of all of them, then post.

        Setting them posts nothing, so only the last call is noted as one that may change the books.
        """
        if self.unposted:
            raise PermanentError(
                f"Business Central has the unposted invoice {self.unposted} with the number "
                f"{self._vendors_number}. Post or delete it there, then retry.",
                owner="finance",
            )
        if reason := foreign_to_order(self.document, self._our_order):
            self._leave_to_a_person(reason)
        order = self._read_order()
        steps = self._plan(order)
        header = self._read_header(order)
        if any(step.is_new_price for step in steps) or is_left_open(self._our_order, order.status):
            steps = self._correct_prices(order, steps)
            header = self._read_header(order)
        self._set_header(header)
        self._set_quantities(steps)
        order = self._check(steps)
        before_write()
        self.client.act(ORDERS, order.id, "receiveAndInvoice", etag=order.etag)
        found = self.find()
        if isinstance(found, Posted):
            return found
        raise UnknownOutcome(
            f"Business Central took invoice {self.document.number}, but does not show it yet."
        )

    # What should be

    @cached_property
    def _our_order(self) -> PurchaseOrder:
        return PurchaseOrder.objects.get(company=self.document.company, number=self.payload[ORDER_NUMBER])

    @cached_property
    def _billed(self) -> dict[int, Billed]:
        return billed_of(self.payload)

    def _plan(self, order: OrderInBC) -> list[Step]:
        """Say what to do with each line; what BC would refuse or post differently goes to a person."""
        lines = {line.sequence: line for line in order.lines if line.line_type != "Comment"}
        if strange := self._strange(order, lines):
            self._leave_to_a_person(strange)
        steps = []
        for sequence, line in lines.items():
            billed = self._billed.get(sequence)
            price = line.direct_unit_cost if billed is None else _price(line, billed)
            steps.append(Step(line, billed.quantity if billed else ZERO, price))
        for step in steps:
            billed = self._billed.get(step.line.sequence)
            if billed and _net(step.line, billed.quantity, step.price) != billed.amount:
                self._leave_to_a_person(
                    f"{_place(step.line, order)} has no price at which {plain(billed.quantity)} make "
                    f"{plain(billed.amount)}"
                )
        self._check_totals(steps)
        return steps

    def _strange(self, order: OrderInBC, lines: Mapping[int, LineInBC]) -> str:
        """Say why this order cannot be billed by this invoice; empty when it can."""
        if order.vendor_number != self.payload.get(VENDOR_NUMBER, self.document.vendor_number):
            return f"order {order.number} is with vendor {order.vendor_number} there"
        if order.currency and order.currency != (
            self.document.currency or self.document.company.ledger_currency
        ):
            return f"order {order.number} is in {order.currency} there"
        if order.prices_include_tax or order.discount_amount:
            return f"order {order.number} has prices with tax or an invoice discount there"
        for sequence, billed in self._billed.items():
            line = lines.get(sequence)
            if line is None:
                return f"order {order.number} has no line {sequence} there"
            if billed.quantity <= 0:
                return f"{_place(line, order)} is billed with nothing, or less"
            left = line.received_quantity - line.invoiced_quantity
            if billed.quantity > left:
                unit = f" {line.unit}" if line.unit else ""
                return (
                    f"{_place(line, order)} has {plain(left)}{unit} received and not yet invoiced, and "
                    f"{plain(billed.quantity)} are billed; Business Central posts no more than was received"
                )
        return ""

    def _check_totals(self, steps: list[Step]) -> None:
        """Post only what the supplier bills, with tax."""
        total = self.document.total
        made = _totals(steps)
        if total is not None and total not in made:
            self._leave_to_a_person(
                f"Business Central would make it {plain(made[0])} with tax, and {plain(total)} are billed"
            )

    def _leave_to_a_person(self, reason: str) -> NoReturn:
        raise PermanentError(
            f"Invoice {self.document.number} cannot be posted through order {self._our_order.number}: "
            f"{reason}. Correct that and retry. Or post it in Business Central as a purchase invoice with "
            f"the vendor invoice number {self._vendors_number} and Get Receipt Lines: the next pull "
            "recognises it. Or mark this done with its number.",
            owner="finance",
        )

    # What is there

    def _check_is_this_one(self, row: Mapping[str, Any]) -> None:
        """A posted invoice of that number is ours, or a person's of the same amount; else somebody looks."""
        ours = self._our_order.bc_number or self._our_order.number
        total, billed = Decimal(row[TOTAL_AMOUNT_INCLUDING_TAX]), self.document.total
        slack = ZERO
        if row[ORDER_NUMBER] == ours:
            lines = {int(line["sequence"]): Decimal(line["quantity"]) for line in row["purchaseInvoiceLines"]}
            invoiced = {sequence: quantity for sequence, quantity in lines.items() if quantity}
            is_same = invoiced == {sequence: each.quantity for sequence, each in self._billed.items()}
            slack = CENT * len(invoiced)  # of tax, which is rounded by line or by rate
        else:
            is_same = not row[ORDER_NUMBER]
        if not is_same or (billed is not None and abs(total - billed) > slack):
            raise PermanentError(
                f"Business Central has posted {row['number']} with the number {self._vendors_number} of this "
                f"vendor, and it is not this invoice: {plain(total)}, order {row[ORDER_NUMBER] or 'none'}. "
                "Compare the two; then mark this done with that number, or cancel it.",
                owner="finance",
            )

    def _read_order(self) -> OrderInBC:
        ours = self._our_order
        if not ours.is_posted:
            raise PermanentError(
                f"Purchase order {ours.number} is not in Business Central. Deliver it first, then retry.",
                owner="cafm",
            )
        rows = self.client.find(
            ORDERS,
            filter=odata.eq("number", ours.bc_number),
            select=SELECTS[ORDERS],
            expand=odata.nested(LINES, SELECTS[LINES]),
        )
        if not rows:
            self._leave_to_a_person("the order is no longer in Business Central, finished or deleted")
        return read(OrderInBC, rows[0])

    def _read_header(self, order: OrderInBC) -> dict[str, Any]:
        """Read the order's own page of the app; raises PermanentError where the app is not there."""
        try:
            rows = self.client.find(
                HEADERS, filter=odata.eq("number", order.number), select=HEADER_SELECT, app=True
            )
        except IntegrationError as error:
            if error.status != 404 and not (
                isinstance(error, ConfigurationError) and self.client.connection.app_url is None
            ):
                raise
            self._leave_to_a_person(
                "the Tieout app in Business Central is missing or too old, and without it the order cannot "
                "get the vendor's number"
            )
        if not rows:
            raise ConflictError(f"Order {order.number} vanished while it was worked on.")
        return rows[0]

    def _check(self, steps: list[Step]) -> OrderInBC:
        """Read all of it again: exactly this would be posted."""
        order = self._read_order()
        header = self._read_header(order)
        expected = {step.line.sequence: (ZERO, step.quantity, step.price) for step in steps}
        found = {
            line.sequence: (line.receive_quantity, line.invoice_quantity, line.direct_unit_cost)
            for line in order.lines
            if line.line_type != "Comment"
        }
        if found != expected or self._header_changes(header):
            raise ConflictError(
                f"Someone else is changing order {order.number} in Business Central. It is read again."
            )
        return order

    # What is changed

    def _correct_prices(self, order: OrderInBC, steps: list[Step]) -> list[Step]:
        """Let the order lines cost what was billed and cleared; only an open order takes a price."""
        with held_open(self.client, self._our_order, status=order.status, call=self._harmless):
            return [
                replace(step, line=self._update(step.line, {DIRECT_UNIT_COST: step.price}))
                if step.is_new_price
                else step
                for step in steps
            ]

    def _set_header(self, header: Mapping[str, Any]) -> None:
        if changes := self._header_changes(header):
            etag = header[ETAG]
            self._harmless(lambda: self.client.update(HEADERS, header["id"], changes, etag=etag, app=True))

    def _header_changes(self, header: Mapping[str, Any]) -> dict[str, Any]:
        """What the header lacks; the number comes last, because a date may reset others."""
        wanted = {
            POSTING_DATE: self.payload.get(POSTING_DATE, header[POSTING_DATE]),
            DOCUMENT_DATE: self.payload.get(INVOICE_DATE, header[DOCUMENT_DATE]),
            VENDOR_INVOICE_NUMBER: self._vendors_number,
        }
        return {name: value for name, value in wanted.items() if header[name] != value}

    def _set_quantities(self, steps: list[Step]) -> None:
        """In two rounds: each quantity to receive resets the one to invoice."""
        lines = {step.line.id: step.line for step in steps}
        nothing = [(line, {RECEIVE_QUANTITY: ZERO}) for line in lines.values() if line.receive_quantity]
        lines |= {line.id: line for line in set_quantities(self.client, nothing)}
        wanted = [(lines[step.line.id], step.quantity) for step in steps]
        differ = [
            (line, {INVOICE_QUANTITY: quantity})
            for line, quantity in wanted
            if line.invoice_quantity != quantity
        ]
        set_quantities(self.client, differ)

    def _update(self, line: LineInBC, changes: Mapping[str, Any]) -> LineInBC:
        row = self._harmless(lambda: self.client.update(LINES, line.id, changes, etag=line.etag or ""))
        return read(LineInBC, row)

    def _harmless(self, change: Callable[[], Answer]) -> Answer:
        """Make a change that posts nothing: after a lost answer it is simply made again."""
        with posting_nothing():
            return change()


def _place(line: LineInBC, order: OrderInBC) -> str:
    return f"line {line.sequence} of order {order.number}"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _net(line: LineInBC, quantity: Decimal, price: Decimal) -> Decimal:
    """What BC makes of a quantity at a price, after the line's discount."""
    gross = _cents(quantity * price)
    if line.discount_percent:
        return gross - _cents(gross * line.discount_percent / 100)
    return gross - _cents(line.discount_amount * quantity / line.quantity)


def _price(line: LineInBC, billed: Billed) -> Decimal:
    """Keep the price that makes the billed amount, else find the one that does."""
    if _net(line, billed.quantity, line.direct_unit_cost) == billed.amount or line.discount_percent >= 100:
        return line.direct_unit_cost
    if line.discount_percent:
        gross = billed.amount / (1 - line.discount_percent / 100)
    else:
        gross = billed.amount + _cents(line.discount_amount * billed.quantity / line.quantity)
    return (gross / billed.quantity).quantize(PRICE_PLACES, ROUND_HALF_UP)


def _totals(steps: list[Step]) -> tuple[Decimal, Decimal]:
    """What the invoice comes to with tax, which is rounded by rate or by line."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    by_line = ZERO
    for step in steps:
        net = _net(step.line, step.quantity, step.price) if step.quantity else ZERO
        by_rate[step.line.tax_percent] += net
        by_line += net + _cents(net * step.line.tax_percent / 100)
    return sum((net + _cents(net * rate / 100) for rate, net in by_rate.items()), ZERO), by_line
