"""Charges by code, all invoices together: on a line against the line's plan, else against the order's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..amounts import sign_of
from ..dossier import Dossier, Line
from ..facts import ZERO, Charge, Check, InvoiceType, Level
from ..findings import Code, Finding
from ..limits import Scope
from ..positions import Position
from ..sentences import cash
from .differences import Difference, ending, hold_against, report

Sums = dict[str, Decimal]


def charges(dossier: Dossier) -> Iterator[Finding]:
    """Every charge was planned, and comes to no more than planned."""
    if dossier.invoice.type != InvoiceType.INVOICE or not dossier.currencies_agree:
        return
    header_plan = _sums(charge for order in dossier.orders for charge in order.charges)
    loose: Sums = {}
    used: dict[tuple[str, int], Sums] = {}
    for line in dossier.lines:
        if not line.matched(Level.NONE):
            yield from _on_line(dossier, line, header_plan, loose, used)
    yield from _on_invoice(dossier, header_plan, loose, used)


def _on_line(
    dossier: Dossier, line: Line, header_plan: Sums, loose: Sums, used: dict[tuple[str, int], Sums]
) -> Iterator[Finding]:
    """Judge a line's charges by its own plan; what only the order plans is judged with the invoice's."""
    position = line.position
    plan = _sums(position.line.charges)
    billed = used.setdefault(position.key, _billed_earlier(position))
    for code, amount in _sums(line.billed.charges).items():
        before = billed.get(code, ZERO)
        if plan.get(code) or not header_plan.get(code):
            billed[code] = before + amount
            yield from _judge(dossier, code, plan.get(code, ZERO), before, amount, position.scope, line)
        else:
            loose[code] = loose.get(code, ZERO) + amount


def _on_invoice(
    dossier: Dossier, header_plan: Sums, loose: Sums, used: dict[tuple[str, int], Sums]
) -> Iterator[Finding]:
    """Judge the invoice's charges by the orders' plan and what the lines' plans have left."""
    now = _sums(dossier.invoice.charges)
    for code, amount in loose.items():
        now[code] = now.get(code, ZERO) + amount
    left = _left_on_lines(dossier, used)
    before = _headers_earlier(dossier)
    for code in sorted(now):
        plan = header_plan.get(code, ZERO) + left.get(code, ZERO)
        yield from _judge(dossier, code, plan, before.get(code, ZERO), now[code], dossier.scope, None)


def _judge(
    dossier: Dossier,
    code: str,
    plan: Decimal,
    before: Decimal,
    amount: Decimal,
    scope: Scope,
    line: Line | None,
) -> Iterator[Finding]:
    found = dossier.rules.find(Check.CHARGE, scope, code)
    actual = before + amount
    if not found or amount <= 0 or actual <= plan:
        return
    difference = Difference(
        Check.CHARGE,
        plan,
        actual,
        actual - plan,
        line=line.number if line else None,
        subject=code,
        order=line.position.order if line else None,
    )
    verdict = hold_against(dossier, found, difference)
    earlier = f" after {cash(before, dossier.currency)} before" if before else ""
    planned = f"{cash(plan, dossier.currency)} planned" if plan else "none planned"
    sentence = (
        f"{code}: {cash(amount, dossier.currency)} billed{earlier}, {planned}:"
        f" {ending(dossier, found, difference, verdict)}"
    )
    reason = Code.CHARGE_OVER if plan else Code.UNPLANNED_CHARGE
    yield report(dossier, reason, difference, verdict, sentence)


def headers_left(dossier: Dossier) -> Decimal:
    """Give what the orders plan in charges and earlier invoices have not billed."""
    plan = _sums(charge for order in dossier.orders for charge in order.charges)
    before = _headers_earlier(dossier)
    return sum((max(ZERO, amount - before.get(code, ZERO)) for code, amount in plan.items()), ZERO)


def _left_on_lines(dossier: Dossier, used: dict[tuple[str, int], Sums]) -> Sums:
    """Give what the order lines plan and no line has billed: it may come at the foot of an invoice."""
    left: Sums = {}
    for order in dossier.orders:
        for on in order.lines:
            if on.charges:
                position = dossier.position(order, on)
                billed = used.get(position.key) or _billed_earlier(position)
                for code, amount in _sums(on.charges).items():
                    left[code] = left.get(code, ZERO) + max(ZERO, amount - billed.get(code, ZERO))
    return left


def _billed_earlier(position: Position) -> Sums:
    found: Sums = {}
    for invoice, line in position.movements.earlier:
        for charge in line.charges:
            found[charge.code] = found.get(charge.code, ZERO) + sign_of(invoice) * charge.amount
    return found


def _headers_earlier(dossier: Dossier) -> Sums:
    found: Sums = {}
    for invoice in dossier.earlier_of_orders():
        for charge in invoice.charges:
            found[charge.code] = found.get(charge.code, ZERO) + sign_of(invoice) * charge.amount
    return found


def _sums(found: Iterable[Charge]) -> Sums:
    sums: Sums = {}
    for charge in found:
        sums[charge.code] = sums.get(charge.code, ZERO) + charge.amount
    return sums
