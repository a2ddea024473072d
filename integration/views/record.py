"""One mirrored record: what is kept, who owns it, what BC says now, its history, and where it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import in_bc_now
from integration.models import HeldRecord
from masterdata import ownership
from masterdata.models import Change, Mirror, own_fields
from masterdata.read_only import LATEST, told
from masterdata.wording import day, written
from reconciliation import roles
from reconciliation.views import workplace
from reconciliation.where_used import where_used


@dataclass(frozen=True)
class Field:
    name: str
    value: str
    owner: str


@require_safe
@workplace.signed_in
def record(request: HttpRequest, subject: str, pk: int) -> HttpResponse:
    """Show the record; asked with `bc=now`, also read it from Business Central."""
    owned = ownership.REGISTERED.get(subject)
    if owned is None or owned.model is None:
        raise Http404
    _check_may_see(request, owned.model)
    rows = owned.model._default_manager.filter(company=workplace.company(request))
    shown: Mirror = get_object_or_404(rows.select_related("company"), pk=pk)
    user: Any = request.user
    changes = Change.objects.filter(table=owned.model._meta.db_table, row=shown.pk).order_by("-pk")
    context = {
        "shown": shown,
        "owned": owned,
        "fields": _fields(shown),
        "states": _states(shown, owned.pull),
        "changes": [told(change) for change in changes[:LATEST]],
        "uses": [use for use in where_used(shown) if user.has_perm(use.permission)],
        "now": in_bc_now.of(shown) if request.GET.get("bc") == "now" else None,
        "list_url": reverse(f"admin:masterdata_{owned.model._meta.model_name}_changelist"),
        "can_pull": user.has_perm(roles.PULL),
    }
    return render(request, "integration/record.html", context)


def _check_may_see(request: HttpRequest, model: type[Mirror]) -> None:
    user: Any = request.user
    permission = f"masterdata.view_{model._meta.model_name}"
    if not user.has_perm(permission):
        raise PermissionDenied(roles.refusal(user, permission, f"see {model._meta.verbose_name_plural}"))


def _fields(shown: Mirror) -> list[Field]:
    """Tell each field with its owner; choices in their words."""
    fields = []
    for column in own_fields(type(shown)):
        display = getattr(shown, f"get_{column.name}_display", None)
        value = display() if display else getattr(shown, column.name)
        fields.append(Field(str(column.verbose_name), written(value), str(ownership.Owner.BC)))
    return fields


def _states(shown: Mirror, pull: str) -> list[str]:
    """Say in words what stands in the record's way."""
    said = []
    if shown.filtered_at:
        said.append(
            _("A filter leaves it out since {day}; it is not offered.").format(day=day(shown.filtered_at))
        )
    if shown.deleted_at:
        said.append(
            _(
                "It was found deleted in Business Central on {day}. "
                "It stays here because documents may name it."
            ).format(day=day(shown.deleted_at))
        )
    if blocked := getattr(shown, "blocked", False):
        how = _("blocked") if blocked is True else shown.get_blocked_display()  # type: ignore[attr-defined]
        said.append(
            _("It is {how} in Business Central. What is under way with it stands below.").format(how=how)
        )
    held = HeldRecord.objects.filter(company=shown.company, entity=pull, bc_id=shown.bc_id).first()
    if held:
        said.append(
            _("Its newest version is held back since {day}: {why}").format(
                day=day(held.since), why=held.reason
            )
        )
    return said
