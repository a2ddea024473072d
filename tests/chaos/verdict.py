"""The verdict: what the sandbox holds against what was sent, each document once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from integration.models import Message
from integration.sandbox.control_client import ControlClient
from reconciliation.models import PurchaseOrder
from tests.chaos.work import Work

STEP = 10_000  # between two lines in BC


@dataclass(frozen=True)
class Verdict:
    """Names of the documents that BC does not hold exactly once, and of what nobody sent."""

    lost: tuple[str, ...]
    duplicates: tuple[str, ...]
    unexplained: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.duplicates or self.unexplained)


def judge(work: Work, control: ControlClient) -> Verdict:
    """Count every document in the sandbox, and every piece that was received or used."""
    sent = _sent(work)
    held = Counter(_held(work, control))
    unfinished = Message.objects.exclude(state=Message.State.DONE)
    strange = [name for name in held if name not in sent]
    strange += [f"{message} is {message.state}: {message.error}" for message in unfinished]
    strange += _wrong_quantities(work, control)
    return Verdict(
        lost=tuple(sorted(name for name in sent if not held[name])),
        duplicates=tuple(sorted(name for name in sent if held[name] > 1)),
        unexplained=tuple(strange),
    )


def _sent(work: Work) -> set[str]:
    names = {number for number, _item, _quantity in work.uses}
    for purchase in work.purchases:
        names |= {purchase.order, purchase.receipt}
        if purchase.is_billed:
            names.add(purchase.invoice)
    return names


def _held(work: Work, control: ControlClient) -> Iterable[str]:
    """Name what BC holds: orders by our key in their comment, receipts by their order, the rest by number."""
    orders = Message.objects.filter(document_kind="purchase_order")
    by_marker = {f"Tieout {key}": number for key, number in orders.values_list("key", "document_number")}
    for line in control.dump("purchaseOrderLines"):
        if line["lineType"] == "Comment":
            yield by_marker.get(line["description"], f"order marked {line['description']}")
    receipts = {purchase.order: purchase.receipt for purchase in work.purchases}
    by_bc_number = dict(PurchaseOrder.objects.values_list("bc_number", "number"))
    for row in control.dump("purchaseReceipts"):
        order = by_bc_number.get(row["orderNumber"], "")
        yield receipts.get(order, f"receipt {row['number']} of order {row['orderNumber']}")
    for row in control.dump("purchaseInvoices"):
        is_draft = row["status"] == "Draft"
        yield f"draft of {row['vendorInvoiceNumber']}" if is_draft else row["vendorInvoiceNumber"]
    for row in control.dump("itemLedgerEntries"):
        if Decimal(str(row["quantity"])) < 0:
            yield row["documentNumber"]


def _wrong_quantities(work: Work, control: ControlClient) -> Iterable[str]:
    """Compare the pieces on each order line: what was posted half, or to the wrong line, shows here."""
    bc_numbers = dict(PurchaseOrder.objects.values_list("number", "bc_number"))
    found: dict[tuple[str, int], Decimal] = {}
    for order in control.dump("purchaseOrders"):
        for line in order["purchaseOrderLines"]:
            found[order["number"], line["sequence"]] = Decimal(str(line["receivedQuantity"]))
    for purchase in work.purchases:
        for number, part in enumerate(purchase.parts, start=1):
            received = found.get((bc_numbers.get(purchase.order, ""), number * STEP))
            if received != part.accepted:
                yield f"{purchase.order} line {number}: {received} received, {part.accepted} accepted"
