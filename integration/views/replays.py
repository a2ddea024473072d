"""Replays: tried before they begin, watched while they run, and stopped when it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration.desk import replaying, trying
from integration.desk.asking import Question
from integration.models import Cause, ReplayJob
from masterdata.models import Company
from reconciliation.roles import REPLAY, SEE_MESSAGES
from reconciliation.views import workplace


@require_safe
@workplace.needs(REPLAY)
def prepare(request: HttpRequest) -> HttpResponse:
    """Say what a replay of these messages would come to, and at which rate it may go."""
    asked = Question.of(request.GET)
    if "ticked" in request.GET and not asked.chosen:  # none ticked must not become all of them
        messages.warning(request, _("Tick the messages first."))
        return workplace.back_to(request, request.GET["ticked"], reverse("stuck-messages"))
    return _prepared(request, asked)


@workplace.takes_posts("dead-letters")
@workplace.needs(REPLAY)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a replay; what another one holds already is said."""
    asked = Question.of(QueryDict(request.POST.get("shown", "")))
    company = _company(request)
    user: Any = request.user
    rate = request.POST.get("rate", "")
    try:
        job = replaying.start(
            company,
            asked.stuck(company).values_list("pk", flat=True),
            by=user,
            reason=request.POST.get("reason", ""),
            per_minute=int(rate) if rate.isdecimal() and len(rate) < 6 else 0,
            what=_what(company, asked),
            cause=_cause(company, asked),
            remap=request.POST.get("remap") == "on",
        )
    except replaying.ReplayError as error:
        return _prepared(request, asked, problem=str(error), status=422)
    return redirect("replay", pk=job.pk)


@require_safe
@never_cache
@workplace.needs(SEE_MESSAGES)
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a replay is, and what it could not send."""
    job = _job(request, pk)
    user: Any = request.user
    context = {
        "job": job,
        "progress": replaying.progress(job),
        "refused": job.items.filter(state="refused").select_related("message").order_by("pk")[:50],
        "may_replay": user.has_perm(REPLAY),
    }
    return render(request, "integration/replay.html", context)


@workplace.takes_posts("replay", "pk")
@workplace.needs(REPLAY)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Stop a replay, let it go on, or close it."""
    job = _job(request, pk)
    user: Any = request.user
    deeds: dict[str, Callable[[], None]] = {
        "stop": lambda: replaying.stop(job, by=user),
        "continue": lambda: replaying.go_on(job),
        "close": lambda: replaying.close(job, by=user),
    }
    workplace.do_by_name(request, action, deeds, refused=replaying.ReplayError)
    return redirect("replay", pk=pk)


def _prepared(request: HttpRequest, asked: Question, *, problem: str = "", status: int = 200) -> HttpResponse:
    company = _company(request)
    found = asked.stuck(company)
    tried = found.select_related("company", "cause")[: trying.MOST]
    context = {
        "what": _what(company, asked),
        "count": found.count(),
        "trial": trying.try_out(tried),
        "rates": replaying.RATES,
        "query": asked.address(),
        "problem": problem,
        "given": request.POST,
        "cause": _cause(company, asked),
    }
    return render(request, "integration/replay_prepare.html", context, status=status)


def _what(company: Company, asked: Question) -> str:
    cause = _cause(company, asked)
    told = str(cause) if cause else "stuck messages"
    return f"{told}, filtered" if asked.is_narrowed else told


def _cause(company: Company, asked: Question) -> Cause | None:
    key: Any = asked.cause or 0
    found: Cause | None = Cause.objects.filter(company=company, pk=key).first()
    return found


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company


def _job(request: HttpRequest, pk: int) -> ReplayJob:
    here = ReplayJob.objects.filter(company=workplace.company(request))
    job: ReplayJob = get_object_or_404(here.select_related("by", "cause"), pk=pk)
    return job
