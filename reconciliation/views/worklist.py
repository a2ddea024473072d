"""The worklist: every exception that is someone's turn, one line each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import actions, cases
from reconciliation.models import ExceptionCase
from reconciliation.roles import RESOLVE, SEE_CASES
from reconciliation.row_keys import row_keys

from . import figures, grouping, list_look, paging, reasons, saved_filters, sums, workplace
from .queue import NOBODY, PAGE_ROWS, SORTS, Question
from .rows import rows

TAB_TITLES: dict[str, str | Promise] = {
    "mine": gettext_lazy("My queue"),
    "waiting": gettext_lazy("Waiting for receipt"),
    "approval": gettext_lazy("For approval"),
    "open": gettext_lazy("All open"),
    "closed": gettext_lazy("Closed"),
}
ORDERS: list[tuple[str, str | Promise]] = [
    ("due", gettext_lazy("Due day")),
    ("discount", gettext_lazy("Discount deadline")),
    ("risk", gettext_lazy("Discount at risk")),
    ("amount", gettext_lazy("Amount")),
    ("difference", gettext_lazy("Difference")),
    ("age", gettext_lazy("Age")),
    ("vendor", gettext_lazy("Vendor")),
    ("reason", gettext_lazy("Reason")),
    ("order", gettext_lazy("Order")),
    ("invoice", gettext_lazy("Invoice")),
]
CLOSED_ORDERS: list[tuple[str, str | Promise]] = [("closed", gettext_lazy("Closed"))]
GROUP_TITLES: dict[str, str | Promise] = {
    "vendor": gettext_lazy("Vendor"),
    "reason": gettext_lazy("Reason"),
    "order": gettext_lazy("Order"),
}
DAY_TITLES: dict[str, str | Promise] = {
    "due": gettext_lazy("Due"),
    "until": gettext_lazy("Discount until"),
    "opened": gettext_lazy("Opened"),
}
BULK_ROWS = 200


@dataclass(frozen=True)
class Tab:
    title: str
    url: str
    count: int | None
    is_current: bool


@dataclass(frozen=True)
class Heading:
    name: str
    title: str
    url: str
    is_number: bool
    aria_sort: str


@require_safe
@workplace.needs(SEE_CASES)
def worklist(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    question = Question.read(request.GET.dict(), user)
    company = workplace.company(request)
    may_resolve = user.has_perm(RESOLVE)
    may_take = may_resolve and question.tab != "closed"
    shown = (
        _answer(request, question, company, user, may_take=may_take) if company else {"empty": "no_company"}
    )
    context = {"question": question, "may_resolve": may_resolve, "may_take": may_take, **shown}
    return render(request, "desk/worklist.html", context)


@workplace.takes_posts("worklist")
@workplace.needs(RESOLVE)
def take_selected(request: HttpRequest) -> HttpResponse:
    """Take every ticked case, and tell apart what went through and what did not."""
    user: Any = request.user
    keys = row_keys(request.POST.getlist("case")[:BULK_ROWS])
    taken, refused = 0, []
    here = ExceptionCase.objects.filter(company=workplace.company(request))
    for case in here.filter(pk__in=keys).order_by("pk"):
        try:
            cases.take(case, by=user)
            taken += 1
        except cases.CaseError as error:
            refused.append(f"{case.invoice_number}: {error}")
    if taken:
        said = ngettext("{n} case is yours now.", "{n} cases are yours now.", taken).format(n=taken)
        messages.success(request, said)
    for sentence in refused:
        messages.warning(request, sentence)
    if not keys:
        messages.warning(request, _("Tick the cases first."))
    return workplace.back_to(request, request.POST.get("back", ""), reverse("worklist"))


def _answer(
    request: HttpRequest, question: Question, company: Company, user: User, *, may_take: bool
) -> dict[str, Any]:
    desk = sums.desk(company, user, question)
    workplace.keep_counts(request, desk.counts)
    found = question.found(company, user)
    page = paging.page(found, question.keys, PAGE_ROWS, question.place, descending=question.descending)
    exactly = request.GET.get("exactly") == "1"
    total = _total(question, company, page, found, desk, exactly=exactly)
    first = page.position + 1
    shown = rows(page.rows, user, question.query)
    look = list_look.of(user)
    return {
        "rows": bool(page.rows),
        "groups": grouping.groups(
            question, company, user, found, total, page.rows, shown, look.columns, may_take=may_take
        ),
        "look": look,
        "width": len(look.columns) + may_take,
        "saved": saved_filters.those_of(user, question),
        "may_share": user.has_perm(RESOLVE),
        "tabs": _tabs(question, desk.counts),
        "queue_title": str(TAB_TITLES[question.tab]),
        "headings": [_heading(question, *column) for column in look.titled],
        "orders": _orders(question),
        "total": total,
        "count": count_in_words(total),
        "totals": [figures.money(each.amount, each.currency) for each in total.totals],
        "at_risk": [figures.money(each.discount, each.currency) for each in total.totals if each.discount],
        "first": first,
        "last": page.position + len(page.rows),
        "first_url": address(question.with_()) if page.position > PAGE_ROWS else "",
        "previous_url": address(replace(question, at=page.before.write())) if page.before else "",
        "next_url": address(replace(question, at=page.after.write())) if page.after else "",
        "exact_url": f"{address(question)}&exactly=1" if total.is_estimate else "",
        "clear_url": address(question.unfiltered()),
        "elsewhere_url": address(question.with_(tab="closed" if question.tab == "open" else "open")),
        "here": request.get_full_path(),
        "empty": "" if page.rows else _emptiness(question),
        "reasons": reasons.by_name(),
        "owners": desk.owners,
        "nobody": NOBODY,
        "several": [action for action in actions.ACTIONS.values() if _for_several(action, user)],
        "day_filters": [(name, title, getattr(question, name)) for name, title in DAY_TITLES.items()],
        "groupings": GROUP_TITLES.items() if question.tab != "closed" else (),
    }


def _total(
    question: Question,
    company: Company,
    page: paging.Page,
    found: QuerySet[ExceptionCase],
    desk: sums.Desk,
    *,
    exactly: bool,
) -> sums.Sums:
    """Say how much answers, by the cheapest way that knows it."""
    if page.is_whole and (page.rows or question.place is None):
        return sums.of_rows(page.rows)
    if desk.sums is not None:
        return desk.sums
    return sums.kept(company, question) or sums.counted(found, exactly=exactly)


def count_in_words(total: sums.Sums) -> str:
    """Write how many cases, an estimate rounded to what is known of it."""
    if not total.is_estimate:
        told = ngettext("{n} case", "{n} cases", total.count)
        return told.format(n=figures.whole(total.count))
    digits = max(len(str(total.count)) - 2, 0)
    return _("about {n} cases").format(n=figures.whole(round(total.count, -digits)))


def _for_several(action: actions.Action, user: User) -> bool:
    """Tell whether the action is offered for many cases at once, on a page that shows its effect first."""
    return action.in_bulk and action.name != "take" and user.has_perm(action.permission)


def _tabs(question: Question, counts: Any) -> list[Tab]:
    return [
        Tab(
            title=str(title),
            url=address(question.with_(tab=name)),
            count=getattr(counts, name, None),
            is_current=name == question.tab,
        )
        for name, title in TAB_TITLES.items()
    ]


def _orders(question: Question) -> list[tuple[str, str]]:
    """Give the orders of the list to choose from, each up and down."""
    return [
        (f"{sign}{name}", f"{title} {arrow}")
        for name, title in (CLOSED_ORDERS if question.tab == "closed" else ORDERS)
        for sign, arrow in (("", "▲"), ("-", "▼"))
    ]


def _heading(question: Question, name: str, title: str | Promise, is_number: bool) -> Heading:
    direction = "descending" if question.descending else "ascending"
    can_sort = name in SORTS and question.tab != "closed"
    return Heading(
        name=name,
        title=str(title),
        url=address(question.sorted_by(name)) if can_sort else "",
        is_number=is_number,
        aria_sort=direction if question.sort == name else "",
    )


def address(question: Question) -> str:
    query = question.query
    return f"{reverse('worklist')}?{query}" if query else reverse("worklist")


def _emptiness(question: Question) -> str:
    """Tell the empty states apart: nothing matches, all done, nothing yet."""
    if question.is_filtered:
        return "no_match"
    if question.tab == "mine":
        return "all_done"
    if question.tab == "open":
        return "nothing_open"
    return "none_here"
