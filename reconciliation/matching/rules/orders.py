"""The order: may it be billed, and is each line on it."""

from __future__ import annotations

from collections.abc import Iterator

from ..amounts import stated_amount
from ..dossier import Dossier
from ..exact import shown
from ..facts import ZERO, BeforeReceipt, InvoiceLine, InvoiceType, OrderState
from ..findings import Code, Effect, Finding
from ..links import Link
from ..sentences import cash, day, joined
from .differences import plain_finding

BILLING = (InvoiceType.INVOICE, InvoiceType.PREPAYMENT)


def closed(dossier: Dossier) -> Iterator[Finding]:
    """The order is not closed or cancelled; a credit may still come to one that is."""
    shut = [o for o in dossier.orders if o.state in (OrderState.CLOSED, OrderState.CANCELLED)]
    if shut and dossier.invoice.type in BILLING:
        named = joined(f"{order.number} is {order.state}" for order in shut)
        yield plain_finding(
            Code.ORDER_CLOSED, Effect.BLOCK, f"Order {named}. Reopen it, or give a new order."
        )


def not_approved(dossier: Dossier) -> Iterator[Finding]:
    """The order is approved."""
    waiting = [order for order in dossier.orders if order.state == OrderState.UNAPPROVED]
    if waiting and dossier.invoice.type in BILLING:
        named = joined(f"{order.number} (version {order.version})" for order in waiting)
        yield plain_finding(Code.ORDER_NOT_APPROVED, Effect.BLOCK, f"Order {named} is not approved.")


def before_order(dossier: Dossier) -> Iterator[Finding]:
    """The invoice is not older than its order; where it is, the company warns or holds."""
    if dossier.invoice.type not in BILLING or dossier.invoice.date is None:
        return
    late = [order for order in dossier.orders if order.date and dossier.invoice.date < order.date]
    holds = dossier.options.invoice_before_order == BeforeReceipt.BLOCK
    if late:
        named = joined(f"{order.number} of {day(order.date)}" for order in late)
        yield plain_finding(
            Code.INVOICE_BEFORE_ORDER,
            Effect.BLOCK if holds else Effect.WARN,
            f"The invoice of {day(dossier.invoice.date)} is older than order {named}.",
        )


def unlinked(dossier: Dossier) -> Iterator[Finding]:
    """Every line is found on an order; the others count in the totals only."""
    for line in dossier.sorted_lines:
        link = dossier.links.get(line.line)
        if link and link.problem:
            yield _unlinked(dossier, line, link)


def _unlinked(dossier: Dossier, line: InvoiceLine, link: Link) -> Finding:
    amount = shown(stated_amount(line))
    matched = link.problem == Code.DESCRIPTION_ONLY and link.target is not None
    return Finding(
        code=link.problem or Code.NOT_ON_ORDER,
        effect=Effect.WARN if matched else Effect.BLOCK,
        sentence=_why(dossier, line, link),
        line=line.line,
        base=ZERO,
        actual=amount,
        variance=amount,
        amount=amount,
    )


def _why(dossier: Dossier, line: InvoiceLine, link: Link) -> str:
    what = line.item or f"“{line.description}”" if line.item or line.description else "no item"
    named = line.order or dossier.invoice.order
    bills = f"Line {line.line} bills {what} for {cash(stated_amount(line), dossier.currency)}"
    could_be = joined(f"{order.number} line {on.line}" for order, on in link.candidates)
    if link.problem == Code.AMBIGUOUS:
        return f"{bills}; it could be order {could_be}. Choose one."
    if link.problem == Code.DESCRIPTION_ONLY:
        if link.target:
            order, on = link.target
            return f"{bills} without an item; by its amount it is order {order.number} line {on.line}."
        return f"{bills} without an item or order line, and no accepted confirmation has just that amount."
    if link.candidates:
        return f"{bills}; order {could_be} is item {link.candidates[0][1].item}."
    if named:
        return f"{bills}; there is no such line on order {named}."
    return f"{bills} and names no order."
