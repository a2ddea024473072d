"""Away: who stands in for whom, and until when."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import roles
from reconciliation.actions import Form
from reconciliation.models import Absence
from reconciliation.row_keys import row_key

from . import figures, workplace


@workplace.needs(roles.TALK)
def away(request: HttpRequest) -> HttpResponse:
    """Show one's own days away and whom one stands in for; a form adds or ends one."""
    user: Any = request.user
    problem = ""
    if request.method == "POST":
        problem = _end(request, user) if "end" in request.POST else _add(Form(request.POST.dict()), user)
        if not problem:
            messages.success(request, _("Kept."))
            return HttpResponseRedirect(reverse("away"))
    today = timezone.localdate()
    rows = Absence.objects.filter(Q(person=user) | Q(deputy=user), last_day__gte=today)
    context = {
        "absences": rows.select_related("person", "deputy").order_by("first_day"),
        "colleagues": [(each.username, figures.person(each)) for each in _deputies(user)],
        "problem": problem,
        "typed": request.POST,
        "today": today,
    }
    return render(request, "desk/away.html", context, status=422 if problem else 200)


def _deputies(user: User) -> list[User]:
    """Give who could stand in: whoever holds one of the same roles."""
    found = User.objects.filter(is_active=True, groups__in=user.groups.all()).exclude(pk=user.pk)
    return list(found.distinct().order_by("username"))


def _add(form: Form, user: User) -> str:
    """Keep days away; gives what is wrong with them."""
    first, last = form.day("first_day"), form.day("last_day")
    deputy = next((each for each in _deputies(user) if each.username == form.text("deputy")), None)
    if first is None or last is None or last < first or last < timezone.localdate():
        return _("Choose the first and the last day; the last is not before the first, nor over.")
    if deputy is None:
        return _("Choose who stands in: someone with a role of yours.")
    Absence.objects.create(person=user, deputy=deputy, first_day=first, last_day=last)
    return ""


def _end(request: HttpRequest, user: User) -> str:
    """Take days away back; only one's own."""
    get_object_or_404(Absence, pk=row_key(request.POST["end"]), person=user).delete()
    return ""
