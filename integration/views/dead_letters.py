"""Dead letters: what Business Central refused or never took, by its cause, and the way back into line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import doubles
from integration.desk import care, groups
from integration.desk.asking import Question, page
from integration.models import Cause, DocumentKind, DoubledDocument, Message, ReplayJob
from masterdata.models import Company
from reconciliation.roles import REPLAY, SEE_MESSAGES, refusal
from reconciliation.views import workplace


@require_safe
@workplace.needs(SEE_MESSAGES)
def dead_letters(request: HttpRequest) -> HttpResponse:
    """List why messages are stuck: a cause for each thing that a person can mend; and what is there twice."""
    return _desk(request)


def _desk(
    request: HttpRequest, *, problem: str = "", tried: int | None = None, status: int = 200
) -> HttpResponse:
    company = workplace.company(request)
    user: Any = request.user
    may_settle = user.has_perm(REPLAY)
    found = groups.of_company(company, timezone.now()) if company else []
    running = ReplayJob.objects.filter(company=company).exclude(state=ReplayJob.State.DONE)
    context = {
        "company": company,
        "groups": [group for group in found if not group.is_quiet],
        "quiet": [group for group in found if group.is_quiet],
        "total": sum(group.count for group in found),
        "unfiled": groups.unfiled(company) if company else 0,
        "replays": running.select_related("by").order_by("-pk"),
        "doubled": groups.doubled(company) if company else [],
        "may_settle": may_settle,
        "refusal": "" if may_settle else refusal(user, REPLAY),
        "problem": problem,
        "tried": tried,
        "given": request.POST,
    }
    return render(request, "integration/dead_letters.html", context, status=status)


@workplace.takes_posts("dead-letters")
@workplace.needs(REPLAY)
def settle_doubled(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which of several documents in Business Central stays; what was held back for it goes on."""
    here = DoubledDocument.objects.filter(company=workplace.company(request))
    user: Any = request.user
    form = request.POST
    try:
        doubles.settle(
            get_object_or_404(here, pk=pk),
            kept=form.get("kept", ""),
            by=user,
            reason=form.get("reason", ""),
            is_certain=form.get("certain") == "on",
        )
    except doubles.DoublesError as error:
        return _desk(request, problem=str(error), tried=pk, status=422)
    messages.success(request, _("Settled. What was held back goes on."))
    return redirect("dead-letters")


@require_safe
@workplace.needs(SEE_MESSAGES)
def stuck_messages(request: HttpRequest) -> HttpResponse:
    """List stuck messages, the longest failing first."""
    company = workplace.company(request)
    if company is None:
        return redirect("dead-letters")
    return render(
        request, "integration/stuck_messages.html", _list(request, company, Question.of(request.GET))
    )


@require_safe
@workplace.needs(SEE_MESSAGES)
def cause(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one cause: what to do, whose it is, its history and its messages."""
    return _cause_page(request, _cause(request, pk))


@workplace.takes_posts("dead-letter-cause", "pk")
@workplace.needs(REPLAY)
def care_for(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Assign a cause or put it aside; what is refused is said on its page."""
    deed = DEEDS.get(action)
    if deed is None:
        raise Http404
    user: Any = request.user
    try:
        deed(_cause(request, pk), user, request.POST)
    except care.CareError as error:
        return _cause_page(request, _cause(request, pk), problem=str(error), status=422)
    messages.success(request, _("Noted."))
    return redirect("dead-letter-cause", pk=pk)


def _assign(chosen: Cause, by: User, form: QueryDict) -> None:
    care.assign(chosen, to=form.get("owner", ""), by=by, reason=form.get("reason", ""))


def _snooze(chosen: Cause, by: User, form: QueryDict) -> None:
    care.snooze(chosen, until=_moment(form.get("until", "")), by=by, reason=form.get("reason", ""))


def _ignore(chosen: Cause, by: User, form: QueryDict) -> None:
    care.ignore(chosen, by=by, reason=form.get("reason", ""))


def _wake(chosen: Cause, by: User, form: QueryDict) -> None:
    care.wake_up(chosen, by=by)


DEEDS: dict[str, Callable[[Cause, User, QueryDict], None]] = {
    "assign": _assign,
    "snooze": _snooze,
    "ignore": _ignore,
    "wake": _wake,
}


def _moment(written: str) -> datetime | None:
    try:
        found = parse_datetime(written)
    except ValueError:
        return None
    return timezone.make_aware(found) if found and timezone.is_naive(found) else found


def _cause(request: HttpRequest, pk: int) -> Cause:
    here = Cause.objects.filter(company=workplace.company(request))
    found: Cause = get_object_or_404(here.select_related("company", "owner"), pk=pk)
    return found


def _cause_page(request: HttpRequest, shown: Cause, *, problem: str = "", status: int = 200) -> HttpResponse:
    asked = request.GET.copy()
    asked["cause"] = str(shown.pk)
    context = _list(request, shown.company, Question.of(asked)) | {
        "cause": shown,
        "group": groups.of_cause(shown, timezone.now()),
        "owners": care.owners(),
        "owner": care.owner_of(shown),
        "notes": shown.notes.order_by("-pk")[:20],
        "jobs": shown.jobs.select_related("by").order_by("-pk")[:5],
        "problem": problem,
        "given": request.POST,
    }
    return render(request, "integration/dead_letter_cause.html", context, status=status)


def _list(request: HttpRequest, company: Company, asked: Question) -> dict[str, Any]:
    user: Any = request.user
    may = user.has_perm(REPLAY)
    found = asked.stuck(company)
    return {
        "company": company,
        "asked": asked,
        "kinds": DocumentKind.choices,
        "count": found.count(),
        "page": page(found, request.GET.get("after", "")),
        "query": asked.address(),
        "here": request.get_full_path(),
        "may_replay": may,
        "refusal": "" if may else refusal(user, REPLAY),
    }


@require_safe
@workplace.needs(SEE_MESSAGES)
def of_document(request: HttpRequest, kind: str, document_id: int) -> HttpResponse:
    """Go to the latest message of a document; another company's is not there."""
    found = Message.objects.for_document(kind, document_id).order_by("-pk").first()
    if found is None:
        messages.info(request, _("Nothing of this document goes to Business Central."))
        return redirect("home")
    if found.company != workplace.company(request):
        raise Http404
    return redirect("message", pk=found.pk)
