"""What was agreed beyond quantity and price: who bills, blanket limits, milestones and advances."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..amounts import billed_amount, retained_of, sign_of
from ..dossier import Dossier, Line
from ..exact import settle, shown
from ..facts import ZERO, Billing, Blanket, Invoice, InvoiceType, Level, Order
from ..findings import Code, Effect, Finding
from ..sentences import cash, day, joined
from .differences import plain_finding
from .orders import BILLING


def consignment(dossier: Dossier) -> Iterator[Finding]:
    """Goods on consignment are settled when they are used; nobody bills them."""
    theirs = [order.number for order in dossier.orders if order.billing == Billing.CONSIGNMENT]
    if theirs:
        yield plain_finding(
            Code.CONSIGNMENT,
            Effect.BLOCK,
            f"Order {joined(theirs)} is a consignment: it is settled when goods are used, and not billed.",
        )


def self_billed(dossier: Dossier) -> Iterator[Finding]:
    """What we settle from receipts by ourselves would be paid twice."""
    ours = [order.number for order in dossier.orders if order.billing == Billing.SELF_BILLED]
    if ours:
        yield plain_finding(
            Code.SELF_BILLED,
            Effect.BLOCK,
            f"We bill order {joined(ours)} ourselves from its receipts: this would pay the same goods twice.",
        )


def blanket(dossier: Dossier) -> Iterator[Finding]:
    """What is called off stays within the blanket order's value and period."""
    if dossier.invoice.type not in BILLING:
        return
    for order in dossier.orders:
        if order.limit:
            yield from _over_value(dossier, order, order.limit)
            yield from _out_of_period(dossier, order, order.limit)


def milestone(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """A milestone is billed at what was agreed for it, once and whole."""
    agreed = {step.name: step.amount for step in line.position.line.milestones}
    if not agreed or line.amount <= 0 or line.matched(Level.NONE):
        return
    name = line.billed.milestone
    same = [one for one in dossier.lines if _key(one) == _key(line) and one.amount > 0]
    if same[-1] is not line:
        return  # told once, on the last line of the step
    base = agreed.get(name or "", ZERO)
    before = _earlier_of_step(line, name) if name else ZERO
    actual = before + sum((one.amount for one in same), ZERO)
    if settle(actual - base):
        what = f"Milestone {name}" if name in agreed else f"“{name}” is no milestone" if name else None
        currency = dossier.currency
        sentence = (
            f"{what}: {cash(actual, currency)} billed in all, {cash(base, currency)} agreed."
            if what
            else f"{cash(actual, currency)} billed for no milestone; agreed are {joined(agreed)}."
        )
        yield _money(Code.MILESTONE, base, actual, sentence, line=line.number, subject=name)


def advance(dossier: Dossier) -> Iterator[Finding]:
    """No more is set off than was paid in advance and not yet set off, nor than is to be paid now."""
    now = dossier.invoice.advance or ZERO
    if now <= 0:
        return
    paid, used = _advances(dossier)
    if settle(used + now - paid) > 0:
        currency = dossier.currency
        earlier = f" after {cash(used, currency)} before" if used else ""
        sentence = (
            f"{cash(now, currency)} of an advance set off{earlier}, {cash(paid, currency)} paid in advance."
        )
        yield _money(Code.PREPAYMENT, paid, used + now, sentence)
    yield from _more_than_to_be_paid(dossier, now)


def _more_than_to_be_paid(dossier: Dossier, now: Decimal) -> Iterator[Finding]:
    invoice = dossier.invoice
    to_be_paid = (invoice.total or ZERO) - retained_of(invoice)
    if invoice.type == InvoiceType.INVOICE and settle(now - to_be_paid) > 0:
        currency = dossier.currency
        sentence = (
            f"{cash(now, currency)} of an advance set off, and only {cash(to_be_paid, currency)}"
            " are to be paid on this invoice."
        )
        yield _money(Code.PREPAYMENT, to_be_paid, now, sentence, subject="invoice")


def _over_value(dossier: Dossier, order: Order, limit: Blanket) -> Iterator[Finding]:
    if limit.amount is None or not dossier.order_currency_agrees(order):
        return
    before = sum((dossier.billed_earlier(dossier.position(order, on)).amount for on in order.lines), ZERO)
    now = sum((line.amount for line in dossier.lines if line.position.order is order), ZERO)
    actual = before + now
    if settle(actual - limit.amount) > 0:
        currency = dossier.currency
        sentence = (
            f"{cash(actual, currency)} billed in all on order {order.number},"
            f" of which {cash(limit.amount, currency)} may be called off."
        )
        yield _money(Code.BLANKET, limit.amount, actual, sentence, subject="value")


def _out_of_period(dossier: Dossier, order: Order, limit: Blanket) -> Iterator[Finding]:
    dated = dossier.invoice.date
    early = dated and limit.from_date and dated < limit.from_date
    late = dated and limit.to_date and dated > limit.to_date
    if early or late:
        runs = f"from {day(limit.from_date)}" if early else f"until {day(limit.to_date)}"
        sentence = f"Order {order.number} runs {runs}, and the invoice is of {day(dated)}."
        yield plain_finding(Code.BLANKET, Effect.BLOCK, sentence, subject="period")


def _key(line: Line) -> tuple[tuple[str, int], str | None]:
    return line.position.key, line.billed.milestone


def _earlier_of_step(line: Line, name: str) -> Decimal:
    return sum(
        (
            sign_of(invoice) * billed_amount(row)
            for invoice, row in line.position.movements.earlier
            if row.milestone == name
        ),
        ZERO,
    )


def _advances(dossier: Dossier) -> tuple[Decimal, Decimal]:
    """Give what was paid in advance on these orders, and what was set off of it before."""
    numbers = {order.number for order in dossier.orders}
    paid = used = ZERO
    for earlier in dossier.earlier:
        if not numbers & {earlier.order, *(line.order for line in earlier.lines)}:
            continue
        if earlier.type == InvoiceType.PREPAYMENT:
            paid += _converted(dossier, earlier, earlier.total or ZERO)
        else:
            used += _converted(dossier, earlier, earlier.advance or ZERO)
    return paid, used


def _converted(dossier: Dossier, earlier: Invoice, amount: Decimal) -> Decimal:
    """Bring an earlier amount to this invoice's currency; without a rate nothing was paid."""
    converted = dossier.rates.between(amount, earlier.currency, dossier.invoice.currency, dossier.order_date)
    return converted or ZERO


def _money(
    code: Code,
    base: Decimal,
    actual: Decimal,
    sentence: str,
    *,
    line: int | None = None,
    subject: str | None = None,
) -> Finding:
    variance = settle(actual - base)
    return Finding(
        code,
        Effect.BLOCK,
        sentence,
        line=line,
        subject=subject,
        base=shown(base),
        actual=shown(actual),
        variance=shown(variance),
        percent=shown(variance * 100 / abs(base)) if base else None,
        amount=shown(variance),
    )
