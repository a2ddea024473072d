"""Kinds without a key in BC: receipts are held against those we posted, ledger entries against what moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from integration.bc import Client, odata
from integration.bc.names import (
    DOCUMENT_NUMBER,
    ENTRY_NUMBER,
    ITEM_NUMBER,
    MODIFIED,
    ORDER_NUMBER,
    POSTING_DATE,
)
from integration.couriers import accepted, movements
from integration.models import DocumentKind, Message
from masterdata.models import Company
from reconciliation.models import InventoryMovement, PurchaseOrder

from .found import There, Twice, parts

RECEIPTS, RECEIPT_LINES = "purchaseReceipts", "purchaseReceiptLines"
ENTRIES = "itemLedgerEntries"
RECEIVED = (DocumentKind.GOODS_RECEIPT, DocumentKind.SERVICE_CONFIRMATION)
RECEIPT_STEP = _("See whether the goods came once. Undo the receipt that is too many in Business Central.")
ENTRY_STEP = _("Keep one posting: post the other back in Business Central, with an item journal.")

Shape = tuple[str, tuple[tuple[int, Decimal], ...]]
"""What a receipt looks like: its posting date, and the quantity of each line."""


# Receipts


@dataclass(frozen=True)
class Receipt:
    """A posted receipt of an order."""

    there: There
    shape: Shape


def doubled_receipts(client: Client, company: Company, since: datetime) -> Iterator[Twice]:
    """Find receipts that look like one of ours and are none: of the same order, day, lines and quantities.

    Several receipts of one order may be alike and right: each of ours is known by its own number in BC.
    """
    changed = client.rows(RECEIPTS, select=("id", ORDER_NUMBER), filter=odata.ge(MODIFIED, since))
    ours = _our_orders(company, {row[ORDER_NUMBER] for row in changed if row[ORDER_NUMBER]})
    for part in parts(sorted(ours)):
        receipts = _receipts_of(client, part)
        for number in part:
            posted = _posted(company, ours[number])
            yield from _too_many(ours[number], receipts[number], posted)


def _our_orders(company: Company, numbers: set[str]) -> dict[str, PurchaseOrder]:
    found: dict[str, PurchaseOrder] = {}
    for part in parts(sorted(numbers)):
        orders = PurchaseOrder.objects.filter(company=company, bc_number__in=part)
        found |= {order.bc_number: order for order in orders}
    return found


def _receipts_of(client: Client, numbers: Sequence[str]) -> Mapping[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = defaultdict(list)
    for row in client.find(
        RECEIPTS,
        filter=odata.any_of(ORDER_NUMBER, numbers),
        select=("id", "number", ORDER_NUMBER, POSTING_DATE),
        expand=odata.nested(RECEIPT_LINES, ("sequence", "quantity")),
    ):
        lines = {int(line["sequence"]): Decimal(line["quantity"]) for line in row[RECEIPT_LINES]}
        there = There(row["number"], row["id"], RECEIPTS)
        found[row[ORDER_NUMBER]].append(Receipt(there, _shape(row[POSTING_DATE], lines)))
    return found


def _posted(company: Company, order: PurchaseOrder) -> list[Message]:
    """Give what we have received on an order, the oldest first."""
    of_order = Message.objects.of(company).filter(
        chain=f"{company.pk}:order:{order.number}",
        document_kind__in=RECEIVED,
        state=Message.State.DONE,
        payload__isnull=False,
    )
    return list(of_order.order_by("pk"))


def _too_many(order: PurchaseOrder, receipts: list[Receipt], posted: list[Message]) -> Iterator[Twice]:
    known = {message.bc_number for message in posted}
    alike: dict[Shape, list[Message]] = defaultdict(list)
    for message in posted:
        payload = message.payload
        alike[_shape(payload[POSTING_DATE], accepted.quantities_of(payload))].append(message)
    for shape, messages in alike.items():
        there = {each.there.number: each.there for each in receipts if each.shape == shape}
        strange = sorted(there.keys() - known)
        if not strange or len(there) <= len(messages):  # one of ours may not know its number
            continue
        own = [number for message in messages if (number := message.bc_number) in there][:1]
        yield Twice(
            DocumentKind(messages[0].document_kind),
            f"{order.number} {', '.join(strange)}"[:200],
            messages[0].document_number,
            tuple(there[number] for number in [*own, *strange]),
            RECEIPT_STEP,
            messages[0],
        )


def _shape(posted_on: str, quantities: Mapping[int, Decimal]) -> Shape:
    return posted_on, tuple(sorted((line, quantity) for line, quantity in quantities.items() if quantity))


# Item ledger entries


@dataclass(frozen=True)
class Entry:
    """What one entry moved of an item."""

    number: int
    id: str
    item: str
    quantity: Decimal


def doubled_movements(client: Client, company: Company, since: datetime) -> Iterator[Twice]:
    """Find document numbers whose entries add up to twice what was moved under them, or more times."""
    changed = client.rows(ENTRIES, select=("id", DOCUMENT_NUMBER), filter=odata.ge(MODIFIED, since))
    numbers = sorted({row[DOCUMENT_NUMBER] for row in changed})
    for part in parts(numbers):
        for number, messages in _moved(company, part).items():
            entries = _entries(client, number)
            times = _times(messages, entries)
            if times > 1:
                yield _movement(messages[0], entries, times)


def _moved(company: Company, numbers: Sequence[str]) -> Mapping[str, list[Message]]:
    """Give what we moved under each number: a consumption and a transfer may share one."""
    told = Message.objects.of(company).filter(
        document_kind=DocumentKind.INVENTORY_MOVEMENT,
        state=Message.State.DONE,
        bc_number__in=numbers,
        payload__isnull=False,
    )
    found: dict[str, list[Message]] = defaultdict(list)
    for message in told.order_by("pk"):
        found[message.bc_number].append(message)
    return found


def _entries(client: Client, number: str) -> list[Entry]:
    rows = client.find(
        ENTRIES,
        filter=odata.eq(DOCUMENT_NUMBER, number),
        select=("id", ENTRY_NUMBER, ITEM_NUMBER, "quantity"),
    )
    found = [
        Entry(int(row[ENTRY_NUMBER]), row["id"], row[ITEM_NUMBER], Decimal(row["quantity"])) for row in rows
    ]
    return sorted(found, key=lambda each: each.number)


def _times(messages: Sequence[Message], entries: Sequence[Entry]) -> int:
    """Say how often all of it is in the ledger; 1 where items disagree: others posted there too.

    What leaves a place and what comes to one is counted apart: a transfer does both, and adds up to nothing.
    """
    wanted: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for message in messages:
        for item, quantity in _quantities(message):
            wanted[item, quantity > 0] += quantity
    there: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for entry in entries:
        there[entry.item, entry.quantity > 0] += entry.quantity
    if not wanted or there.keys() != wanted.keys():
        return 1
    ratios = {there[each] / wanted[each] for each in wanted}
    ratio = ratios.pop()
    return 1 if ratios or ratio != int(ratio) else int(ratio)


def _quantities(message: Message) -> Iterator[tuple[str, Decimal]]:
    """Give what a movement does to the stock of each item, as the ledger writes it."""
    kind = InventoryMovement.objects.values_list("kind", flat=True).get(pk=message.document_id)
    for line in message.payload[movements.LINES]:
        quantity = Decimal(line["quantity"])
        if not quantity:
            continue
        if kind != InventoryMovement.Kind.ADJUSTMENT:
            yield line[ITEM_NUMBER], -quantity
        if kind != InventoryMovement.Kind.CONSUMPTION:
            yield line[ITEM_NUMBER], quantity


def _movement(message: Message, entries: Sequence[Entry], times: int) -> Twice:
    """Name each posting by its first entry: an equal share of the entries, in the order they were posted."""
    share = max(1, len(entries) // times)
    firsts = entries[::share][:times]
    return Twice(
        DocumentKind.INVENTORY_MOVEMENT,
        str(message.key),
        message.document_number,
        tuple(There(f"{message.bc_number} (entry {each.number})", each.id, ENTRIES) for each in firsts),
        ENTRY_STEP,
        message,
    )
