"""Receipts and service confirmations: received on their order in BC, never invoiced.

BC has no key for a receipt; the evidence is the order itself: how much each line has received, against what
our posted receipts and this one add up to. The chain of the order keeps it to one writer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from integration.bc import is_gone, odata, payloads
from integration.bc.names import ETAG, MODIFIED, ORDER_NUMBER, POSTING_DATE, RECEIVE_QUANTITY
from integration.bc.reading import PurchaseOrderLine as LineInBC
from integration.bc.reading import as_date, read, select_for
from integration.errors import ConflictError, PermanentError
from integration.models import DocumentKind, Message
from reconciliation.models import PurchaseOrder

from .accepted import ZERO, Quantities, quantities_of
from .base import BeforeWrite, Posted, Standing, Visit, as_uuid, plain
from .orders import LINES
from .together import posting_nothing, set_quantities

OVER_RECEIPT = (
    "No over-receipt code lets more come. Raise the order in Business Central, or give the item, its "
    "vendor or the company such a code there, then retry. Or have the receipt corrected."
)
REFUSED = 400

# What adds to the received quantities of an order, or takes from them.
KINDS = [DocumentKind.GOODS_RECEIPT, DocumentKind.RECEIPT_REVERSAL, DocumentKind.SERVICE_CONFIRMATION]


@dataclass(frozen=True)
class OrderInBC:
    """The order as BC has it now."""

    id: UUID | None
    etag: str
    number: str
    posting_date: date | None
    lines: tuple[LineInBC, ...]

    @property
    def received(self) -> Quantities:
        return {line.sequence: line.received_quantity for line in self.lines}


class ReceiptVisit(Visit):
    """Receive on the order what is still missing of the expected total."""

    order: OrderInBC | None = None

    def find(self) -> Posted | Standing:
        """Compare what the order has received with what it should have received by now."""
        self.order = self._read_order()
        received = self.order.received if self.order else self._received_on_receipts()
        own, before = self._own, self._before
        if all(received.get(each, ZERO) >= before.get(each, ZERO) + own[each] for each in own):
            return self._latest_receipt()
        return Standing.ABSENT

    def send(self, before_write: BeforeWrite) -> Posted:
        """Set the quantities in two rounds, make sure nothing would be invoiced, then post.

        Setting quantities posts nothing, so only the last call is noted as one that may change the books.
        """
        order = self.order
        if order is None:
            raise PermanentError(
                f"Order {self._order_number} is no longer in Business Central and did not receive this. "
                "See whether it was deleted or finished there; then mark this done by hand or cancel it."
            )
        arrived = self._to_receive(order)
        self._set_posting_date(order)
        self._set_quantities(order, arrived)
        order = self._check_quantities(arrived)
        before_write()
        self.client.act("purchaseOrders", str(order.id), "receiveAndInvoice", etag=order.etag)
        return self._latest_receipt()

    # What should be

    @property
    def _order_number(self) -> str:
        return self._our_order.bc_number or self._our_order.number

    @property
    def _our_order(self) -> PurchaseOrder:
        if self.document.order is None:
            self.document.order = PurchaseOrder.objects.get(
                company=self.document.company, number=self.document.order_number
            )
        order: PurchaseOrder = self.document.order
        return order

    @cached_property
    def _own(self) -> Quantities:
        return quantities_of(self.payload)

    @cached_property
    def _before(self) -> Quantities:
        """What our receipts of this order have posted before."""
        done = Message.objects.filter(
            chain=self.message.chain, document_kind__in=KINDS, state=Message.State.DONE
        ).exclude(pk=self.message.pk)
        total: Quantities = defaultdict(Decimal)
        for payload in done.values_list("payload", flat=True):
            for sequence, quantity in quantities_of(payload or {}).items():
                total[sequence] += quantity
        return total

    def _to_receive(self, order: OrderInBC) -> Quantities:
        """What is missing on each line; raises PermanentError where BC and we cannot both be right."""
        lines = {line.sequence: line for line in order.lines}
        before = self._before
        return {
            sequence: self._missing(
                order, sequence, lines.get(sequence), before.get(sequence, ZERO), quantity
            )
            for sequence, quantity in self._own.items()
        }

    def _missing(
        self, order: OrderInBC, sequence: int, line: LineInBC | None, before: Decimal, quantity: Decimal
    ) -> Decimal:
        if line is None:
            raise PermanentError(
                f"Order {order.number} has no line {sequence} in Business Central. "
                "Restore the line there, or correct the receipt, then retry.",
                owner="bc",
            )
        where = f"Line {sequence} of order {order.number}"
        if line.received_quantity < before:
            raise PermanentError(
                f"{where} shows {plain(line.received_quantity)} received, but {plain(before)} were posted "
                "from here. See what was undone in Business Central first.",
                owner="bc",
            )
        return max(ZERO, before + quantity - line.received_quantity)

    # What is there

    def _read_order(self) -> OrderInBC | None:
        order = self._our_order
        if not order.is_posted:
            raise PermanentError(
                f"Purchase order {order.number} is not in Business Central. Deliver it first, then retry.",
                owner="cafm",
            )
        select = ("id", "number", POSTING_DATE)
        expand = odata.nested(LINES, select_for(LineInBC))
        if order.bc_id is None:
            rows = self.client.find(
                "purchaseOrders", filter=odata.eq("number", order.bc_number), select=select, expand=expand
            )
            return _order(rows[0]) if rows else None
        try:
            return _order(self.client.get("purchaseOrders", order.bc_id, select=select, expand=expand))
        except PermanentError as error:
            if is_gone(error):  # an order that is fully received and invoiced vanishes
                return None
            raise

    def _receipts(self, *, with_lines: bool = False) -> list[dict[str, Any]]:
        return self.client.find(
            "purchaseReceipts",
            filter=odata.eq(ORDER_NUMBER, self._order_number),
            select=("id", "number", MODIFIED),
            expand=odata.nested("purchaseReceiptLines", ("sequence", "quantity")) if with_lines else None,
        )

    def _received_on_receipts(self) -> Quantities:
        total: Quantities = defaultdict(Decimal)
        for receipt in self._receipts(with_lines=True):
            for line in receipt["purchaseReceiptLines"]:
                total[int(line["sequence"])] += Decimal(line["quantity"])
        return total

    def _latest_receipt(self) -> Posted:
        """Name the newest receipt of the order that is not another document's."""
        taken = set(
            Message.objects.filter(chain=self.message.chain, document_kind__in=KINDS)
            .exclude(pk=self.message.pk)
            .values_list("bc_number", flat=True)
        )
        receipts = [each for each in self._receipts() if each["number"] not in taken]
        if not receipts:
            return Posted(None, "")
        newest = max(receipts, key=lambda each: (each[MODIFIED], each["number"]))
        return Posted(as_uuid(newest["id"]), newest["number"])

    # What is changed

    def _set_posting_date(self, order: OrderInBC) -> None:
        posted_on = self.payload[POSTING_DATE]
        if order.posting_date is None or order.posting_date.isoformat() != posted_on:
            with posting_nothing():
                self.client.update(
                    "purchaseOrders", str(order.id), {POSTING_DATE: posted_on}, etag=order.etag
                )

    def _set_quantities(self, order: OrderInBC, arrived: Quantities) -> None:
        lines = {line.id: line for line in order.lines if line.line_type != "Comment"}
        wanted = payloads.receive_quantities(lines.values(), arrived)
        differ = [
            (line, change) for line, change in wanted if line.receive_quantity != change[RECEIVE_QUANTITY]
        ]
        with self._over_receipt_explained(order, arrived):
            lines |= {line.id: line for line in set_quantities(self.client, differ)}
        wrong = payloads.would_invoice(lines.values())  # the first round sets invoiceQuantity, too
        set_quantities(self.client, [(line, payloads.nothing_to_invoice()) for line in wrong])

    @contextmanager
    def _over_receipt_explained(self, order: OrderInBC, arrived: Quantities) -> Iterator[None]:
        """Set in the block what came; where that is more than was ordered, BC's over-receipt codes decide.

        BC takes the code of the item, else of the vendor, else the default one, and raises the order by what
        is too much (codeunit 8510 "Over-Receipt Mgt."); the API cannot name another. Without a code it says
        what it says when others were quicker, so what was asked for tells the two apart.
        """
        try:
            yield
        except ConflictError as refusal:
            beyond = list(_beyond(order, arrived))
            if refusal.status != REFUSED or not beyond:
                raise
            raise PermanentError(
                " ".join([*beyond, OVER_RECEIPT]),
                owner="cafm",
                code=refusal.code,
                status=refusal.status,
                correlation_id=refusal.correlation_id,
                raw=refusal.raw,
            ) from refusal

    def _check_quantities(self, arrived: Quantities) -> OrderInBC:
        """Read the order again: exactly this would be received, and nothing invoiced."""
        order = self._must_read_order()
        wrong = [
            line.sequence for line in order.lines if line.receive_quantity != arrived.get(line.sequence, ZERO)
        ]
        if wrong or payloads.would_invoice(order.lines):
            raise ConflictError(
                f"Someone else is changing order {order.number} in Business Central. It is read again."
            )
        return order

    def _must_read_order(self) -> OrderInBC:
        order = self._read_order()
        if order is None:
            raise ConflictError(f"Order {self._order_number} vanished while it was worked on.")
        return order


def _beyond(order: OrderInBC, arrived: Quantities) -> Iterator[str]:
    """Name the lines of which more came than is open."""
    for line in order.lines:
        still_open = line.quantity - line.received_quantity
        came = arrived.get(line.sequence, ZERO)
        if came > still_open:
            where = f"Line {line.sequence} of order {order.number}"
            yield f"{where} has {plain(still_open)} {line.unit or ''} open, but {plain(came)} were accepted."


def _order(row: Mapping[str, Any]) -> OrderInBC:
    return OrderInBC(
        id=as_uuid(row["id"]),
        etag=row[ETAG],
        number=row["number"],
        posting_date=as_date(row[POSTING_DATE]),
        lines=tuple(read(LineInBC, line) for line in row[LINES]),
    )
