"""What Business Central has of the documents and stock that the files name; reading changes nothing there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.bc import Client, odata, reading
from integration.bc.reading import read
from integration.sync import invoice_pages
from integration.sync.invoice_pages import INVOICE_SET, Pulled

from .reading import Balances

AT_A_TIME = 40  # numbers of one filter: the address stays short enough for every gateway
ORDERS, RECEIPTS = "purchaseOrders", "purchaseReceipts"


@dataclass(frozen=True)
class There:
    """Documents by their number there, and stock by item in its base unit."""

    orders: dict[str, reading.PurchaseOrder] = field(default_factory=dict)
    receipts: dict[str, reading.PurchaseReceipt] = field(default_factory=dict)
    invoices: dict[str, Pulled] = field(default_factory=dict)
    stock: dict[str, Decimal] = field(default_factory=dict)


def look(client: Client, balances: Balances) -> There:
    """Read what the files name; raises IntegrationError."""
    there = There()
    for row in _rows(client, ORDERS, "purchaseOrderLines", balances.orders):
        there.orders[row["number"]] = read(reading.PurchaseOrder, row)
    for row in _rows(client, RECEIPTS, "purchaseReceiptLines", balances.receipts):
        there.receipts[row["number"]] = read(reading.PurchaseReceipt, row)
    for invoice in _invoices(client, balances):
        there.invoices[invoice.head.bc_number] = invoice
    there.stock.update(_stock(client, {row.item for row in balances.stock}))
    return there


def questions(balances: Balances) -> int:
    """Say how many calls it takes to read what the files name."""
    documents = (balances.orders, balances.receipts, balances.invoices)
    named = [*({row.bc_number for row in rows} for rows in documents), {row.item for row in balances.stock}]
    return sum(1 for names in named for _part in _parts(names))


def _rows(client: Client, entity_set: str, lines: str, named: Iterable[Any]) -> Iterator[dict[str, Any]]:
    select, expand = reading.SELECTS[entity_set], odata.nested(lines, reading.SELECTS[lines])
    for part in _parts({row.bc_number for row in named}):
        yield from client.find(entity_set, filter=odata.any_of("number", part), select=select, expand=expand)


def _invoices(client: Client, balances: Balances) -> Iterator[Pulled]:
    """Read them as the pull does; what it cannot read is as good as not there."""
    for part in _parts({row.bc_number for row in balances.invoices}):
        asked = odata.any_of("number", part)
        yield from invoice_pages.read(
            client.find(INVOICE_SET, filter=asked, **invoice_pages.question())
        ).invoices


def _stock(client: Client, items: set[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for part in _parts(items):
        for row in client.find(
            "items", filter=odata.any_of("number", part), select=("id", "number", "inventory")
        ):
            found[row["number"]] = Decimal(str(row["inventory"]))
    return found


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(names)
    for start in range(0, len(listed), AT_A_TIME):
        yield listed[start : start + AT_A_TIME]
