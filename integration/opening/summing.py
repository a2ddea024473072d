"""The totals of the open balances: what the files add up to, beside what Business Central does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from integration.couriers.base import plain
from integration.couriers.orders import sequence_of
from masterdata import lookup
from masterdata.models import Company

from .checking import in_base
from .reading import Balances
from .there import There

ZERO, HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Total:
    """One figure on both sides, as it is kept."""

    what: str
    files: str
    there: str
    ties_out: bool


def totals(company: Company, balances: Balances, there: There) -> list[dict[str, Any]]:
    """Add both sides up; of Business Central only the documents and items that the files name."""
    return [
        asdict(Total(what, plain(ours), plain(theirs), ours == theirs))
        for what, ours, theirs in _pairs(company, balances, there)
    ]


def _pairs(company: Company, balances: Balances, there: There) -> Iterator[tuple[str, Decimal, Decimal]]:
    if balances.orders:
        yield from _orders(balances, there)
    if balances.receipts:
        named = {row.bc_number for row in balances.receipts}
        yield "Receipts", Decimal(len(named)), Decimal(len(there.receipts))
        came = (line.quantity for receipt in there.receipts.values() for line in receipt.lines)
        yield "Received in them", _sum(row.quantity for row in balances.receipts), _sum(came)
    if balances.invoices:
        billed = {row.bc_number: row.total for row in balances.invoices}
        yield "Invoices", Decimal(len(billed)), Decimal(len(there.invoices))
        theirs = (invoice.head.total for invoice in there.invoices.values())
        yield "Invoices, with tax", _sum(billed.values()), _sum(theirs)
    if balances.stock:
        yield "Items in stock", Decimal(len({row.item for row in balances.stock})), Decimal(len(there.stock))
        yield "Stock, in base units", _stock(company, balances), _sum(there.stock.values())


def _orders(balances: Balances, there: There) -> Iterator[tuple[str, Decimal, Decimal]]:
    rows = balances.orders
    wanted = {(row.bc_number, sequence_of(row.line)) for row in rows}
    every = [(number, line) for number, order in there.orders.items() for line in order.lines]
    lines = [line for number, line in every if line.quantity or (number, line.sequence) in wanted]
    yield "Open orders", Decimal(len({row.bc_number for row in rows})), Decimal(len(there.orders))
    yield "Lines of open orders", Decimal(len(rows)), Decimal(len(lines))
    yield "Ordered", _sum(row.quantity for row in rows), _sum(line.quantity for line in lines)
    yield (
        "Ordered, before tax",
        _sum(row.quantity * row.unit_price * (1 - row.discount_percent / HUNDRED) for row in rows),
        _sum(line.quantity * line.direct_unit_cost - line.discount_amount for line in lines),
    )
    yield "Received to date", _sum(row.received for row in rows), _sum(e.received_quantity for e in lines)
    yield "Invoiced to date", _sum(row.invoiced for row in rows), _sum(e.invoiced_quantity for e in lines)


def _stock(company: Company, balances: Balances) -> Decimal:
    total = ZERO
    for row in balances.stock:
        try:
            total += in_base(company, row)
        except lookup.MasterDataError:
            continue  # told of with its row
    return total


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)
