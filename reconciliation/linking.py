"""Order lines proposed for billed lines that name none: ranked with their reasons, confirmed by a person.

Nothing is linked by itself. A confirmed link is kept with what spoke for it, is told on the case, and can be
taken back as long as the invoice is open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from . import cases, documents, reconcile
from .gathering import laid_out_orders
from .matching import facts
from .matching.proposals import Candidate, Proposal, Reference, propose, spread
from .matching.sentences import count
from .models import (
    Document,
    ExceptionCase,
    InvoiceLine,
    LineLink,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierInvoice,
)
from .roles import RESOLVE

UNLINKED = {"NOT_ON_ORDER", "AMBIGUOUS", "DESCRIPTION_ONLY"}
# These may bill several order lines in one; what is more than its order line may belong to another as well.
MAY_BE_SPLIT = {*UNLINKED, "OVER_ORDERED"}
MOST = 3
MOST_PARTS = 8
MOST_ORDERS = 200
MOST_REFERENCES = 500


class NotProposed(cases.CaseError):
    """What was to be confirmed is no longer proposed."""


class WrongParts(cases.CaseError):
    """A line cannot be split like that."""


@dataclass(frozen=True)
class Part:
    """So much of a billed line is this order line."""

    order: str
    order_line: int
    quantity: Decimal


@dataclass(frozen=True)
class Room:
    """An order line that a part of a billed line could be, and how much of it that would be."""

    order: str
    order_line: int
    what: str
    still_open: Decimal
    unit: str
    suggested: Decimal | None


def proposals(case: ExceptionCase) -> dict[int, list[Proposal]]:
    """Rank the order lines that each unlinked line of an open case could mean, the likeliest first."""
    lines = list(unlinked(case))
    if not lines or not case.is_open:
        return {}
    rank = _ranking(case)
    return {line.line: rank(line)[:MOST] for line in lines}


def _ranking(case: ExceptionCase) -> Callable[[InvoiceLine], list[Proposal]]:
    """Give what ranks the order lines that a line of this case could mean."""
    candidates, references = list(_candidates(case)), _references(case.invoice)

    def rank(line: InvoiceLine) -> list[Proposal]:
        return propose(_asked(line, case), candidates, currency=case.currency, references=references)

    return rank


def _references(invoice: SupplierInvoice) -> list[Reference]:
    """Learn the vendor's own numbers and words from what people linked before.

    Business Central keeps item references of vendors, but no API of its shows them.
    """
    links = LineLink.objects.filter(
        invoice__company=invoice.company_id, invoice__vendor_number=invoice.vendor_number, undone_at=None
    ).order_by("-pk")[:MOST_REFERENCES]
    ordered = PurchaseOrderLine.objects.filter(
        order__company=invoice.company_id, order__number__in={link.order_number for link in links}
    )
    items = {
        (number, line): item for number, line, item in ordered.values_list("order__number", "line", "item")
    }
    return [
        Reference(link.item, link.description, items.get((link.order_number, link.order_line), ""))
        for link in links
    ]


def splits(case: ExceptionCase) -> dict[InvoiceLine, list[Room]]:
    """Give the billed lines that could be split, and over which order lines, the likeliest first."""
    if not case.is_open:
        return {}
    lines = list(_found(case, MAY_BE_SPLIT))
    linked = {link.line for link in in_force(case)} if lines else set()
    lines = [line for line in lines if line.line not in linked]
    candidates = list(_candidates(case)) if lines else []
    offered = {line: _rooms(line, case, candidates) for line in lines}
    return {line: rooms for line, rooms in offered.items() if len(rooms) > 1}


def _rooms(line: InvoiceLine, case: ExceptionCase, candidates: list[Candidate]) -> list[Room]:
    by_key = {(each.order.number, each.line.line): each for each in candidates}
    likely = propose(
        _asked(line, case), candidates, currency=case.currency, references=_references(case.invoice)
    )
    ranked = [by_key[one.order, one.order_line] for one in likely][:MOST_PARTS]
    shares = spread(line.quantity, (each.still_open for each in ranked))
    comparable = all(each.line.unit in ("", line.unit) for each in ranked)
    return [
        Room(
            order=each.order.number,
            order_line=each.line.line,
            what=each.line.description or each.line.item,
            still_open=each.still_open,
            unit=each.line.unit,
            suggested=share if comparable and share else None,
        )
        for each, share in zip(ranked, shares, strict=True)
    ]


def unlinked(case: ExceptionCase) -> Iterable[InvoiceLine]:
    """Give the billed lines for which the judgement found no order line."""
    return _found(case, UNLINKED)


def _found(case: ExceptionCase, codes: Collection[str]) -> Iterable[InvoiceLine]:
    findings = case.decision.answer.get("findings", ())
    lost = {finding["line"] for finding in findings if finding["code"] in codes}
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
def split(
    case: ExceptionCase, *, by: User, line: int, parts: Sequence[Part], seen: str | None = None
) -> Sequence[LineLink]:
    """Link parts of a billed line to an order line each, and judge the invoice anew.

    Raises NotAllowed, NotProposed, WrongParts, StaleCase, WrongStatus.
    """
    case = cases.locked(case, by=by, permission=RESOLVE, seen=seen)
    offered = next(((row, rooms) for row, rooms in splits(case).items() if row.line == line), None)
    if offered is None:
        raise NotProposed(_("That line can no longer be split. Look at the case again."))
    whole, rooms = offered
    known = {(room.order, room.order_line) for room in rooms}
    if not known.issuperset((part.order, part.order_line) for part in parts):
        raise NotProposed(_("That order line is no longer proposed. Look at the proposals again."))
    _check_parts(whole, parts)
    words = _("split by hand")
    links = [
        LineLink(
            invoice=case.invoice,
            line=line,
            order_number=part.order,
            order_line=part.order_line,
            quantity=part.quantity,
            score=0,
            points=[words],
            by=by,
        )
        for part in parts
    ]
    documents.split_line(links)
    reconcile.judge([case.invoice])
    return links


def _check_parts(line: InvoiceLine, parts: Sequence[Part]) -> None:
    total = sum((part.quantity for part in parts), Decimal(0))
    if len({(part.order, part.order_line) for part in parts}) < max(2, len(parts)):
        raise WrongParts(_("Give a quantity for two order lines or more. For a single one, confirm it."))
    if any(part.quantity * line.quantity <= 0 for part in parts):
        raise WrongParts(_("Each part needs a quantity of the same sign as the billed line."))
    if total != line.quantity:
        raise WrongParts(
            _("The parts come to {total}, line {line} bills {billed}. Change a quantity.").format(
                total=count(total, line.unit), line=line.line, billed=count(line.quantity, line.unit)
            )
        )


@transaction.atomic
def undo(case: ExceptionCase, *, by: User, line: int, seen: str | None = None) -> LineLink:
    """Take back the link of a billed line, and judge the invoice anew.

    Raises NotAllowed, NotProposed, StaleCase, WrongStatus.
    """
    case = cases.locked(case, by=by, permission=RESOLVE, seen=seen)
    theirs = case.invoice.links.select_for_update().filter(undone_at=None)
    link = theirs.filter(Q(line=line) | Q(part_of=line)).order_by("pk").first()
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
    """Add up what is billed of these lines by others, or by hand, where that is in the order's own unit."""
    units = {(order.number, on.line): on.unit for order in orders for on in order.lines}
    rows = InvoiceLine.objects.filter(
        invoice__company=case.company,
        order_number__in={number for number, _ in units},
        order_line__isnull=False,
    ).exclude(Q(invoice=case.invoice, linked=False) | Q(invoice__status="rejected"))
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
