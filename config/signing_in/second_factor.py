"""Who signs in by password alone sets up a second factor before anything else, where the house wants one."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

HAS_ONE = "has_second_factor"
# What stays open meanwhile: the account's own pages, and the way out.
ALLOWED = ("/account/", "/sign-out/", "/healthz", "/readyz", "/api/")


class SecondFactor:
    """Lead to the page of second factors whoever needs one and has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_wanted(request) and not _has_one(request):
            messages.warning(request, _("Set up a second factor first; then everything is open to you."))
            return redirect("mfa_index")
        return self.get_response(request)


def _is_wanted(request: HttpRequest) -> bool:
    return (
        settings.SECOND_FACTOR_REQUIRED
        and request.user.is_authenticated
        and not request.path.startswith(ALLOWED)
    )


def _has_one(request: HttpRequest) -> bool:
    """Tell whether this session needs nothing more; Entra ID asks for its own second factor."""
    if not request.session.get(HAS_ONE):
        methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        by_entra = any(each.get("method") == "socialaccount" for each in methods)
        request.session[HAS_ONE] = by_entra or is_mfa_enabled(request.user)
    return bool(request.session[HAS_ONE])
