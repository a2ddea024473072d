"""The audit page: how far the books are sealed, what verifying them came to, and the chain as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import auditing
from masterdata import chain
from masterdata.models import AuditCheck, ChainHead, Change
from reconciliation.roles import SEE_CHANGES, VERIFY
from reconciliation.views import workplace

from .asking import ask

LATEST_CHECKS = 10
LATEST_FORGOTTEN = 20
FILES = {
    "jsonl": (chain.export_lines, "application/x-ndjson"),
    "csv": (chain.export_csv, "text/csv; charset=utf-8"),
}


@dataclass(frozen=True)
class Line:
    """One chain, and its end."""

    name: str
    head: ChainHead


@require_safe
@workplace.needs(SEE_CHANGES)
def audit(request: HttpRequest) -> HttpResponse:
    """Show the chains with their ends, the latest verifications, the terms and what was forgotten."""
    names = chain.name_chains()
    heads = ChainHead.objects.order_by("chain")
    checks = list(AuditCheck.objects.order_by("-pk")[:LATEST_CHECKS])
    user: Any = request.user
    context = {
        "lines": [Line(names.get(each.chain, _("a company that is gone")), each) for each in heads],
        "checks": checks,
        "latest": next((each for each in checks if each.finished_at), None),
        "is_waiting": any(each.finished_at is None for each in checks),
        "forgotten": Change.objects.filter(table=Change._meta.db_table, action=chain.FORGOTTEN).order_by(
            "-pk"
        )[:LATEST_FORGOTTEN],
        "coverage": chain.coverage(),
        "may_verify": user.has_perm(VERIFY),
    }
    return render(request, "integration/audit.html", context)


@workplace.takes_posts("audit")
@workplace.needs(VERIFY)
def verify(request: HttpRequest) -> HttpResponse:
    """Let a worker verify all chains now."""
    from integration.tasks import seal_audit

    auditing.ask(by=request.user.get_username(), now=timezone.now())
    said = _("The chains are being verified. Reload the page in a moment to see what it came to.")
    ask(request, seal_audit, {}, said=said)
    return redirect("audit")


@require_safe
@workplace.needs(VERIFY)
def heads(request: HttpRequest) -> HttpResponse:
    """Give the ends of the chains as a file, with how to check the others by it."""
    response = HttpResponse(chain.write_heads(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="heads.txt"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@workplace.needs(VERIFY)
def export(request: HttpRequest, number: int, form: str) -> HttpResponseBase:
    """Give a chain as a file that can be verified without us."""
    if form not in FILES or not ChainHead.objects.filter(pk=number).exists():
        raise Http404
    write, kind = FILES[form]
    response = StreamingHttpResponse(write(number), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="chain-{number}.{form}"'
    response["Cache-Control"] = "no-store"
    return response
