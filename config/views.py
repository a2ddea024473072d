"""The doors of the desk: sign-in, home, and the pages for what is not yours, not there or broken."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import LogoutView
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from integration import contract, correlation, delivery, morning
from integration.dashboard import allowance, delivery_counts
from integration.models import Incident, today_of, zone_of
from masterdata.models import Company
from reconciliation import control, dashboard, roles
from reconciliation.models import CaseNotice, ControlDay, GoodsReceipt
from reconciliation.views import figures, language, workplace
from reconciliation.views.reasons import Reason, reason
from reconciliation.views.rows import Row, rows

QUEUE_ROWS = 8
REASON_ROWS = 8
SEE_MESSAGES = "integration.view_message"
SEE_CONTRACT = "integration.view_contractfinding"


class SignIn(LoginView):  # type: ignore[misc]
    """Where people come in; a second factor is asked for after it."""

    template_name = "desk/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        apps: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        providers = [{"id": app["provider_id"], "name": app["name"]} for app in apps]
        wanted = self.request.GET.get("next", "")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"providers": providers, "next": self.request.POST.get("next", wanted)}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        language.bring_along(self.request, response, form.user)
        return response


class SignOut(LogoutView):
    """Ends the session; only by POST, so that no link can do it."""


@dataclass(frozen=True)
class Card:
    """How many messages fare one way; `url` leads to them where this person may see them."""

    number: int
    word: str
    note: str
    url: str
    is_alarm: bool = False


@dataclass(frozen=True)
class Bar:
    """Blocked money of one reason; `share` is its length against the largest, in percent."""

    reason: Reason
    url: str
    cases: int
    amount: str
    share: int


@dataclass(frozen=True)
class Receipts:
    """How yesterday's receipts fared, as a sentence and the first that is still under way."""

    sentence: str
    missing: GoodsReceipt | None
    missing_url: str = ""
    day_url: str = ""
    others: tuple[str, ...] = ()
    """Of other kinds, as far as the day has been compared."""


@require_safe
@workplace.signed_in
def home(request: HttpRequest) -> HttpResponse:
    company = workplace.company(request)
    context = {"greeting": _greeting(timezone.localtime())}
    if company is not None:
        context |= _figures(request, company)
    return render(request, "desk/home.html", context)


