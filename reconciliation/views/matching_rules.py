"""Matching rules: what counts, what the draft would change, what waits for a second person, what counted."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import policies
from reconciliation.matching import facts, policy_from
from reconciliation.models import PolicyVersion, RulesTrial, SupplierInvoice
from reconciliation.policies import PolicyRefused
from reconciliation.roles import APPROVE_RULES, PROPOSE_RULES, SEE_RULES, refusal
from reconciliation.trials import DAYS

from . import days, figures, judging, workplace
from .trials import days_of, title_of

NOT_ACCEPTED = 422
LONGEST_TEXT = 1000
SHOWN_TRIALS = 5


@dataclass(frozen=True)
class Shown:
    """A version in the words of the page."""

    number: int
    url: str
    status: str
    tone: str
    reason: str
    proposed: str
    decided: str
    note: str
    counts_from: str
    is_proposal: bool
    is_own: bool
    is_ahead: bool


@require_safe
@workplace.needs(SEE_RULES)
def matching_rules(request: HttpRequest) -> HttpResponse:
    return _page(request)


@workplace.takes_posts("matching-rules")
@workplace.needs(PROPOSE_RULES)
def propose(request: HttpRequest) -> HttpResponse:
    """Lay the draft before a second person."""
    company, user = _company(request), _user(request)
    day = days.written(request.POST.get("day")) if request.POST.get("when") == "day" else None
    if request.POST.get("when") == "day" and day is None:
        return _page(request, problem=_("Choose the day from which the rules shall count."))
    try:
        made = policies.propose(company, by=user, reason=_text(request.POST), wanted_from=day)
    except PolicyRefused as error:
        return _page(request, problem=str(error))
    messages.success(request, _("Version {n} waits for a second person.").format(n=made.number))
    return redirect("matching-rules")


@workplace.takes_posts("matching-rules")
@workplace.needs(PROPOSE_RULES)
def put_back(request: HttpRequest) -> HttpResponse:
    """Throw the draft away: it says again what counts."""
    company = _company(request)
    latest = PolicyVersion.objects.of(company).approved().last()
    if latest:
        policies.put_back(company, policy_from(latest.content))
        messages.success(request, _("The draft says what version {n} says.").format(n=latest.number))
    return redirect("matching-rules")


@require_safe
@workplace.needs(SEE_RULES)
def version(request: HttpRequest, number: int) -> HttpResponse:
    return _version_page(request, _version(request, number))


@workplace.takes_posts("rules-version", "number")
@workplace.needs(SEE_RULES)
def act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Decide a version, or judge the open invoices by it."""
    if action not in VERBS:
        raise Http404
    permission, verb = VERBS[action]
    user = _user(request)
    if not user.has_perm(permission):
        raise PermissionDenied(refusal(user, permission))
    chosen = _version(request, number)
    try:
        said = verb(chosen, user, request.POST)
    except PolicyRefused as error:
        return _version_page(request, _version(request, number), problem=str(error))
    messages.success(request, said)
    if action == "judge":
        return redirect(f"{reverse('judging')}?of={judging.waiting_in(chosen.company)}")
    return redirect("matching-rules")


def _approve(chosen: PolicyVersion, by: User, form: QueryDict) -> str:
    made = policies.approve(chosen, by=by, note=_text(form))
    when = figures.moment(made.in_force_from) if made.in_force_from else ""
    return _("Version {n} is approved and counts from {when} for invoices that come then.").format(
        n=made.number, when=when
    )


def _decline(chosen: PolicyVersion, by: User, form: QueryDict) -> str:
    policies.decline(chosen, by=by, note=_text(form))
    return _("Version {n} is declined; what counted before still counts.").format(n=chosen.number)


def _withdraw(chosen: PolicyVersion, by: User, form: QueryDict) -> str:
    policies.withdraw(chosen, by=by)
    return _("Version {n} is withdrawn.").format(n=chosen.number)


def _judge(chosen: PolicyVersion, by: User, form: QueryDict) -> str:
    count = policies.judge_by(chosen, by=by)
    return ngettext(
        "{n} open invoice is judged again, by version {v}.",
        "{n} open invoices are judged again, by version {v}.",
        count,
    ).format(n=count, v=chosen.number)


