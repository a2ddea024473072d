"""The language that a person has chosen: kept with the person, and in a cookie for the pages to read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from reconciliation.models import PersonLanguage

from . import workplace


@workplace.takes_posts("home")
@workplace.signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """Read in another language from now on."""
    user: Any = request.user
    code = request.POST.get("language", "")
    response = workplace.back_to(request, request.POST.get("back", ""), reverse("home"))
    if code in dict(settings.LANGUAGES):
        PersonLanguage.objects.update_or_create(person=user, defaults={"code": code})
        _tell(request, response, code)
    return response


def bring_along(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let a browser know the choice of who has just signed in, and forget the one before it."""
    chosen = PersonLanguage.objects.filter(person=user).first()
    if chosen is not None:
        _tell(request, response, chosen.code)
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)


def _tell(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
