"""Which order lines billed lines mean: proposed with reasons, confirmed by hand, covered by receipts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import linking, roles
from reconciliation.in_words import point_in_words
from reconciliation.matching import case_from
from reconciliation.matching.allocation import Share, allocate
from reconciliation.matching.proposals import Proposal
from reconciliation.models import ExceptionCase, InvoiceLine, LineLink

from . import figures


@dataclass(frozen=True)
class Offered:
    """A proposed order line, with what speaks for it."""

    order: str
    order_line: int
    title: str
    reasons: list[str]
    score: int


@dataclass(frozen=True)
class Unlinked:
    """A billed line that no order line answers to, and what it could mean."""

    line: int
    title: str
    offers: list[Offered]


@dataclass(frozen=True)
class Portion:
    """An order line that a part of a billed line could be, with the quantity that is suggested."""

    order: str
    order_line: int
    title: str
    suggested: str


@dataclass(frozen=True)
class Splittable:
    """A billed line that several order lines could be in together."""

    line: int
    title: str
    unit: str
    portions: list[Portion]


@dataclass(frozen=True)
class Linked:
    """A billed line that a person linked."""

    line: int
    sentence: str
    reasons: str


@dataclass(frozen=True)
class Covered:
    """What receipts cover of a billed line, the oldest first."""

    line: int
    parts: list[str]
    is_short: bool


def links(shown: ExceptionCase, user: User) -> dict[str, Any]:
    """Give what the page says of links, and whether this person may change them."""
    proposed = linking.proposals(shown)
    return {
        "unlinked": [
            _unlinked(line, proposed[line.line], shown.currency)
            for line in (linking.unlinked(shown) if proposed else ())
        ],
        "splittable": [_splittable(line, rooms) for line, rooms in linking.splits(shown).items()],
        "linked": [_linked(link, user) for link in linking.in_force(shown)],
        "may_link": shown.is_open and user.has_perm(roles.RESOLVE),
    }


def coverage(shown: ExceptionCase) -> list[Covered]:
    """Tell which receipts the judged lines were taken from."""
    if "lines" not in shown.decision.question.get("invoice", {}):
        return []
    shares: dict[int, list[Share]] = {}
    for share in allocate(case_from(shown.decision.question)):
        shares.setdefault(share.line, []).append(share)
    return [
        Covered(line, [_part(share) for share in found], any(not share.receipt for share in found))
        for line, found in shares.items()
    ]


def _unlinked(line: InvoiceLine, proposed: list[Proposal], currency: str) -> Unlinked:
    what = " ".join(part for part in (line.item, line.description) if part) or _("no item, no text")
    billed = figures.quantity(line.quantity, line.unit)
    price = figures.money(line.unit_price, currency)
    return Unlinked(
        line=line.line,
        title=_("Line {line} bills {billed} of “{what}” at {price}").format(
            line=line.line, billed=billed, what=what, price=price
        ),
        offers=[_offered(proposal) for proposal in proposed],
    )


def _offered(proposal: Proposal) -> Offered:
    what = proposal.description or proposal.item
    title = _("{order} line {line}").format(order=proposal.order, line=proposal.order_line)
    return Offered(
        order=proposal.order,
        order_line=proposal.order_line,
        title=f"{title}: {what}" if what else title,
        reasons=[f"{point_in_words(point.words)} (+{point.weight})" for point in proposal.points],
        score=proposal.score,
    )


def _splittable(line: InvoiceLine, rooms: list[linking.Room]) -> Splittable:
    title = _("Split line {line} over several order lines").format(line=line.line)
    return Splittable(line.line, title, line.unit, [_portion(room) for room in rooms])


def _portion(room: linking.Room) -> Portion:
    title = _("{order} line {line}: {what}, {open} open").format(
        order=room.order,
        line=room.order_line,
        what=room.what,
        open=figures.quantity(max(room.still_open, Decimal(0)), room.unit),
    )
    suggested = "" if room.suggested is None else f"{room.suggested.normalize():f}"
    return Portion(room.order, room.order_line, title, suggested)


def _linked(link: LineLink, user: User) -> Linked:
    return Linked(
        line=link.line,
        sentence=_("{line} is {order} line {order_line}. {who} said so {when}.").format(
            line=_which(link),
            order=link.order_number,
            order_line=link.order_line,
            who=figures.person(link.by, user),
            when=figures.moment(link.at),
        ),
        reasons=", ".join(point_in_words(each) for each in link.points),
    )


def _which(link: LineLink) -> str:
    if link.part_of is None or link.quantity is None:
        return _("Line {line}").format(line=link.line)
    return _("{quantity} of line {whole} (line {line} here)").format(
        quantity=figures.quantity(link.quantity), whole=link.part_of, line=link.line
    )


def _part(share: Share) -> str:
    quantity = figures.quantity(Decimal(share.quantity), share.unit)
    if not share.receipt:
        return _("{quantity} covered by no receipt").format(quantity=quantity)
    if share.date is None:
        return _("{quantity} from {receipt}").format(quantity=quantity, receipt=share.receipt)
    day = figures.short_day(share.date, timezone.localdate())
    return _("{quantity} from {receipt} of {day}").format(quantity=quantity, receipt=share.receipt, day=day)
