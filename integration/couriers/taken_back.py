"""Reversed receipts and returned goods: a person does them in BC, and Tieout says what, and looks.

Neither the standard API nor the Tieout app can undo a receipt or post a return. The work stands among the
dead letters with its instruction. An undone receipt is seen on its order by a retry; a return is marked done
by hand.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from integration.bc.names import ORDER_NUMBER, POSTING_DATE
from integration.errors import PermanentError
from integration.models import DocumentKind, Message
from masterdata import lookup
from reconciliation import documents
from reconciliation.models import GoodsReturn, GoodsReturnLine, ReceiptReversal

from . import accepted
from .accepted import ZERO
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, listed, plain
from .receipts import ReceiptVisit


def reversal_chain(reversal: ReceiptReversal) -> str:
    """What comes after it counts on the quantities that it leaves, so it goes in the chain of the order."""
    return f"order:{reversal.order_number}" if reversal.receipt else f"reversal:{reversal.pk}"


def prepare_reversal(reversal: ReceiptReversal, key: UUID) -> Prepared:
    """Say what has to come off the order: what the receipt brought, as it was sent."""
    receipt = reversal.receipt
    if receipt is None:
        return Prepared(waiting_for=f"goods receipt {reversal.receipt_number} from the CAFM")
    sent = Message.objects.for_document(DocumentKind.GOODS_RECEIPT, receipt.pk).order_by("-pk").first()
    brought = Prepared(sent.payload) if sent and sent.payload else accepted.prepare_receipt(receipt, key)
    if brought.waiting_for or brought.problems or brought.nothing_to_post:
        return brought
    lines = [line | {"quantity": -line["quantity"]} for line in brought.payload["lines"]]
    body = brought.payload | {POSTING_DATE: reversal.reversed_on.isoformat(), "lines": lines}
    return Prepared(body | {"goodsReceipt": receipt.bc_number or receipt.number})


class ReversalVisit(ReceiptVisit):
    """See whether somebody has undone the receipt; else say that it has to be done."""

    def find(self) -> Posted | Standing:
        """Compare what the order has received with what is left without the receipt."""
        self.order = self._read_order()
        received = self.order.received if self.order else self._received_on_receipts()
        own, before = self._own, self._before
        if all(received.get(each, ZERO) <= before.get(each, ZERO) + own[each] for each in own):
            return Posted(self.document.receipt.bc_id, self.document.receipt.bc_number)
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Give the work to a person; nothing of it can be done from here."""
        lines = [f"{plain(-quantity)} on line {sequence}" for sequence, quantity in sorted(self._own.items())]
        raise PermanentError(
            f"Receipt {self.payload['goodsReceipt']} of order {self._order_number} was a mistake "
            f"({self.document.reason}). Undo it in Business Central: Posted Purchase Receipts, Undo Receipt "
            f"({listed(lines)}). If it is invoiced there, post a purchase return instead and mark this "
            "done with its number. Otherwise retry this: Tieout sees that it is undone.",
            owner="bc",
            code="by_hand",
        )


def return_chain(returned: GoodsReturn) -> str:
    """A return leaves the order's received quantities alone, so nothing waits for it."""
    return f"return:{returned.pk}"


def prepare_return(returned: GoodsReturn, key: UUID) -> Prepared:
    """List what went back, for the person who posts it: without the rejected goods, which BC never had."""
    if returned.order is None:
        return Prepared(waiting_for=f"purchase order {returned.order_number} from the CAFM")
    went = list(returned.lines.order_by("line"))
    if lacking := _lacking(returned, went):
        return Prepared(waiting_for=lacking)
    lines = [
        {"orderLine": line.order_line, "quantity": line.quantity_accepted, "unit": line.unit}
        for line in went
        if line.quantity_accepted
    ]
    if not lines:
        return Prepared(nothing_to_post=True)
    body = {ORDER_NUMBER: returned.order.number, POSTING_DATE: returned.returned_on.isoformat()}
    return Prepared(body | {"reason": returned.reason, "lines": lines})


def _lacking(returned: GoodsReturn, lines: list[GoodsReturnLine]) -> str:
    """Say which rejections no receipt has told of yet: such goods may as well be accepted ones, and in BC."""
    try:
        found = documents.unaccounted(returned, lines)
    except lookup.NoConversion as missing:
        return str(missing)[:300]
    if found is None:
        return ""
    return (
        f"a goods receipt that tells of more rejected goods on line {found.order_line} of purchase order "
        f"{returned.order_number}: {plain(found.went_back)} of them went back, "
        f"{plain(found.rejected)} were rejected"
    )


class ReturnVisit(Visit):
    """BC's API has return orders to read only: a person posts the return."""

    def find(self) -> Posted | Standing:
        """Nothing in BC would show that a return is this one."""
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Give the work to a person."""
        order = self.document.order
        went = [
            f"{plain(Decimal(line['quantity']))} {line['unit']} of line {line['orderLine']}"
            for line in self.payload["lines"]
        ]
        raise PermanentError(
            f"{listed(went)} of order {order.bc_number or order.number} went back to vendor "
            f"{order.vendor_number} on {self.payload[POSTING_DATE]} ({self.document.reason}). Post a "
            "purchase return order for it in Business Central, then mark this done with the number of the "
            "return shipment. Invoices are compared with what was kept already.",
            owner="bc",
            code="by_hand",
        )
