"""Who has a case before them, who has seen it, who follows it; and what each person was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reconciliation import cases, roles
from reconciliation.models import CaseNotice, CaseVisit, ExceptionCase

from . import figures, workplace

MOST_NAMES = 8
MOST_CALLABLE = 60
LATEST = 100
Kind = CaseNotice.Kind
TOLD = {
    Kind.MENTIONED: gettext_lazy("{name} named you"),
    Kind.SAID: gettext_lazy("{name} wrote"),
    Kind.ANSWERED: gettext_lazy("{name} answered"),
    Kind.GIVEN: gettext_lazy("{name} gave it to you"),
    Kind.ASKED: gettext_lazy("{name} asked"),
}


@dataclass(frozen=True)
class Told:
    """One thing that somebody was told."""

    key: int
    invoice: str
    vendor: str
    title: str
    text: str
    when: str
    is_new: bool


def people(shown: ExceptionCase, user: User) -> dict[str, Any]:
    """Give the page's sentences about people."""
    visits = cases.visits(shown, but=user)
    watchers = list(shown.watchers.select_related("person").order_by("pk"))
    return {
        "presence": _presence(visits),
        "seen_by": [
            _("{name} {when}").format(name=figures.person(each.person), when=figures.moment(each.last_at))
            for each in visits[:MOST_NAMES]
        ],
        "watchers": [figures.person(each.person, user) for each in watchers],
        "callable": _callable(user) if user.has_perm(roles.TALK) else [],
        "is_watching": any(each.person_id == user.pk for each in watchers),
    }


@never_cache
@workplace.takes_posts("case", "pk")
@workplace.needs(roles.SEE_CASES)
def here(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the page is still open, and hear who else has it and whether the case has moved on."""
    user: Any = request.user
    shown = workplace.case(request, pk)
    cases.visit(shown, user)
    cases.seen(shown, user)
    has_moved = request.POST.get("seen", "") != cases.version(shown)
    return JsonResponse(
        {
            "here": _presence(cases.visits(shown, but=user)),
            "moved": cases.what_happened(shown) if has_moved else "",
        }
    )


@require_safe
@workplace.needs(roles.SEE_CASES)
def told(request: HttpRequest) -> HttpResponse:
    """List what this person was told, the newest first; opening the case counts it as read."""
    user: Any = request.user
    rows = CaseNotice.objects.by_people().filter(person=user, case__company=workplace.company(request))
    latest = rows.select_related("case", "comment").order_by("-pk")[:LATEST]
    return render(request, "desk/told.html", {"told": [_told(row) for row in latest]})


def _told(row: CaseNotice) -> Told:
    return Told(
        key=row.case_id,
        invoice=row.case.invoice_number,
        vendor=row.case.vendor_name or row.case.vendor_number,
        title=str(TOLD[Kind(row.kind)]).format(name=row.by_name),
        text=row.comment.text if row.comment else "",
        when=figures.moment(row.at),
        is_new=row.seen_at is None,
    )


def _callable(user: User) -> list[tuple[str, str]]:
    """Give whom a comment can call, by the name to write and the name people know."""
    app, codename = roles.SEE_CASES.split(".")
    sees = Q(groups__permissions__codename=codename, groups__permissions__content_type__app_label=app)
    others = User.objects.filter(sees, is_active=True).exclude(pk=user.pk).distinct().order_by("username")
    return [(each.get_username(), figures.person(each)) for each in others[:MOST_CALLABLE]]


def _presence(visits: list[CaseVisit]) -> str:
    names = [figures.person(each.person) for each in visits if cases.is_here(each)]
    if not names:
        return ""
    if len(names) == 1:
        return _("{name} has this open now.").format(name=names[0])
    return _("{names} have this open now.").format(names=", ".join(names[:MOST_NAMES]))
