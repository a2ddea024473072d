"""What people were told of: since when, who, and who has taken it on; and the way to take it on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from integration import escalation
from integration.models import Channel, EscalationRule, Incident, Notification
from integration.models.escalation import IncidentQuerySet, Subject
from masterdata.models import Company
from reconciliation.people import called
from reconciliation.roles import ACKNOWLEDGE, SEE_CASES, SEE_INCIDENTS, SEE_MESSAGES, SEE_RUNS, refusal
from reconciliation.views import workplace

PAGE_ROWS = 50
TABS = {
    "open": gettext_lazy("To take on"),
    "taken": gettext_lazy("Taken on"),
    "watched": gettext_lazy("Nobody told yet"),
    "over": gettext_lazy("Over"),
}
# Who may open the page where the matter itself is listed.
LISTED_FOR: dict[str, str] = {
    Subject.HELD: "integration.view_heldrecord",
    Subject.RUN: SEE_RUNS,
    Subject.STOPPED: "integration.view_contractfinding",
    Subject.CASES: SEE_CASES,
}


@dataclass(frozen=True)
class Line:
    """One incident, the latest telling of it, and when somebody is told next."""

    incident: Incident
    latest: Notification | None
    next_at: datetime | None


@require_safe
@workplace.needs(SEE_INCIDENTS)
def notifications(request: HttpRequest) -> HttpResponse:
    """List what people were told of, and the channels that fail."""
    company = workplace.company(request)
    shown = request.GET.get("show", "")
    shown = shown if shown in TABS else "open"
    context: dict[str, Any] = {"company": company, "shown": shown, "failing": _failing()}
    if company is not None:
        found = _of_tab(company, shown)
        page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
        context |= {
            "tabs": [(name, title, _of_tab(company, name).count()) for name, title in TABS.items()],
            "page": page,
            "lines": _lines(page.object_list),
            "nobody_is_told": not EscalationRule.objects.filter(enabled=True, channel__enabled=True).exists(),
            "just_taken": _just_taken(request, company),
        }
    return render(request, "integration/notifications.html", context | _rights(request))


@require_safe
@workplace.needs(SEE_INCIDENTS)
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one incident: who was told and when, and what was done."""
    found = _incident(request, pk)
    line = _lines([found])[0]
    user: Any = request.user
    context = {
        "company": found.company,
        "incident": found,
        "matter": escalation.matter(found),
        "next_at": line.next_at,
        "told": found.notifications.select_related("rule", "channel").order_by("-pk")[:50],
        "notes": found.notes.order_by("-pk")[:20],
        "listed_at": found.query if user.has_perm(LISTED_FOR.get(found.subject, SEE_MESSAGES)) else "",
    }
    return render(request, "integration/incident.html", context | _rights(request))


@workplace.takes_posts("incident", "pk")
@workplace.needs(ACKNOWLEDGE)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an incident on; who comes second is told who was first."""
    found, user = _incident(request, pk), _user(request)
    if not escalation.acknowledge(found, by=user, note=request.POST.get("note", "")):
        messages.warning(request, _whose(_incident(request, pk)))
        return redirect("incident", pk=pk)
    return redirect(f"{reverse('notifications')}?took={pk}")


@workplace.takes_posts("incident", "pk")
@workplace.needs(ACKNOWLEDGE)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo it: people are told of it again."""
    if escalation.give_back(_incident(request, pk), by=_user(request)):
        messages.success(request, _("Nobody has it now; reminders go on."))
    else:
        messages.warning(request, _("Nobody had taken it on, or it is over."))
    return redirect("incident", pk=pk)


def _of_tab(company: Company, shown: str) -> IncidentQuerySet:
    """Find what a tab lists, the oldest first; of what is over the latest."""
    here = Incident.objects.of(company).select_related("company", "acknowledged_by")
    told = Exists(Notification.objects.filter(incident=OuterRef("pk")))
    match shown:
        case "taken":
            return here.open().exclude(acknowledged_at=None).order_by("since", "pk")
        case "watched":
            return here.open().filter(~told, acknowledged_at=None).order_by("since", "pk")
        case "over":
            return here.filter(told).exclude(closed_at=None).order_by("-closed_at", "-pk")
    return here.unacknowledged().order_by("since", "pk")


def _lines(found: Iterable[Incident]) -> list[Line]:
    now, incidents = timezone.now(), list(found)
    rules = list(EscalationRule.objects.filter(enabled=True, channel__enabled=True))
    tellings = Notification.objects.select_related("channel").order_by("pk")
    prefetch_related_objects(incidents, Prefetch("notifications", tellings))
    return [_line(each, rules, now) for each in incidents]


def _line(incident: Incident, rules: list[EscalationRule], now: datetime) -> Line:
    told = list(incident.notifications.all())
    waits = incident.closed_at is None and incident.acknowledged_at is None
    next_at = escalation.next_telling(incident, rules, now) if waits else None
    return Line(incident, told[-1] if told else None, next_at)


def _failing() -> list[Channel]:
    return list(Channel.objects.filter(enabled=True).exclude(error="").order_by("name"))


def _just_taken(request: HttpRequest, company: Company) -> Incident | None:
    """Give what this person took on a moment ago, to undo it."""
    key = request.GET.get("took", "")
    if not key.isdecimal() or len(key) > 18:
        return None
    mine = Incident.objects.of(company).filter(pk=int(key), acknowledged_by=_user(request))
    return mine.select_related("company").first()


def _whose(found: Incident) -> str:
    if found.acknowledged_by is None:
        return _("It is over; there is nothing to take on.")
    return _("{who} has taken it on already.").format(who=called(found.acknowledged_by))


def _incident(request: HttpRequest, pk: int) -> Incident:
    here = Incident.objects.filter(company=workplace.company(request))
    found: Incident = get_object_or_404(
        here.select_related("company", "acknowledged_by", "filed_under", "former"), pk=pk
    )
    return found


def _rights(request: HttpRequest) -> dict[str, Any]:
    user = _user(request)
    may = user.has_perm(ACKNOWLEDGE)
    return {"may_take": may, "refusal": "" if may else refusal(user, ACKNOWLEDGE)}


def _user(request: HttpRequest) -> Any:
    return request.user
