"""The profiles of CAFMs: their sources, and the fields that came, came unread, or stopped coming."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration.mapping import drafts, profiles
from integration.models import SourceProfile
from reconciliation.roles import REVIEW_MAPPINGS, SEE_MAPPINGS
from reconciliation.views import workplace

NOT_POSSIBLE = 422


@require_safe
@workplace.needs(SEE_MAPPINGS)
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@workplace.takes_posts("source-profiles")
@workplace.needs(REVIEW_MAPPINGS)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep which sources a profile is for."""
    profile = get_object_or_404(SourceProfile, pk=pk)
    written = request.POST.get("sources", "")
    try:
        profiles.set_sources(profile, written)
    except drafts.NotPossible as error:
        return _page(request, problem=str(error), at=pk, written=written, status=NOT_POSSIBLE)
    messages.success(request, _("Kept. The next event of these sources is read with this profile."))
    return redirect("source-profiles")


def _page(
    request: HttpRequest, *, problem: str = "", at: int = 0, written: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "profiles": profiles.told(workplace.company(request)),
        "may_change": request.user.has_perm(REVIEW_MAPPINGS),
        "problem": problem,
        "at": at,
        "written": written,
    }
    return render(request, "integration/source_profiles.html", context, status=status)
