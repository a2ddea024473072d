"""The page of retention: how long each kind is kept, what would go now, and the terms to set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import retention
from masterdata import chain
from masterdata.models import RetentionTerm
from reconciliation.roles import KEEP, SEE_CHANGES
from reconciliation.views import workplace

LONGEST_DAYS = 36_500


@require_safe
@workplace.needs(SEE_CHANGES)
def terms(request: HttpRequest) -> HttpResponse:
    """Show the terms, each with what it would remove now."""
    user: Any = request.user
    context = {"kept": retention.dry_run(now=timezone.now()), "may_set": user.has_perm(KEEP)}
    return render(request, "integration/retention.html", context)


@workplace.takes_posts("retention")
@workplace.needs(KEEP)
def set_term(request: HttpRequest, kind: str) -> HttpResponse:
    """Set how long a kind is kept, and why."""
    get_object_or_404(RetentionTerm, kind=kind)
    days, why = _days(request.POST.get("days", "")), _why(request.POST.get("why", ""))
    if days is None or not why:
        messages.error(
            request, _("Nothing was changed: give days as a whole number up to 36,500, and a reason.")
        )
        return redirect("retention")
    try:
        term = chain.set_term(kind, days=days, why=why)
    except chain.TooShort as error:
        messages.error(request, str(error))
    else:
        text = _("{kind} are kept for {days} days from now on. The book of changes names you.")
        messages.success(request, text.format(kind=term.title.capitalize(), days=term.days))
    return redirect("retention")


def _days(written: str) -> int | None:
    """Read a number of days; None for more than the database can count back from now."""
    digits = written.strip()
    if not digits.isdecimal() or len(digits) > len(str(LONGEST_DAYS)):
        return None
    days = int(digits)
    return days if days <= LONGEST_DAYS else None


def _why(written: str) -> str:
    return written.replace("\0", "").strip()[:200]
