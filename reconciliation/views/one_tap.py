"""The page behind a one-tap link: one question, answered from a phone by somebody without a seat."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from masterdata.audit import acting_as, origin_of
from reconciliation import cases
from reconciliation.actions import Form, one_tap
from reconciliation.models import CaseRequest

REFUSED = 410
OWN_QUESTION = gettext_lazy("You asked this yourself. Give the link to whoever knows the answer.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_tap_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show the question, or keep the answer; looking alone changes nothing."""
    try:
        asked = one_tap.request_of(key)
    except one_tap.LinkRefused as error:
        return _answer(request, {"refused": str(error)}, REFUSED)
    problem = ""
    if request.method == "POST":
        if request.user.pk == asked.asked_by_id:
            return _answer(request, {"refused": OWN_QUESTION}, REFUSED)
        origin = origin_of(request)
        try:
            with acting_as(f"link {asked.pk}", origin):
                answered = one_tap.answer(key, Form(request.POST.dict()), origin=origin)
        except one_tap.LinkRefused as error:
            return _answer(request, {"refused": str(error)}, REFUSED)
        except cases.CaseError as error:
            problem = str(error)
        else:
            return _answer(request, {"answered": answered}, 200)
    context = {
        "question": one_tap.asked_in_words(asked),
        "asked": asked,
        "is_price": asked.kind == CaseRequest.Kind.CONFIRM_PRICE,
        "quantity": "" if asked.quantity is None else f"{asked.quantity.normalize():f}",
        "problem": problem,
        "typed": request.POST,
    }
    return _answer(request, context, 422 if problem else 200)


def _answer(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "desk/one_tap.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"  # the address is the key; without any the form has no origin
    response["X-Robots-Tag"] = "noindex"
    return response
