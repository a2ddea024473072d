"""What the frame around every screen shows: navigation with its counts, company, person, roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from config.navigation import NAVIGATION, Section, address
from config.version import VERSION
from integration.desk import groups
from integration.models import Incident
from reconciliation import roles
from reconciliation.views import undo_bar, workplace


@dataclass(frozen=True)
class Count:
    """The number beside an entry, and the word that is read aloud after it."""

    number: int
    counted: str
    is_hot: bool = False


KEPT = "_frame"
NO_COUNT = Count(0, "")


def context(request: HttpRequest) -> dict[str, Any]:
    """Give the frame's figures to who is signed in, counted once: a page may be made of several templates."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    kept: Any = request
    if not hasattr(kept, KEPT):
        setattr(kept, KEPT, _context(request, user))
    return dict(getattr(kept, KEPT))


def _context(request: HttpRequest, user: Any) -> dict[str, Any]:
    counts = _counts(request)
    sections = [_section(section, request, counts) for section in NAVIGATION]
    return {
        "navigation": [section for section in sections if section["links"]],
        "companies": workplace.companies(request),
        "company": workplace.company(request),
        "roles": [_(name) for name in roles.roles_of(user)],
        "undo": undo_bar.bar(request),
        "version": VERSION,
        "may_see_cases": user.has_perm(roles.SEE_CASES),
    }


def _section(section: Section, request: HttpRequest, counts: dict[str, Count]) -> dict[str, Any]:
    links = [
        {
            "title": link.title,
            "url": url,
            "icon": link.icon,
            "current": request.path == url or (url != "/" and request.path.startswith(url)),
            "count": counts.get(link.view, NO_COUNT),
        }
        for link in section.links
        if link.allowed(request) and (url := address(link.view))
    ]
    return {"title": section.title, "links": links}


def _counts(request: HttpRequest) -> dict[str, Count]:
    """Count what waits behind an entry, by the entry's view."""
    counts = {}
    if queues := workplace.counts(request):
        counts["worklist"] = Count(queues.open, _("open"))
        counts["approvals"] = Count(queues.approval, _("waiting"))
    company = workplace.company(request)
    user: Any = request.user
    if company and user.has_perm("integration.view_message"):
        stuck = groups.to_mend(company, timezone.now())
        counts["dead-letters"] = Count(stuck, _("to mend"), is_hot=True)
    if company and user.has_perm(roles.SEE_INCIDENTS):
        told = Incident.objects.of(company).unacknowledged().count()
        counts["notifications"] = Count(told, _("not taken on"), is_hot=True)
    return counts
