"""Where a person works: their company and its counts, asked once per request; and the door to a screen."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from masterdata.models import Company
from reconciliation import dashboard, roles
from reconciliation.models import ExceptionCase
from reconciliation.row_keys import row_key

T = TypeVar("T")
View = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """Let in who is signed in and holds the permission; tell the others what is missing and whom to ask."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied(roles.refusal(request.user, permission))
            return view(request, *args, **kwargs)

        guarded.__dict__["right"] = permission  # config/rights.py reads it, and so do the tests
        return signed_in(guarded)

    return guard


def signed_in(view: View) -> View:
    """Show strangers the door. Who was about to change something comes back to the page they were on."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        before = request.headers.get("Referer", "")
        return redirect_to_login(before if _is_ours(request, before) else reverse("home"))

    guarded.__dict__.setdefault("right", "")
    return guarded


def takes_posts(page: str, *names: str) -> Callable[[View], View]:
    """Take what is sent; who asks by an address bar or a reload is shown the page that it belongs to."""

    def guard(view: View) -> View:
        strict = require_POST(view)

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in ("GET", "HEAD"):
                shown: HttpResponse = redirect(page, **{name: kwargs[name] for name in names})
                return shown
            return strict(request, *args, **kwargs)

        guarded.__dict__["takes_posts"] = True
        return guarded

    return guard


def do_by_name(
    request: HttpRequest, action: str, deeds: Mapping[str, Callable[[], object]], *, refused: type[Exception]
) -> None:
    """Do the one of some deeds that an address names; why it is refused is said on the next page."""
    if action not in deeds:
        raise Http404
    try:
        deeds[action]()
    except refused as error:
        messages.warning(request, str(error))


def companies(request: HttpRequest) -> list[Company]:
    return _once(request, "companies", lambda: _companies_of(request.user))


def _companies_of(user: Any) -> list[Company]:
    """Take what came along with the person (config/people.py); ask where nothing did."""
    told: list[dict[str, Any]] | None = getattr(user, "told_companies", None)
    if told is None:
        return list(Company.objects.order_by("pk"))
    fields = Company._meta.concrete_fields
    names = [field.attname for field in fields]
    return [
        Company.from_db("default", names, [field.to_python(each[field.attname]) for field in fields])
        for each in told
    ]


def company(request: HttpRequest) -> Company | None:
    """Give the company that the person works in; None before the first pull from BC."""
    return dashboard.company_of(request.session, companies(request))


def case(request: HttpRequest, pk: int) -> ExceptionCase:
    """Give a case of the company that the person works in; another company's is not there."""
    here = ExceptionCase.objects.filter(company=company(request))
    found: ExceptionCase = get_object_or_404(
        here.select_related("company", "invoice", "decision__ground", "owner"), pk=pk
    )
    return found


def counts(request: HttpRequest) -> dashboard.QueueCounts | None:
    """Give the counts beside the tabs and in the navigation; None without a company or the permission."""
    chosen = company(request)
    user: Any = request.user
    if chosen is None or not user.has_perm(roles.SEE_CASES):
        return None
    return _once(request, "counts", lambda: dashboard.queue_counts(chosen, user))


def keep_counts(request: HttpRequest, asked: dashboard.QueueCounts) -> None:
    """Let the navigation show counts that a screen has asked for already."""
    _once(request, "counts", lambda: asked)


@takes_posts("home")
@signed_in
def choose_company(request: HttpRequest) -> HttpResponse:
    """Work in another company from now on."""
    chosen = row_key(request.POST.get("company", ""))
    if any(row.pk == chosen for row in companies(request)):
        request.session[dashboard.SESSION_KEY] = chosen
    return redirect("home")


def back_to(request: HttpRequest, address: str, otherwise: str) -> HttpResponseRedirect:
    """Go back to a page of ours, never to a stranger's."""
    return HttpResponseRedirect(address if _is_ours(request, address) else otherwise)


def _is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def _once(request: HttpRequest, name: str, ask: Callable[[], T]) -> T:
    kept = request.__dict__.setdefault("_workplace", {})
    if name not in kept:
        kept[name] = ask()
    answer: T = kept[name]
    return answer
