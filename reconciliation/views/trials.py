"""Rules tried on history: begun, watched, read by name and by rule, and carried off as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from masterdata import csv_file
from masterdata.models import Company
from reconciliation import policies, trials
from reconciliation.in_words import in_words
from reconciliation.matching import facts, policy_from
from reconciliation.models import (
    ExceptionCase,
    PolicyVersion,
    RulesTrial,
    Tolerance,
    TriedInvoice,
)
from reconciliation.roles import PROPOSE_RULES, SEE_CASES, SEE_RULES
from reconciliation.trials import results

from . import days, figures, workplace
from .reasons import REASONS

PAGE_ROWS = 50
SHORT_LIST = 20
DRAFT = "draft"
# What a spreadsheet would take for a formula.

Change = TriedInvoice.Change
TITLES: dict[str, str | Promise] = {
    Change.RELEASED: gettext_lazy("Would be released"),
    Change.BLOCKED: gettext_lazy("Would be held"),
    Change.EASED: gettext_lazy("Would need nobody"),
    Change.OTHER: gettext_lazy("Held for other reasons"),
}
HINTS: dict[str, str | Promise] = {
    Change.RELEASED: gettext_lazy("held then, let through by these rules"),
    Change.BLOCKED: gettext_lazy("let through then, held by these rules"),
    Change.EASED: gettext_lazy("a person released them; these rules let them through"),
    Change.OTHER: gettext_lazy("held then and now, not for the same reasons"),
}


@dataclass(frozen=True)
class Tab:
    change: str
    title: str
    hint: str
    url: str
    count: int
    amount: str
    is_current: bool


@dataclass(frozen=True)
class Why:
    """A reason that went or came, with what is said of it under both rules."""

    label: str
    line: int | None
    sentence: str
    other: str


@dataclass(frozen=True)
class Row:
    number: str
    url: str
    vendor: str
    amount: str
    gone: list[Why]
    came: list[Why]


@dataclass(frozen=True)
class LeakRow:
    name: str
    scope: str
    invoices: int
    then: str
    as_tried: str
    more: str


@workplace.takes_posts("matching-rules")
@workplace.needs(PROPOSE_RULES)
def start(request: HttpRequest) -> HttpResponse:
    """Begin to try the draft, or a version, on the invoices of some days."""
    company = _company(request)
    user: Any = request.user
    since, until = days.written(request.POST.get("since")), days.written(request.POST.get("until"))
    if since is None or until is None:
        messages.warning(request, _("Choose the first and the last day of the invoices to try."))
        return redirect("matching-rules")
    version = _chosen(company, request.POST.get("rules", DRAFT))
    policy = policy_from(version.content) if version else policies.draft_of(company)
    try:
        trial = trials.start(company, policy, by=user, since=since, until=until, version=version)
    except trials.TrialRefused as error:
        messages.warning(request, str(error))
        return redirect("matching-rules")
    return redirect("trial", pk=trial.pk)


@require_safe
@never_cache
@workplace.needs(SEE_RULES)
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a trial is, and what it has found until now."""
    shown = _trial(request, pk)
    user: Any = request.user
    currency = shown.company.ledger_currency
    money = results.money(shown)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in money else next((c for c in money if money[c].invoices), Change.RELEASED)
    context = {
        "trial": shown,
        "title": title_of(shown),
        "by": figures.person(shown.by, user),
        "stopped_by": _("You") if shown.stopped_by == user.get_username() else shown.stopped_by,
        "began": figures.moment(shown.started_at),
        "days": days_of(shown),
        "changes": _changes(shown),
        "tabs": [_tab(shown, change, money[change], chosen, currency) for change in money],
        "leak": _leak_row(results.leak(shown), currency),
        "by_rule": [_rule_row(leak, currency) for leak in results.leak_by_rule(shown)[:SHORT_LIST]],
        "by_vendor": [_leak_row(leak, currency) for leak in results.leak_by_vendor(shown)[:SHORT_LIST]],
        "lacking": results.lacking_rates(shown),
        "found_any": shown.invoices.exists(),
        "may_try": user.has_perm(PROPOSE_RULES),
        "currency": currency,
        **_page(shown, chosen, request.GET.get("page", ""), user),
    }
    return render(request, "desk/trial.html", context)


