"""The verdict: what the sandbox holds against what was sent, each document once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.models import InboxEvent, Message
from integration.sandbox.control_client import ControlClient
from reconciliation.models import PurchaseOrder
from tests.chaos import events
from tests.chaos.work import Purchase, Work

STEP = 10_000  # between two lines in BC
BY_PERSONS = ("goods_return",)  # BC's API takes none: someone posts it there


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
    """Count every document in the sandbox, and every piece that was ordered, received or moved."""
    due = _due(work)
    held = Counter(_held(work, control))
    strange = [f"{name}, which nobody sent" for name in held if name not in due and held[name]]
    strange += [f"{message} is {message.state}: {message.error}" for message in Message.objects.unfinished()]
    strange += _wrong_quantities(work, control)
    strange += _wrong_movements(work, control)
    strange += _wrong_assets(work, control)
    strange += _not_taken_in(work)
    return Verdict(
        lost=tuple(sorted(name for name in due if not held[name])),
        duplicates=tuple(sorted(name for name in due if held[name] > 1)),
        unexplained=tuple(strange),
    )


def _due(work: Work) -> set[str]:
    """Name what Business Central must hold."""
    names = {movement.number for movement in work.movements}
    names |= {asset.number for asset in work.assets}
    for purchase in work.purchases:
        names |= set(purchase.receipts)
        names |= set() if purchase.is_cancelled else {purchase.order}
        names |= {purchase.invoice} if purchase.is_billed else set()
        names |= {purchase.memo} if purchase.is_returned else set()
    return names


def _held(work: Work, control: ControlClient) -> Iterable[str]:
    """Name what BC holds: orders by our key in their comment, receipts by their order, the rest by number."""
    orders = Message.objects.filter(document_kind="purchase_order")
    by_marker = {f"Tieout {key}": number for key, number in orders.values_list("key", "document_number")}
    for line in control.dump("purchaseOrderLines"):
        if line["lineType"] == "Comment":
            yield by_marker.get(line["description"], f"order marked {line['description']}")
    yield from _receipts(work, control)
    for row in control.dump("purchaseInvoices"):
        is_draft = row["status"] == "Draft"
        yield f"draft of {row['vendorInvoiceNumber']}" if is_draft else row["vendorInvoiceNumber"]
    yield from (row["vendorCreditMemoNumber"] for row in control.dump("purchaseCreditMemos"))
    yield from (row["number"] for row in control.dump("fixedAssets"))
    for number, quantities in _ledger(control).items():
        yield from [number] * (len(quantities) // max(1, len(_entries(work).get(number, ()))))


def _receipts(work: Work, control: ControlClient) -> Iterable[str]:
    """Name the receipts of each order in turn; one too many bears the first one's name again."""
    expected = {purchase.order: purchase.receipts for purchase in work.purchases}
    by_bc_number = dict(PurchaseOrder.objects.values_list("bc_number", "number"))
    seen: Counter[str] = Counter()
    for row in control.dump("purchaseReceipts"):
        order = by_bc_number.get(row["orderNumber"], "")
        names = expected.get(order, ())
        yield names[seen[order] % len(names)] if names else f"receipt of order {row['orderNumber']}"
        seen[order] += 1


def _ledger(control: ControlClient) -> dict[str, list[Decimal]]:
    """Give the quantities of the item ledger by document; receipts are counted above."""
    receipts = {row["number"] for row in control.dump("purchaseReceipts")}
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in control.dump("itemLedgerEntries"):
        if row["documentNumber"] not in receipts:
            found[row["documentNumber"]].append(Decimal(str(row["quantity"])))
    return found


def _entries(work: Work) -> dict[str, list[int]]:
    return {movement.number: movement.entries for movement in work.movements}


def _wrong_movements(work: Work, control: ControlClient) -> Iterable[str]:
    found = _ledger(control)
    for number, expected in _entries(work).items():
        if number in found and sorted(found[number]) != sorted(map(Decimal, expected)):
            yield f"{number} moved {found[number]}, not {expected}"


def _wrong_assets(work: Work, control: ControlClient) -> Iterable[str]:
    """Compare what each asset is called last, and that the retired ones are blocked."""
    found = {row["number"]: (row["displayName"], bool(row["blocked"])) for row in control.dump("fixedAssets")}
    for asset in work.assets:
        told = found.get(asset.number)
        if told not in (None, (asset.names[-1], asset.is_retired)):
            yield f"{asset.number}: {told}, not {(asset.names[-1], asset.is_retired)}"


def _wrong_quantities(work: Work, control: ControlClient) -> Iterable[str]:
    """Compare each order line: what was posted half, or changed wrongly, or to the wrong line, shows here."""
    bc_numbers = dict(PurchaseOrder.objects.values_list("number", "bc_number"))
    found: dict[str, dict[int, Any]] = {
        order["number"]: {line["sequence"]: line for line in order["purchaseOrderLines"]}
        for order in control.dump("purchaseOrders")
    }
    for purchase in work.purchases:
        if purchase.is_cancelled:
            continue
        lines = found.get(bc_numbers.get(purchase.order, ""), {})
        for place, (ordered, received) in enumerate(_quantities(purchase), start=1):
            line = lines.get(place * STEP)
            told = line and (Decimal(str(line["quantity"])), Decimal(str(line["receivedQuantity"])))
            if told != (ordered, received):
                yield f"{purchase.order} line {place}: {told} ordered and received, not {(ordered, received)}"


def _quantities(purchase: Purchase) -> list[tuple[Decimal, Decimal]]:
    if purchase.is_service:
        return [(Decimal(1), Decimal(events.SERVICE_SHARE))]
    return [(Decimal(part.ordered), Decimal(part.accepted)) for part in purchase.parts]


def _not_taken_in(work: Work) -> Iterable[str]:
    """Name events that left no row, and documents of persons that nobody marked as done."""
    stored = set(InboxEvent.objects.values_list("event_id", flat=True))
    yield from (f"event {event['id']} was not kept" for event in work.events(0) if event["id"] not in stored)
    done = set(
        Message.objects.filter(document_kind__in=BY_PERSONS, state=Message.State.DONE).values_list(
            "document_number", flat=True
        )
    )
    for purchase in work.purchases:
        if purchase.is_returned and purchase.returned not in done:
            yield f"{purchase.returned} was not given to a person"