Verb = Callable[[PolicyVersion, User, QueryDict], str]
VERBS: dict[str, tuple[str, Verb]] = {
    "approve": (APPROVE_RULES, _approve),
    "decline": (APPROVE_RULES, _decline),
    "withdraw": (PROPOSE_RULES, _withdraw),
    "judge": (APPROVE_RULES, _judge),
}


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    company, user = workplace.company(request), _user(request)
    if company is None:
        return render(request, "desk/matching_rules.html", {"empty": "no_company"})
    versions = list(
        PolicyVersion.objects.of(company).select_related("proposed_by", "decided_by").order_by("-number")
    )
    latest = PolicyVersion.objects.of(company).approved().last()
    now = PolicyVersion.objects.of(company).in_force(timezone.now())
    changes = policies.differences(_read(latest), policies.draft_of(company), company.ledger_currency)
    context = {
        "in_force": _shown(now, user, now) if now else None,
        "latest": latest,
        "changes": changes,
        "versions": [_shown(each, user, now) for each in versions],
        "proposal": next((_shown(v, user, now) for v in versions if v.state == v.State.PROPOSED), None),
        "open_count": SupplierInvoice.objects.filter(company=company, status__in=policies.STILL_OPEN).count(),
        "waiting": judging.waiting_in(company),
        "may_propose": user.has_perm(PROPOSE_RULES),
        "tomorrow": timezone.localdate() + datetime.timedelta(days=1),
        "trials": [_tried(each, user) for each in _latest_trials(company)],
        **_last_days(),
        "longest_text": LONGEST_TEXT,
        "problem": problem,
        "typed": request.POST if problem else {},
    }
    return render(request, "desk/matching_rules.html", context, status=NOT_ACCEPTED if problem else 200)


def _latest_trials(company: Company) -> QuerySet[RulesTrial]:
    rows = RulesTrial.objects.filter(company=company).select_related("by", "version")
    latest: QuerySet[RulesTrial] = rows.order_by("-pk")[:SHOWN_TRIALS]
    return latest


def _tried(each: RulesTrial, viewer: User) -> dict[str, Any]:
    return {
        "url": reverse("trial", args=[each.pk]),
        "title": title_of(each),
        "days": days_of(each),
        "state": each.get_state_display(),
        "began": f"{figures.person(each.by, viewer)} · {figures.moment(each.started_at)}",
    }


def _last_days() -> dict[str, datetime.date]:
    today = timezone.localdate()
    return {"since": today - datetime.timedelta(days=DAYS), "until": today}


def _version_page(request: HttpRequest, chosen: PolicyVersion, problem: str = "") -> HttpResponse:
    user = _user(request)
    versions = PolicyVersion.objects.of(chosen.company)
    before = versions.approved().filter(number__lt=chosen.number).last()
    policy, currency = _read(chosen), chosen.company.ledger_currency
    context = {
        "shown": _shown(chosen, user, versions.in_force(timezone.now())),
        "before": before,
        "changes": policies.differences(_read(before), policy, currency) if before else [],
        "rules": policies.differences(facts.Policy(), policy, currency),
        "may_approve": user.has_perm(APPROVE_RULES),
        "refusal": "" if user.has_perm(APPROVE_RULES) else refusal(user, APPROVE_RULES),
        "may_propose": user.has_perm(PROPOSE_RULES),
        "longest_text": LONGEST_TEXT,
        "problem": problem,
        "typed": request.POST if problem else {},
        **_last_days(),
    }
    return render(request, "desk/rules_version.html", context, status=NOT_ACCEPTED if problem else 200)


def _shown(each: PolicyVersion, viewer: User, in_force: PolicyVersion | None) -> Shown:
    is_ahead = each.state == each.State.APPROVED and not each.counts_at(timezone.now())
    status, tone = _status(each, is_ahead, is_now=in_force is not None and each.pk == in_force.pk)
    return Shown(
        number=each.number,
        url=reverse("rules-version", args=[each.number]),
        status=status,
        tone=tone,
        reason=each.reason,
        proposed=_who_and_when(each.proposed_by, each.proposed_at, viewer),
        decided=_who_and_when(each.decided_by, each.decided_at, viewer) if each.decided_at else "",
        note=each.decision_note,
        counts_from=_counts_from(each),
        is_proposal=each.state == each.State.PROPOSED,
        is_own=each.proposed_by_id == viewer.pk,
        is_ahead=is_ahead,
    )


def _status(each: PolicyVersion, is_ahead: bool, is_now: bool) -> tuple[str, str]:
    if is_now:
        return _("counts now"), "good"
    if is_ahead:
        return _("counts later"), "warn"
    if each.state == each.State.APPROVED:
        return _("counted before"), ""
    return each.get_state_display(), "warn" if each.state == each.State.PROPOSED else ""


def _counts_from(each: PolicyVersion) -> str:
    if each.in_force_from:
        return figures.moment(each.in_force_from)
    if each.state != each.State.PROPOSED:
        return ""
    if each.wanted_from is None:
        return _("when it is approved")
    return figures.short_day(each.wanted_from, timezone.localdate())


def _who_and_when(person: User | None, at: Any, viewer: User) -> str:
    return f"{figures.person(person, viewer) or 'Tieout'} · {figures.moment(at)}"


def _read(version: PolicyVersion | None) -> facts.Policy:
    return policy_from(version.content) if version else facts.Policy()


def _version(request: HttpRequest, number: int) -> PolicyVersion:
    found: PolicyVersion = get_object_or_404(
        PolicyVersion.objects.select_related("company", "proposed_by", "decided_by"),
        company=_company(request),
        number=number,
    )
    return found


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    chosen: User = user
    return chosen


def _text(form: QueryDict) -> str:
    return form.get("reason", "").replace("\0", "").strip()[:LONGEST_TEXT]
