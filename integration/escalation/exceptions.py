"""Exceptions that wait for too long, gathered by whom they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Min, Q
from django.urls import reverse

from integration.models import EscalationRule
from integration.models.escalation import Subject
from masterdata.models import Company
from reconciliation.models import ExceptionCase
from reconciliation.people import called
from reconciliation.roles import AP_APPROVER, AP_CLERK

from .found import Found

NOBODY, APPROVAL = "nobody", "approval"
# Enough to say that it is much; the oldest come first.
MOST = 5000
Status = ExceptionCase.Status


@dataclass
class Pile:
    """What waits for one person, for anybody, or for an approver."""

    cases: list[ExceptionCase] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        oldest = self.cases[0]
        vendor = oldest.vendor_name or oldest.vendor_number
        return f"{_with(oldest)}; the oldest is {oldest.invoice_number} of {vendor}"

    def worth(self, company: Company) -> Decimal | None:
        """Add up what is in ledger currency; other currencies are never added to it."""
        sums = [case.amount for case in self.cases if case.currency == company.ledger_currency]
        return sum(sums, Decimal(0)) if sums else None


def that_wait(company: Company, now: datetime) -> Iterator[Found]:
    """Exceptions that nobody has decided for as long as a rule says; those put aside until a day are not."""
    for whose, pile in _piles(company, now):
        yield Found(
            subject=Subject.CASES,
            cause=whose,
            sentence=pile.sentence,
            count=len(pile.cases),
            since=pile.cases[0].opened_at,
            query=address(whose),
            worth=pile.worth(company),
        )


def address(whose: str) -> str:
    """Give where a pile is listed."""
    asked = {"tab": "approval"} if whose == APPROVAL else {"tab": "open", "owner": whose}
    return f"{reverse('worklist')}?{urlencode(asked)}"


def reader(whose: str) -> tuple[User | None, str]:
    """Give whose a pile is, and the role that hears of it in their place."""
    if whose == APPROVAL:
        return None, AP_APPROVER
    return User.objects.filter(username=whose, is_active=True).first(), AP_CLERK


def _piles(company: Company, now: datetime) -> Iterator[tuple[str, Pile]]:
    """Give what is as old as the first rule asks for, by the name of whom it waits for."""
    rules = EscalationRule.objects.filter(Q(company=None) | Q(company=company), subject=Subject.CASES)
    age = rules.filter(enabled=True).aggregate(first=Min("after_minutes"))["first"]
    if age is None:
        return
    old = ExceptionCase.objects.of(company).filter(
        closed_at=None, opened_at__lte=now - timedelta(minutes=age), status__in=[Status.OPEN, Status.PROPOSED]
    )
    gathered: dict[str, Pile] = {}
    for case in old.select_related("owner").order_by("opened_at", "pk")[:MOST]:
        gathered.setdefault(_whose(case), Pile()).cases.append(case)
    yield from sorted(gathered.items())


def _whose(case: ExceptionCase) -> str:
    if case.status == Status.PROPOSED:
        return APPROVAL
    return case.owner.get_username() if case.owner else NOBODY


def _with(case: ExceptionCase) -> str:
    if case.status == Status.PROPOSED:
        return "They wait for approval"
    if case.owner is None:
        return "They are nobody's yet"
    return f"They are with {called(case.owner)}"