def no_permission(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say what this person may not do, and whom to ask."""
    return render(request, "desk/403.html", {"sentence": str(exception or "")}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form could not be trusted; mostly its page was left open over a sign-out."""
    context = {
        "heading": _("This form is too old"),
        "sentence": _(
            "You were signed out since it was opened, or this browser keeps no cookies. Nothing was saved. "
            "Open the page again and repeat the last step."
        ),
    }
    return render(request, "desk/403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Render without database and session: either may be what is broken."""
    return HttpResponse(render_to_string("desk/500.html", {"reference": correlation.current()}), status=500)


def _figures(request: HttpRequest, company: Company) -> dict[str, Any]:
    user: Any = request.user
    shown: dict[str, Any] = {}
    if user.has_perm("reconciliation.view_goodsreceipt"):
        yesterday = today_of(company) - datetime.timedelta(days=1)
        shown["yesterday"] = _compared(company, yesterday, user) or _receipts(
            company, yesterday, user.has_perm(SEE_MESSAGES)
        )
    if user.has_perm("reconciliation.view_supplierinvoice") or user.has_perm(SEE_MESSAGES):
        shown["cards"] = _cards(company, user.has_perm(SEE_MESSAGES))
        shown["allowance"] = _allowance()
        shown["standstill"] = _standstill()
    if user.has_perm(SEE_CONTRACT):
        shown["paused"] = contract.paused()
    if user.has_perm(roles.SEE_RUNS):
        shown["drift"] = morning.drift(company)
    if user.has_perm(roles.SEE_INCIDENTS):
        shown["untaken"] = _untaken(company)
    if user.has_perm(roles.SEE_CASES):
        shown["news"] = _news(company, user)
        shown["queue"] = _queue(company, user)
        shown["queues"] = workplace.counts(request)
        shown["bars"] = _bars(company)
    return shown


def _cards(company: Company, may_see_messages: bool) -> list[Card]:
    """Tell how deliveries to BC fare; every number is a way to its messages."""
    counts = delivery_counts(company)
    cards = [
        (counts.posted, _("succeeded"), _("posted in Business Central"), {"state__exact": "done"}),
        (counts.pending, _("pending"), _("on their way"), _in_line(failed=False)),
        (counts.retrying, _("retrying"), _("failed before, tried again"), _in_line(failed=True)),
        (counts.verifying, _("checking"), _("the answer was lost"), {"state__exact": "verifying"}),
        (counts.waiting, _("waiting"), _("something has to come first"), {"state__exact": "waiting"}),
    ]
    messages = reverse("admin:integration_message_changelist")
    shown = [
        Card(number, word, note, f"{messages}?{urlencode(query)}" if may_see_messages else "")
        for number, word, note, query in cards
    ]
    stuck = reverse("dead-letters") if may_see_messages else ""
    return [*shown, Card(counts.failed, _("failed"), _("a person has to act"), stuck, counts.failed > 0)]


def _allowance() -> str:
    """Say how much of BC's allowance our calls use, and which ids it does not hear; "" when nobody knows."""
    found = allowance()
    if found is None:
        return ""
    used = found.fullest
    counted = {"used": f"{used.used:,}", "allowed": f"{used.allowed:,}", "percent": used.percent}
    told = _(
        "{used} of the {allowed} requests that Business Central takes in five minutes are used ({percent} %)."
    ).format(**counted)
    if found.clients > 1:
        told += " " + _("That is the fullest of {clients} client ids.").format(clients=found.clients)
    if found.paused:
        told += " " + _("It asked us to wait; deliveries go on by themselves.")
    for name in found.refused:
        told += " " + _("It refuses {name}: check its secret and its card.").format(name=name)
    return told


def _standstill() -> str:
    """Say why nothing goes to BC at the moment, and what happens next; "" when deliveries go on."""
    still = delivery.standstill()
    return delivery.sentence_of(still) if still is not None else ""


def _news(company: Company, user: User) -> str:
    """Say how many things this person was told and has not read; "" when there are none."""
    notices = CaseNotice.objects.by_people()
    unread = notices.filter(person=user, seen_at=None, case__company=company).count()
    told = ngettext("{n} new thing for you.", "{n} new things for you.", unread)
    return told.format(n=unread) if unread else ""


def _untaken(company: Company) -> str:
    """Say how many matters people were told of and nobody has taken on; "" when there are none."""
    untaken = Incident.objects.of(company).unacknowledged()
    figures = untaken.aggregate(count=Count("pk"), oldest=Min("since"))
    if not figures["count"]:
        return ""
    told = ngettext(
        "{n} unacknowledged matter, since {since}.",
        "{n} unacknowledged matters, the oldest since {since}.",
        figures["count"],
    )
    return told.format(
        n=figures["count"], since=date_format(timezone.localtime(figures["oldest"]), "j M H:i")
    )


def _in_line(*, failed: bool) -> dict[str, str]:
    return {"state__in": "ready,claimed,sending", "first_failed_at__isnull": str(not failed)}


def _queue(company: Company, user: Any) -> list[Row]:
    return rows(dashboard.my_queue(company, user)[:QUEUE_ROWS], user, "tab=mine&sort=-amount")


def _bars(company: Company) -> list[Bar]:
    return [
        Bar(
            reason(row.code),
            _cases_of(row.code),
            row.cases,
            figures.money(row.amount, row.currency),
            row.share,
        )
        for row in dashboard.blocked_money(company)[:REASON_ROWS]
    ]


def _cases_of(code: str) -> str:
    return f"{reverse('worklist')}?{urlencode({'tab': 'open', 'reason': code, 'sort': '-amount'})}"


def _compared(company: Company, on: datetime.date, user: Any) -> Receipts | None:
    """Say how a day ended that has been compared on three sides; None when it has not been yet."""
    kept = ControlDay.objects.of(company).filter(date=on).first()
    if kept is None or not user.has_perm(roles.SEE_TOTALS):
        return None
    told = control.morning(kept, zone_of(company))
    if not told:
        return None
    return Receipts(told[0], None, day_url=kept.get_absolute_url(), others=tuple(told[1:]))


def _receipts(company: Company, day: datetime.date, may_see_messages: bool) -> Receipts:
    counts = dashboard.receipts_of(company, day, zone=zone_of(company))
    if not counts.recorded:
        return Receipts(_("No goods were received yesterday."), None)
    if counts.posted == counts.recorded:
        sentence = ngettext(
            "Yesterday's receipt is posted in Business Central.",
            "All {n} of yesterday's receipts are posted in Business Central.",
            counts.recorded,
        )
        return Receipts(sentence.format(n=counts.recorded), None)
    sentence = ngettext(
        "Yesterday's receipt is not yet posted in Business Central.",
        "{posted} of {n} of yesterday's receipts are posted in Business Central.",
        counts.recorded,
    ).format(posted=counts.posted, n=counts.recorded)
    missing = counts.first_missing
    return Receipts(sentence, missing, _address_of(missing, may_see_messages) if missing else "")


def _address_of(receipt: GoodsReceipt, may_see_messages: bool) -> str:
    if may_see_messages:
        return reverse("document-message", args=["goods_receipt", receipt.pk])
    return reverse("admin:reconciliation_goodsreceipt_change", args=[receipt.pk])


def _greeting(now: datetime.datetime) -> str:
    if now.hour < 12:
        return _("Good morning")
    return _("Good afternoon") if now.hour < 18 else _("Good evening")
