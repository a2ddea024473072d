"""Proposals that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reconciliation import cases
from reconciliation.models import ExceptionCase, Resolution
from reconciliation.roles import APPROVE, SEE_CASES, refusal

from . import figures, workplace
from .case_findings import stake_in_words
from .rows import Row, rows

MOST = 200


@dataclass(frozen=True)
class Proposal:
    row: Row
    by: str
    at: str
    reason: str
    at_stake: str
    is_own: bool


@require_safe
@workplace.needs(SEE_CASES)
def approvals(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    company = workplace.company(request)
    waiting = (
        Resolution.objects.filter(
            case__company=company, case__status=ExceptionCase.Status.PROPOSED, state=Resolution.State.PROPOSED
        )
        .select_related("by", "case__owner")
        .prefetch_related("case__findings")
        .order_by("at", "pk")[:MOST]
    )
    proposals = [
        Proposal(
            row=row,
            by=figures.person(resolution.by, user),
            at=figures.moment(resolution.at),
            reason=resolution.reason,
            at_stake=stake_in_words(resolution.case, cases.blocking(resolution.case.findings.all())),
            is_own=resolution.by_id == user.pk,
        )
        for resolution, row in zip(
            waiting, rows([r.case for r in waiting], user, "tab=approval"), strict=True
        )
    ]
    may_approve = user.has_perm(APPROVE)
    return render(
        request,
        "desk/approvals.html",
        {
            "proposals": proposals,
            "may_approve": may_approve,
            "refusal": "" if may_approve else refusal(user, APPROVE),
        },
    )
