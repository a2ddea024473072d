"""The page that tells everything that happened to one record, whoever or whatever did it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from integration import belonging, story
from reconciliation import roles
from reconciliation.views import workplace

APPS = ("masterdata", "reconciliation", "integration", "auth")


@require_safe
@workplace.signed_in
def whole_story(request: HttpRequest, app: str, name: str, pk: int) -> HttpResponse:
    """Show it to who may see the record."""
    model = _model(app, name)
    user: Any = request.user
    # Whoever reads the book of changes reads there who got which right.
    permission = roles.SEE_CHANGES if app == "auth" else f"{app}.view_{name}"
    if not user.has_perm(permission):
        raise PermissionDenied(roles.refusal(user, permission, f"see {model._meta.verbose_name_plural}"))
    record = get_object_or_404(model, pk=pk)
    context = {
        "record": record,
        "kind": model._meta.verbose_name,
        "moments": story.story(record, user),
    }
    return render(request, "integration/story.html", context)


def _model(app: str, name: str) -> type[Model]:
    """Give a table that people see elsewhere too; nothing else has a story."""
    try:
        model = apps.get_model(app, name)
    except LookupError as error:
        raise Http404 from error
    if app not in APPS or (model not in admin.site._registry and model._meta.db_table not in belonging.PARTS):
        raise Http404
    return model
