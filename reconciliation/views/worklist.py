"""The worklist: every exception that is someone's turn, one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import cases
from reconciliation.models import ExceptionCase
from reconciliation.roles import RESOLVE, SEE_CASES
from reconciliation.row_keys import row_keys

from . import figures, workplace
from .queue import NOBODY, PAGE_ROWS, Question
from .reasons import REASONS
from .rows import rows

TAB_TITLES: dict[str, str | Promise] = {
    "mine": gettext_lazy("My queue"),
    "waiting": gettext_lazy("Waiting for receipt"),
    "approval": gettext_lazy("For approval"),
    "open": gettext_lazy("All open"),
    "closed": gettext_lazy("Closed"),
}
COLUMNS: list[tuple[str, str | Promise, bool]] = [
    ("age", gettext_lazy("Age"), False),
    ("invoice", gettext_lazy("Invoice"), False),
    ("order", gettext_lazy("Order"), False),
    ("reason", gettext_lazy("Reason"), False),
    ("difference", gettext_lazy("Difference"), True),
    ("amount", gettext_lazy("Amount"), True),
    ("due", gettext_lazy("Decide by"), True),
    ("with", gettext_lazy("With"), False),
]
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
    shown = _answer(request, question, company, user) if company else {"empty": "no_company"}
    may_resolve = user.has_perm(RESOLVE)
    may_take = may_resolve and question.tab != "closed"
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


def _answer(request: HttpRequest, question: Question, company: Company, user: User) -> dict[str, Any]:
    found = question.cases(company, user)
    totals = question.totals(found)
    count = sum(total.cases for total in totals)
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(question.page, pages)
    question = question.with_(page=page)
    first = (page - 1) * PAGE_ROWS
    shown = rows(found[first : first + PAGE_ROWS], user, question.query) if count else []
    counts = workplace.counts(request)
    return {
        "question": question,
        "rows": shown,
        "tabs": _tabs(question, counts),
        "headings": [_heading(question, *column) for column in COLUMNS],
        "orders": _orders(),
        "count": count,
        "totals": [figures.money(total.amount, total.currency) for total in totals],
        "first": first + 1,
        "last": first + len(shown),
        "previous_url": _address(question.with_(page=page - 1)) if page > 1 else "",
        "next_url": _address(question.with_(page=page + 1)) if page < pages else "",
        "clear_url": _address(question.unfiltered()),
        "elsewhere_url": _address(question.with_(tab="closed" if question.tab == "open" else "open")),
        "here": request.get_full_path(),
        "empty": "" if shown else _emptiness(question, counts),
        "reasons": sorted(REASONS.values(), key=lambda reason: str(reason.label)),
        "owners": _owners(company, question),
        "nobody": NOBODY,
    }


def _tabs(question: Question, counts: Any) -> list[Tab]:
    return [
        Tab(
            title=str(title),
            url=_address(question.with_(tab=name)),
            count=getattr(counts, name, None),
            is_current=name == question.tab,
        )
        for name, title in TAB_TITLES.items()
    ]


def _orders() -> list[tuple[str, str]]:
    """Give the orders of the list to choose from, each column up and down."""
    return [
        (f"{sign}{name}", f"{title} {arrow}")
        for name, title, _is_number in COLUMNS
        for sign, arrow in (("", "▲"), ("-", "▼"))
    ]


def _heading(question: Question, name: str, title: str | Promise, is_number: bool) -> Heading:
    direction = "descending" if question.descending else "ascending"
    return Heading(
        name=name,
        title=str(title),
        url=_address(question.sorted_by(name)),
        is_number=is_number,
        aria_sort=direction if question.sort == name else "",
    )


def _address(question: Question) -> str:
    query = question.query
    return f"{reverse('worklist')}?{query}" if query else reverse("worklist")


def _emptiness(question: Question, counts: Any) -> str:
    """Tell the empty states apart: nothing matches, all done, nothing yet."""
    if question.is_filtered:
        return "no_match"
    if question.tab == "mine":
        return "all_done"
    if question.tab == "open":
        return "nothing_open"
    return "none_here"


def _owners(company: Company, question: Question) -> list[dict[str, str]]:
    people = User.objects.filter(
        cases__company=company, cases__status__in=ExceptionCase.OPEN_STATUSES
    ).distinct()
    return [{"username": user.username, "name": figures.person(user)} for user in people.order_by("username")]
