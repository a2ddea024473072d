"""Dead letters: what Business Central refused or never took, by error, and the way back into line."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from integration import dashboard, outbox
from integration.models import DocumentKind, Message
from masterdata.models import Company
from reconciliation.roles import REPLAY, SEE_MESSAGES
from reconciliation.views import workplace

PAGE_ROWS = 50
MANY = 500
SHOWN_REFUSALS = 10


@require_safe
@workplace.needs(SEE_MESSAGES)
def dead_letters(request: HttpRequest) -> HttpResponse:
    """List what is stuck, by group, the longest failing first."""
    company = workplace.company(request)
    context = _answer(request, company) if company else {"groups": [], "total": 0}
    return render(
        request,
        "integration/dead_letters.html",
        {"may_replay": request.user.has_perm(REPLAY), **context},  # type: ignore[union-attr]
    )


@require_POST
@workplace.needs(REPLAY)
def retry_messages(request: HttpRequest) -> HttpResponse:
    """Put the ticked messages in line again, and tell apart what went through and what did not."""
    user: Any = request.user
    keys = [int(key) for key in request.POST.getlist("message")[:MANY] if key.isdigit()]
    reason = request.POST.get("reason", "")
    queued, refused = 0, []
    for message in Message.objects.filter(pk__in=keys).order_by("pk"):
        try:
            outbox.retry(message, by=user, reason=reason)
            queued += 1
        except outbox.OutboxError as error:
            refused.append(str(error))
    if queued:
        said = ngettext("{n} message queued again.", "{n} messages queued again.", queued).format(n=queued)
        messages.success(request, said)
    for sentence in list(dict.fromkeys(refused))[:SHOWN_REFUSALS]:
        messages.warning(request, sentence)
    if not keys:
        messages.warning(request, _("Tick the messages first."))
    return workplace.back_to(request, request.POST.get("back", ""), reverse("dead-letters"))


def _answer(request: HttpRequest, company: Company) -> dict[str, Any]:
    groups = dashboard.stuck_groups(company)
    code, kind = request.GET.get("error"), request.GET.get("kind", "")
    text = request.GET.get("q", "").strip()
    chosen = [int(key) for key in request.GET.get("ids", "").split(",") if key.isdigit()]
    stuck = Message.objects.of(company).stuck().order_by("first_failed_at", "pk")
    if code is not None:
        stuck = stuck.filter(error_code=code)
    if kind in DocumentKind.values:
        stuck = stuck.filter(document_kind=kind)
    if chosen:
        stuck = stuck.filter(pk__in=chosen[:MANY])
    if text:
        stuck = stuck.filter(document_number__icontains=text)
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "company": company,
        "groups": groups,
        "total": sum(group.count for group in groups),
        "error": code,
        "kind": kind,
        "q": text,
        "chosen": chosen,
        "page": Paginator(stuck, PAGE_ROWS).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "here": request.get_full_path(),
    }


@require_safe
@workplace.needs(SEE_MESSAGES)
def of_document(request: HttpRequest, kind: str, document_id: int) -> HttpResponse:
    """Go to the latest message of a document."""
    found = Message.objects.for_document(kind, document_id).order_by("-pk").first()
    if found is None:
        messages.info(request, _("Nothing of this document goes to Business Central."))
        return redirect("home")
    return redirect("message", pk=found.pk)
