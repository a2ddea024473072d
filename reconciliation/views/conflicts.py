"""The page of duties that are to be kept apart, and of those who could do both, or did."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reconciliation import roles, segregation
from reconciliation.models import DutyConflict
from reconciliation.people import called
from reconciliation.views import workplace

LATEST_GONE = 20


@dataclass(frozen=True)
class Line:
    conflict: DutyConflict
    name: str
    title: str


@require_safe
@workplace.needs(roles.SEE_CHANGES)
def conflicts(request: HttpRequest) -> HttpResponse:
    """Show what the latest report found, what is over, and the rules it goes by."""
    rows = DutyConflict.objects.select_related("person")
    context = {
        "standing": [_line(each) for each in rows.standing().order_by("-uses", "pk")],
        "gone": [_line(each) for each in rows.exclude(gone_at=None).order_by("-gone_at")[:LATEST_GONE]],
        "rules": [rule.title for rule in segregation.RULES.values()],
    }
    return render(request, "desk/conflicts.html", context)


def _line(conflict: DutyConflict) -> Line:
    rule = segregation.RULES.get(conflict.kind)
    return Line(conflict, called(conflict.person), str(rule.title if rule else conflict.kind))
