"""How far judging has come: what waits, how much was done in the last minute, and how long the rest takes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation.models import MatchDecision, SupplierInvoice
from reconciliation.roles import SEE_RULES

from . import workplace

PACE = datetime.timedelta(minutes=1)
LOOKED_AT = 5000  # of the latest judgements; who is faster has a better pace than is told
LONGEST_NUMBER = 9  # digits


@dataclass(frozen=True)
class Run:
    """Invoices that wait to be judged, of how many (0: not told), and the pace of the last minute."""

    waiting: int
    of: int
    pace: int

    @property
    def percent(self) -> int:
        return 100 * (self.of - self.waiting) // self.of if self.of else 0

    @property
    def minutes_left(self) -> int:
        return -(-self.waiting // self.pace) if self.pace else 0


@require_safe
@never_cache
@workplace.needs(SEE_RULES)
def judging(request: HttpRequest) -> HttpResponse:
    """Show how far a run is that somebody or the night began; `of` says how many there were then."""
    company = workplace.company(request)
    if company is None:
        return render(request, "desk/judging.html", {"empty": "no_company"})
    asked = request.GET.get("of", "")
    of = int(asked) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 0
    return render(request, "desk/judging.html", {"run": how_far(company, of), "of": of})


def waiting_in(company: Company) -> int:
    """Count the invoices that wait to be judged."""
    return SupplierInvoice.objects.due_for_matching().filter(company=company).count()


def how_far(company: Company, of: int) -> Run:
    waiting = waiting_in(company)
    latest = MatchDecision.objects.filter(invoice__company=company).order_by("-pk")[:LOOKED_AT]
    since = timezone.now() - PACE
    pace = sum(at >= since for at in latest.values_list("decided_at", flat=True))
    return Run(waiting, of if of >= waiting else 0, pace)
