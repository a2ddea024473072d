"""Order lines proposed for billed lines that name none: ranked with their reasons, confirmed by a person.

Nothing is linked by itself. A confirmed link is kept with what spoke for it, is told on the case, and can be
taken back as long as the invoice is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from . import cases, documents, reconcile
from .gathering import laid_out_orders
from .matching import facts
from .matching.proposals import Candidate, Proposal, propose
from .models import Document, ExceptionCase, InvoiceLine, LineLink, PurchaseOrder
from .roles import RESOLVE

UNLINKED = {"NOT_ON_ORDER", "AMBIGUOUS", "DESCRIPTION_ONLY"}
MOST = 3
MOST_ORDERS = 200


class NotProposed(cases.CaseError):
    """What was to be confirmed is no longer proposed."""


def proposals(case: ExceptionCase) -> dict[int, list[Proposal]]:
    """Rank the order lines that each unlinked line of an open case could mean, the likeliest first."""
    lines = list(unlinked(case))
    if not lines or not case.is_open:
        return {}
    candidates = list(_candidates(case))
    return {
        line.line: propose(_asked(line, case), candidates, currency=case.currency)[:MOST] for line in lines
    }


def unlinked(case: ExceptionCase) -> Iterable[InvoiceLine]:
    """Give the billed lines for which the judgement found no order line."""
    lost = {
        finding["line"] for finding in case.decision.answer.get("findings", ()) if finding["code"] in UNLINKED
    }
    return case.invoice.lines.filter(line__in=lost - {None}).order_by("line")


def in_force(case: ExceptionCase) -> Iterable[LineLink]:
    return case.invoice.links.filter(undone_at=None).select_related("by").order_by("line")


@transaction.atomic
def confirm(
    case: ExceptionCase, *, by: User, line: int, order: str, order_line: int, seen: str | None = None
) -> LineLink:
    """Link a billed line to the order line that was proposed for it, and judge the invoice anew.

    Raises NotAllowed, NotProposed, StaleCase, WrongStatus.
    """
    case = cases.locked(case, by=by, permission=RESOLVE, seen=seen)
    chosen = next(
        (
            proposal
            for proposal in proposals(case).get(line, ())
            if (proposal.order, proposal.order_line) == (order, order_line)
        ),
        None,
    )
    if chosen is None:
        raise NotProposed(_("That order line is no longer proposed. Look at the proposals again."))
    link = documents.link_line(
        LineLink(
            invoice=case.invoice,
            line=line,
            order_number=order,
            order_line=order_line,
            score=chosen.score,
            points=[point.words for point in chosen.points],
            by=by,
        )
    )
    reconcile.judge([case.invoice])
    return link


@transaction.atomic
def undo(case: ExceptionCase, *, by: User, line: int, seen: str | None = None) -> LineLink:
    """Take back the link of a billed line, and judge the invoice anew.

    Raises NotAllowed, NotProposed, StaleCase, WrongStatus.
    """
    case = cases.locked(case, by=by, permission=RESOLVE, seen=seen)
    link = case.invoice.links.select_for_update().filter(line=line, undone_at=None).first()
    if link is None:
        raise NotProposed(_("This line is not linked by hand any more."))
    documents.unlink_line(link, by=by)
    reconcile.judge([case.invoice])
    return link


def _candidates(case: ExceptionCase) -> Iterable[Candidate]:
    """Give every line of the orders that the invoice names and of the vendor's open ones."""
    invoice = case.invoice
    named = {invoice.order_number, *invoice.lines.values_list("order_number", flat=True)} - {""}
    theirs = Q(vendor_number=invoice.vendor_number, state=PurchaseOrder.State.OPEN)
    rows = (
        PurchaseOrder.objects.filter(Q(number__in=named) | theirs, company=case.company)
        .exclude(status=Document.Status.CANCELLED)
        .order_by("-order_date", "-pk")[:MOST_ORDERS]
    )
    orders = laid_out_orders(list(rows))
    billed = _billed(orders, case)
    for order in orders:
        for on in order.lines:
            yield Candidate(order, on, on.quantity - billed.get((order.number, on.line), Decimal(0)))


def _billed(orders: Iterable[facts.Order], case: ExceptionCase) -> dict[tuple[str, int], Decimal]:
    """Add up what other invoices bill of these lines, where they do in the order's own unit."""
    units = {(order.number, on.line): on.unit for order in orders for on in order.lines}
    rows = InvoiceLine.objects.filter(
        invoice__company=case.company,
        order_number__in={number for number, _ in units},
        order_line__isnull=False,
    ).exclude(Q(invoice=case.invoice) | Q(invoice__status="rejected"))
    found: dict[tuple[str, int], Decimal] = {}
    for number, line, unit, quantity, kind in rows.values_list(
        "order_number", "order_line", "unit", "quantity", "invoice__type"
    ):
        key = (number, line or 0)
        if unit in ("", units.get(key)):
            found[key] = found.get(key, Decimal(0)) + (-quantity if kind == "credit_memo" else quantity)
    return found


def _asked(line: InvoiceLine, case: ExceptionCase) -> facts.InvoiceLine:
    return facts.InvoiceLine(
        line=line.line,
        order=line.order_number or case.invoice.order_number or None,
        item=line.item,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        price_base=line.price_base,
        amount=line.amount,
    )
