"""Dead letters: what Business Central refused or never took, by error, and the way back into line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from integration import dashboard, outbox
from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from masterdata.models import Company
from reconciliation.roles import REPLAY, SEE_MESSAGES, refusal
from reconciliation.views import workplace

from . import finding

PAGE_ROWS = 50
MANY = 500
SHOWN_REFUSALS = 10


@dataclass(frozen=True)
class Question:
    """Which of the stuck messages a person looks at."""

    error: str | None
    cause: str
    kind: str
    text: str
    chosen: tuple[int, ...]

    @classmethod
    def of(cls, asked: QueryDict) -> Question:
        return cls(
            error=asked.get("error"),
            cause=asked.get("cause", ""),
            kind=asked.get("kind", ""),
            text=asked.get("q", "").strip(),
            chosen=tuple(int(key) for key in asked.get("ids", "").split(",") if key.isdigit())[:MANY],
        )

    def stuck(self, company: Company) -> MessageQuerySet:
        """Find them, the longest failing first."""
        found = Message.objects.of(company).stuck().order_by("first_failed_at", "pk")
        if self.error is not None:
            found = found.filter(error_code=self.error)
        if self.cause:
            found = dashboard.with_cause(found).filter(cause=self.cause)
        if self.kind in DocumentKind.values:
            found = found.filter(document_kind=self.kind)
        if self.chosen:
            found = found.filter(pk__in=self.chosen)
        if self.text:
            found = finding.with_number(found, company, self.text)
        return found


@require_safe
@workplace.needs(SEE_MESSAGES)
def dead_letters(request: HttpRequest) -> HttpResponse:
    """List what is stuck, by group, the longest failing first."""
    company = workplace.company(request)
    user: Any = request.user
    may = user.has_perm(REPLAY)
    context = _answer(request, company) if company else {"groups": [], "total": 0}
    return render(
        request,
        "integration/dead_letters.html",
        {"may_replay": may, "refusal": "" if may else refusal(user, REPLAY), "many": MANY, **context},
    )


@workplace.takes_posts("dead-letters")
@workplace.needs(REPLAY)
def retry_messages(request: HttpRequest) -> HttpResponse:
    """Put the messages in line again, and tell apart what went through and what did not."""
    user: Any = request.user
    reason = request.POST.get("reason", "")
    queued, refused = 0, []
    wanted = _wanted(request)
    for message in wanted:
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
    if not wanted:
        messages.warning(request, _("Tick the messages first."))
    return workplace.back_to(request, request.POST.get("back", ""), reverse("dead-letters"))


def _wanted(request: HttpRequest) -> list[Message]:
    """Give the messages a person ticked, or all that their list shows."""
    company = workplace.company(request)
    if request.POST.get("scope") == "shown":
        shown = Question.of(QueryDict(request.POST.get("shown", "")))
        return list(shown.stuck(company)[:MANY]) if company else []
    keys = [int(key) for key in request.POST.getlist("message")[:MANY] if key.isdigit()]
    return list(Message.objects.filter(company=company, pk__in=keys).order_by("pk"))


def _answer(request: HttpRequest, company: Company) -> dict[str, Any]:
    groups = dashboard.stuck_groups(company)
    asked = Question.of(request.GET)
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "company": company,
        "groups": groups,
        "total": sum(group.count for group in groups),
        "error": asked.error,
        "cause": asked.cause,
        "kind": asked.kind,
        "q": asked.text,
        "chosen": asked.chosen,
        "page": Paginator(asked.stuck(company), PAGE_ROWS).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "here": request.get_full_path(),
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