@workplace.takes_posts("trial", "pk")
@workplace.needs(PROPOSE_RULES)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Stop a trial, or let it go on."""
    chosen = _trial(request, pk)
    user: Any = request.user
    deeds: dict[str, Callable[[], None]] = {
        "stop": lambda: trials.stop(chosen, by=user),
        "continue": lambda: trials.go_on(chosen),
    }
    workplace.do_by_name(request, action, deeds, refused=trials.TrialRefused)
    return redirect("trial", pk=pk)


@require_safe
@workplace.needs(SEE_RULES)
def export(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Give the result as CSV, row by row; nothing in it is a formula."""
    shown = _trial(request, pk)
    if what not in EXPORTS:
        raise Http404
    answer: Any = StreamingHttpResponse(
        csv_file.table(EXPORTS[what](shown)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="trial-{shown.pk}-{what}.csv"'
    streamed: HttpResponse = answer
    return streamed


def title_of(shown: RulesTrial) -> str:
    if shown.version:
        return _("Version {n} on history").format(n=shown.version.number)
    return _("The draft on history")


def days_of(shown: RulesTrial) -> str:
    today = timezone.localdate()
    return _("{first} to {last}").format(
        first=figures.short_day(shown.since, today), last=figures.short_day(shown.until, today)
    )


def _changes(shown: RulesTrial) -> list[policies.Difference]:
    """Tell what was tried apart from what counted when the trial began."""
    then = PolicyVersion.objects.of(shown.company).in_force(shown.started_at)
    before = policy_from(then.content) if then else facts.Policy()
    return policies.differences(before, _stated(shown, before), shown.company.ledger_currency)


def _stated(shown: RulesTrial, before: facts.Policy) -> facts.Policy:
    """Give what the tried rules state, without the defaults that were filled in on both sides."""
    tried = policy_from(shown.policy)
    filled_in = set(policies.complete(before).rules) - set(before.rules)
    levels = set(policies.complete(before).levels) - set(before.levels)
    return facts.Policy(
        levels=tuple(row for row in tried.levels if row not in levels),
        rules=tuple(rule for rule in tried.rules if rule not in filled_in),
        options=tried.options,
    )


def _tab(shown: RulesTrial, change: str, found: results.Money, chosen: str, currency: str) -> Tab:
    return Tab(
        change=change,
        title=str(TITLES[change]),
        hint=str(HINTS[change]),
        url=f"{reverse('trial', args=[shown.pk])}?show={change}",
        count=found.invoices,
        amount=figures.money(found.amount, currency),
        is_current=change == chosen,
    )


def _page(shown: RulesTrial, change: str, asked: str, user: Any) -> dict[str, Any]:
    found = results.changed(shown, change)
    count = found.count()
    last_page = max(1, -(-count // PAGE_ROWS))
    page = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), last_page)
    first = (page - 1) * PAGE_ROWS
    rows = list(found[first : first + PAGE_ROWS])
    address = f"{reverse('trial', args=[shown.pk])}?show={change}&page="
    return {
        "rows": _rows(shown, rows, user),
        "chosen": {"title": TITLES[change], "hint": HINTS[change]},
        "count": count,
        "first": first + 1,
        "last": first + len(rows),
        "previous_url": f"{address}{page - 1}" if page > 1 else "",
        "next_url": f"{address}{page + 1}" if page < last_page else "",
    }


def _rows(shown: RulesTrial, tried: list[TriedInvoice], user: Any) -> list[Row]:
    keys = [row.invoice_id for row in tried]
    names = results.vendor_names(shown, {row.vendor_number for row in tried})
    cases: dict[int, int] = {}
    if user.has_perm(SEE_CASES):
        latest = ExceptionCase.objects.filter(invoice__in=keys).order_by("pk")
        cases = dict(latest.values_list("invoice_id", "pk"))
    return [
        Row(
            number=row.invoice.number,
            url=_address(row.invoice_id, cases),
            vendor=row.invoice.vendor_name or names.get(row.vendor_number, row.vendor_number),
            amount=figures.money(row.amount, shown.company.ledger_currency) or _("no exchange rate"),
            gone=_whys(row.gone),
            came=_whys(row.came),
        )
        for row in tried
    ]


def _address(invoice: int, cases: dict[int, int]) -> str:
    if invoice in cases:
        return reverse("case", args=[cases[invoice]])
    return reverse("admin:reconciliation_supplierinvoice_change", args=[invoice])


def _whys(found: Iterable[dict[str, Any]]) -> list[Why]:
    return [
        Why(
            label_of(each["code"]),
            each["line"],
            in_words(each["code"], each["sentence"]),
            in_words(each["code"], each.get("other", "")),
        )
        for each in found
    ]


def label_of(code: str) -> str:
    return str(REASONS[code].label) if code in REASONS else code


def _rule_row(leak: results.Leak, currency: str) -> LeakRow:
    name = str(Tolerance.Check(leak.name).label).capitalize()
    return _leak_row(leak, currency, name)


def _leak_row(leak: results.Leak, currency: str, name: str = "") -> LeakRow:
    return LeakRow(
        name=name or leak.name,
        scope=leak.scope,
        invoices=leak.invoices,
        then=figures.money(leak.then, currency),
        as_tried=figures.money(leak.as_tried, currency),
        more=figures.money(leak.more, currency, signed=True) if leak.more else "",
    )


def _invoices_told(shown: RulesTrial) -> Iterator[list[object]]:
    yield [
        "invoice", "vendor", "change", "outcome then", "outcome tried", "amount", "currency",
        "let through then", "let through tried", "reasons gone", "reasons come",
    ]  # fmt: skip
    row: Any
    for row in results.tried_invoices(shown).iterator(chunk_size=500):
        yield [
            row.invoice.number,
            row.vendor_number,
            row.get_change_display(),
            row.outcome_then,
            row.outcome_tried,
            row.amount,
            shown.company.ledger_currency,
            row.leak_then or Decimal(0),
            row.leak_tried or Decimal(0),
            _told(row.gone),
            _told(row.came),
        ]


def _let_through_told(shown: RulesTrial) -> Iterator[list[object]]:
    yield ["invoice", "vendor", "rule", "counts for", "let through then", "let through tried", "currency"]
    for row in results.let_through(shown).iterator(chunk_size=500):
        yield [
            row.tried.invoice.number,
            row.vendor_number,
            str(Tolerance.Check(row.check_name).label),
            row.scope,
            row.then,
            row.as_tried,
            shown.company.ledger_currency,
        ]


EXPORTS: dict[str, Callable[[RulesTrial], Iterator[list[object]]]] = {
    "invoices": _invoices_told,
    "let-through": _let_through_told,
}


def _told(reasons: Iterable[dict[str, Any]]) -> str:
    return " ".join(each["sentence"] for each in reasons)


def _chosen(company: Company, rules: str) -> PolicyVersion | None:
    if rules == DRAFT:
        return None
    number = int(rules) if rules.isdecimal() and len(rules) < 9 else 0
    found: PolicyVersion = get_object_or_404(PolicyVersion, company=company, number=number)
    return found


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company


def _trial(request: HttpRequest, pk: int) -> RulesTrial:
    here = RulesTrial.objects.filter(company=workplace.company(request))
    found: RulesTrial = get_object_or_404(here.select_related("company", "version", "by"), pk=pk)
    return found
