"""The doors of the desk: sign-in, home, and the pages for what is not yours, not there or broken."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from integration.dashboard import DeliveryCounts, delivery_counts
from masterdata.models import Company
from reconciliation import dashboard, roles
from reconciliation.models import GoodsReceipt
from reconciliation.views import figures, workplace
from reconciliation.views.reasons import Reason, reason
from reconciliation.views.rows import Row, rows

QUEUE_ROWS = 8
REASON_ROWS = 8
SEE_MESSAGES = "integration.view_message"


class SignIn(LoginView):
    template_name = "desk/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; only by POST, so that no link can do it."""


@dataclass(frozen=True)
class Bar:
    """Blocked money of one reason; `share` is its length against the largest, in percent."""

    reason: Reason
    cases: int
    amount: str
    share: int


@dataclass(frozen=True)
class Receipts:
    """How yesterday's receipts fared, as a sentence and the first that is still under way."""

    sentence: str
    missing: GoodsReceipt | None


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    company = workplace.company(request)
    context = {"greeting": _greeting(timezone.localtime())}
    if company is not None:
        context |= _figures(request, company)
    return render(request, "desk/home.html", context)


def no_permission(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say what this person may not do, and whom to ask."""
    return render(request, "desk/403.html", {"sentence": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Render without database and session: either may be what is broken."""
    return HttpResponse(render_to_string("desk/500.html"), status=500)


def _figures(request: HttpRequest, company: Company) -> dict[str, Any]:
    user: Any = request.user
    shown: dict[str, Any] = {"yesterday": None, "deliveries": None, "queue": None, "bars": None}
    if user.has_perm("reconciliation.view_goodsreceipt"):
        shown["yesterday"] = _receipts(company, timezone.localdate() - datetime.timedelta(days=1))
    if user.has_perm("reconciliation.view_supplierinvoice") or user.has_perm(SEE_MESSAGES):
        shown["deliveries"] = deliveries(company)
        shown["may_see_messages"] = user.has_perm(SEE_MESSAGES)
    if user.has_perm(roles.SEE_CASES):
        shown["queue"] = _queue(company, user)
        shown["bars"] = _bars(company)
        shown["counts"] = workplace.counts(request)
    return shown


def deliveries(company: Company) -> DeliveryCounts:
    """Give the outbox's counts as home shows them."""
    return delivery_counts(company)


def _queue(company: Company, user: Any) -> list[Row]:
    return rows(dashboard.my_queue(company, user)[:QUEUE_ROWS], user, "tab=mine&sort=-amount")


def _bars(company: Company) -> list[Bar]:
    return [
        Bar(reason(row.code), row.cases, figures.money(row.amount, row.currency), row.share)
        for row in dashboard.blocked_money(company)[:REASON_ROWS]
    ]


def _receipts(company: Company, day: datetime.date) -> Receipts:
    counts = dashboard.receipts_of(company, day)
    if not counts.recorded:
        return Receipts(_("No goods were received yesterday."), None)
    if counts.posted == counts.recorded:
        sentence = ngettext(
            "Yesterday's receipt is posted in Business Central.",
            "All {n} of yesterday's receipts are posted in Business Central.",
            counts.recorded,
        )
        return Receipts(sentence.format(n=counts.recorded), None)
    sentence = _("{posted} of {n} of yesterday's receipts are posted in Business Central.")
    return Receipts(sentence.format(posted=counts.posted, n=counts.recorded), counts.first_missing)


def _greeting(now: datetime.datetime) -> str:
    if now.hour < 12:
        return _("Good morning")
    return _("Good afternoon") if now.hour < 18 else _("Good evening")
