"""Which receipts an invoice bills: quantities are taken from the oldest receipt first, the links are kept.

Earlier invoices take theirs first, then this one; what is left over is what nothing has come for. Returns and
credits give back to the newest receipt they find something on. Follows from the stored question alone, so it
can be told again for any decision.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from .amounts import bills_goods, sign_of
from .dossier import Dossier, Line
from .exact import CONTEXT, settle, shown
from .facts import ZERO, Case, Level
from .positions import Key


@dataclass(frozen=True, slots=True)
class Share:
    """So much of an invoice line, in base units, is covered by one receipt; by none, where it is blank."""

    line: int
    order: str
    order_line: int
    receipt: str
    date: datetime.date | None
    quantity: Decimal
    unit: str


@dataclass(slots=True)
class Stock:
    """A receipt of an order line and what of it nobody has billed yet."""

    receipt: str
    date: datetime.date | None
    came: Decimal
    left: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.came


def allocate(case: Case) -> list[Share]:
    """Share out the receipts to the lines of the invoice, the oldest receipt first."""
    with localcontext(CONTEXT):
        dossier = Dossier(case)
        stocks: dict[Key, list[Stock]] = {}
        return [share for line in dossier.lines for share in _shares(dossier, line, stocks)]


def _shares(dossier: Dossier, line: Line, stocks: dict[Key, list[Stock]]) -> Iterator[Share]:
    if not line.quantity or line.quantity < 0 or line.is_service:
        return
    if not line.matched(Level.THREE_WAY, Level.FOUR_WAY):
        return
    key = line.position.key
    if key not in stocks:
        stocks[key] = _stocks(dossier, line)
    order, number = key
    wanted = line.quantity
    for stock in stocks[key]:
        taken = min(wanted, stock.left)
        if settle(taken) > 0:
            stock.left -= taken
            wanted -= taken
            yield Share(line.number, order, number, stock.receipt, stock.date, shown(taken), _unit(line))
    if settle(wanted) > 0 and not line.position.frame.is_crumb(wanted):
        yield Share(line.number, order, number, "", None, shown(wanted), _unit(line))


def _unit(line: Line) -> str:
    return line.position.frame.unit


def _stocks(dossier: Dossier, line: Line) -> list[Stock]:
    """Give the receipts of an order line, the oldest first, without what went back or was billed before."""
    stocks = sorted(
        _receipts(dossier, line), key=lambda stock: (stock.date or datetime.date.min, stock.receipt)
    )
    _take_back(stocks, line.position.returned or ZERO)
    billed = _billed_earlier(line)
    for stock in stocks:
        taken = min(billed, stock.left)
        stock.left -= taken
        billed -= taken
    return stocks


def _receipts(dossier: Dossier, line: Line) -> Iterator[Stock]:
    frame = line.position.frame
    by_quality = line.matched(Level.FOUR_WAY)
    for receipt in dict.fromkeys(dossier.case.receipts):
        if receipt.order != line.position.order.number or receipt.reversed:
            continue
        for row in receipt.lines:
            came = row.accepted if by_quality and row.accepted is not None else row.received
            quantity = frame.to_base(came, row.unit)
            if row.order_line == line.position.line.line and quantity:
                yield Stock(receipt.number, receipt.date, quantity)


def _take_back(stocks: list[Stock], returned: Decimal) -> None:
    """Take what went back from the newest receipts: the old ones are used up first."""
    for stock in reversed(stocks):
        taken = min(returned, stock.left)
        stock.left -= taken
        returned -= taken


def _billed_earlier(line: Line) -> Decimal:
    """Give what earlier invoices took, less what was credited, in base units."""
    frame, total = line.position.frame, ZERO
    for invoice, row in line.position.movements.earlier:
        if bills_goods(invoice) and row.quantity:
            total += sign_of(invoice) * (frame.to_base(row.quantity, row.unit) or ZERO)
    return max(total, ZERO)
