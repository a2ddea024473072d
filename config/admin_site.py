"""The admin as a part of the desk: one door, and refusals that say whom to ask."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from masterdata.models import Mirror
from reconciliation import roles

logger = logging.getLogger(__name__)

# What a page of the admin is for; a page of another name is taken for reading.
VERBS = {"add": "add", "change": "change", "delete": "delete"}
WORDS = {"view": "see", "add": "add", "change": "change", "delete": "delete"}


class DeskAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    """Everyone signed in may enter; each table asks for its own permission."""

    index_title = "Tables"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_active)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the desk's own sign-in; there is no second door."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(resolve_url("home"))
        return redirect_to_login(wanted)

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        guarded: Callable[..., HttpResponse] = super().admin_view(view, cacheable)

        @functools.wraps(guarded)
        def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied as error:
                if error.args:
                    raise
                raise PermissionDenied(_refusal(request)) from error

        return told


def _refusal(request: HttpRequest) -> str:
    """Say which table this person may not open or change, and who may."""
    match = request.resolver_match
    subject, _, page = (match.url_name or "" if match else "").rpartition("_")
    app, _, name = subject.rpartition("_")
    try:
        model = apps.get_model(app, name)
    except (LookupError, ValueError):
        return "This page is not part of your role. Ask the person who runs Tieout for you."
    verb = VERBS.get(page, "view")
    if verb != "view" and issubclass(model, Mirror):
        return _belongs_to_bc(request, model, verb)
    duty = f"{WORDS[verb]} {model._meta.verbose_name_plural}"
    return roles.refusal(request.user, f"{app}.{verb}_{name}", duty)


def _belongs_to_bc(request: HttpRequest, model: type[Mirror], verb: str) -> str:
    """Refuse a change of a mirror, and log who tried: it is nobody's here, whatever they are permitted."""
    told = (
        f"The {model._meta.verbose_name_plural} belong to Business Central. Change them there; the change "
        "comes back with the next pull."
    )
    logger.warning("Refused to %s %s for %s: %s", verb, request.path, request.user.get_username(), told)
    return told
