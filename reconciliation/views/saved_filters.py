"""Filters of the worklist that people keep: save, share, use, forget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from reconciliation.models import SavedFilter
from reconciliation.roles import RESOLVE, SEE_CASES

from . import workplace
from .queue import Question

MOST = 50


@dataclass(frozen=True)
class Saved:
    """A kept filter as the list shows it; only who keeps it may forget it."""

    key: str
    name: str
    url: str
    is_shared: bool
    is_own: bool
    is_current: bool


def those_of(user: User, question: Question) -> list[Saved]:
    """Give a person's filters and those that are shared; they come along with who signs in."""
    told: list[dict[str, Any]] | None = getattr(user, "kept_filters", None)
    if told is None:
        found = SavedFilter.objects.filter(Q(by=user) | Q(is_shared=True)).order_by("name", "pk")[:MOST]
        told = [dict(row) for row in found.values("id", "name", "query", "is_shared", "by_id")]
    return [_saved(row, user, question) for row in told]


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the question of the list under a name; the same name again replaces it."""
    user: Any = request.user
    name = " ".join(request.POST.get("name", "").replace("\0", "").split())[:60]
    query = _plain(request.POST.get("queue", ""), user)
    is_shared = request.POST.get("shared") == "1" and user.has_perm(RESOLVE)
    if not name:
        messages.warning(request, _("Give the filter a name."))
    elif SavedFilter.objects.filter(by=user).exclude(name=name).count() >= MOST:
        messages.warning(request, _("You keep {n} filters already. Forget one first.").format(n=MOST))
    else:
        SavedFilter.objects.update_or_create(
            by=user, name=name, defaults={"query": query, "is_shared": is_shared}
        )
        messages.success(request, _("Saved as “{name}”.").format(name=name))
    return workplace.back_to(request, f"{reverse('worklist')}?{query}", reverse("worklist"))


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    found = SavedFilter.objects.filter(by=user, pk=pk).first()
    if found is None:
        raise Http404
    found.delete()
    messages.success(request, _("“{name}” is forgotten.").format(name=found.name))
    return workplace.back_to(request, request.POST.get("back", ""), reverse("worklist"))


def _plain(query: str, user: User) -> str:
    """Write a question anew, so that nothing is kept but what the list understands."""
    return Question.read(QueryDict(query).dict(), user).with_().in_full


def _saved(row: dict[str, Any], user: User, question: Question) -> Saved:
    asked = Question.read(QueryDict(row["query"]).dict(), user)
    return Saved(
        key=str(row["id"]),
        name=row["name"],
        url=f"{reverse('worklist')}?{row['query']}",
        is_shared=row["is_shared"],
        is_own=row["by_id"] == user.pk,
        is_current=asked == question.with_(),
    )
