"""One action on several cases: first what it would do to each, then what it did."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masterdata.models import Company
from reconciliation import actions, approving, cases, roles
from reconciliation.actions import Action, Ask, Situation
from reconciliation.models import ExceptionCase, Resolution, Undoable
from reconciliation.roles import SEE_CASES
from reconciliation.row_keys import row_keys

from . import figures, workplace
from .queue import Question
from .rows import Row, rows
from .worklist import address

MOST = 200
USUAL_WAIT = datetime.timedelta(days=7)
# What becomes of a case, in the order in which the page tells it.
DOES, PROPOSES, REFUSES = "does", "proposes", "refuses"


@dataclass(frozen=True)
class Effect:
    """What the action would do to one case."""

    row: Row
    case: ExceptionCase
    seen: str
    kind: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What the action did to one case."""

    row: Row
    is_done: bool
    sentence: str


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def preview(request: HttpRequest) -> HttpResponse:
    """Show what would happen to each; nothing is changed."""
    user: Any = request.user
    action = _action(request, user)
    question = _question(request, user)
    company = _company(request)
    chosen, left_out = _chosen(request, question, company, user)
    effects = _effects(action, chosen, user, company)
    return render(request, "desk/several.html", _preview_page(action, effects, question, left_out))


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def act(request: HttpRequest) -> HttpResponse:
    """Do it to each that is still as the person saw it; says for every one what became of it."""
    user: Any = request.user
    action = _action(request, user)
    question = _question(request, user)
    keys = row_keys(request.POST.getlist("case"))[:MOST]
    outcomes, undoables = [], []
    for case in _in_their_order(_company(request), keys):
        outcome, undoable = _do(action, case, user, request)
        outcomes.append(outcome)
        undoables += [undoable.pk] if undoable else []
    return render(request, "desk/several_done.html", _outcome_page(action, outcomes, undoables, question))


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def undo(request: HttpRequest) -> HttpResponse:
    """Undo all of it, as far as it still can be."""
    user: Any = request.user
    keys = row_keys(request.POST.getlist("undo"))[:MOST]
    done = Undoable.objects.filter(pk__in=keys, case__company=_company(request), by=user)
    outcomes = []
    for undoable in done.select_related("case__owner", "case__company", "by").order_by("pk"):
        row = rows([undoable.case], user)[0]
        try:
            actions.undo(undoable, by=user)
            outcomes.append(Outcome(row, True, _("As it was before.")))
        except cases.CaseError as error:
            outcomes.append(Outcome(row, False, str(error)))
    return render(
        request, "desk/several_done.html", _outcome_page(None, outcomes, [], _question(request, user))
    )


def _action(request: HttpRequest, user: User) -> Action:
    action = actions.ACTIONS.get(request.POST.get("do", ""))
    if action is None or not action.in_bulk:
        raise Http404
    if not user.has_perm(action.permission):
        raise PermissionDenied(roles.refusal(user, action.permission))
    return action


def _question(request: HttpRequest, user: User) -> Question:
    return Question.read(QueryDict(request.POST.get("queue", "")).dict(), user)


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company


def _chosen(
    request: HttpRequest, question: Question, company: Company, user: User
) -> tuple[list[ExceptionCase], bool]:
    """Give the ticked cases, or all that the list shows; and whether there were more than fit."""
    if request.POST.get("which") == "all":
        found = list(question.cases(company, user).select_related("owner", "invoice", "company")[: MOST + 1])
        return found[:MOST], len(found) > MOST
    keys = row_keys(request.POST.getlist("case"))
    return _in_their_order(company, keys[:MOST]), len(keys) > MOST


def _in_their_order(company: Company, keys: list[int]) -> list[ExceptionCase]:
    there = ExceptionCase.objects.of(company).select_related("owner", "invoice", "company").in_bulk(keys)
    return [there[key] for key in dict.fromkeys(keys) if key in there]


def _effects(action: Action, chosen: list[ExceptionCase], user: User, company: Company) -> list[Effect]:
    """Tell what would happen to each, in a handful of questions for all of them."""
    prefetch_related_objects(chosen, "findings", "resolutions__by")
    limit = approving.release_limit(company, user)
    shown = rows(chosen, user)
    return [_effect(action, case, row, user, limit) for case, row in zip(chosen, shown, strict=True)]


def _effect(action: Action, case: ExceptionCase, row: Row, user: User, limit: Decimal) -> Effect:
    given: list[Resolution] = list(case.resolutions.all())
    waiting = next((each for each in given if each.state == Resolution.State.PROPOSED), None)
    situation = Situation(case, user, list(case.findings.all()), waiting)
    situation.limit = limit
    seen = f"{case.status}-{case.decision_id}-{max((each.pk for each in given), default=0)}"
    refusal = actions.refusal_of(action, situation)
    if refusal is not None:
        return Effect(row, case, seen, REFUSES, str(refusal))
    if actions.goes_to_approver(action, situation):
        return Effect(row, case, seen, PROPOSES, _("over your limit: a second person decides"))
    return Effect(row, case, seen, DOES, "")


def _preview_page(
    action: Action, effects: list[Effect], question: Question, left_out: bool
) -> dict[str, Any]:
    going = [effect for effect in effects if effect.kind != REFUSES]
    today = timezone.localdate()
    return {
        "action": action,
        "effects": effects,
        "going": going,
        "sentence": _sentence(effects),
        "money": _money(effect.case for effect in going),
        "left_out": left_out,
        "most": MOST,
        "queue": question.query,
        "list_url": address(question),
        "codes": [(code, actions.CODES[code]) for code in action.reason_codes],
        "wants_reason": action.reason != Ask.NOT,
        "needs_note": action.reason == Ask.MUST and not action.reason_codes,
        "asks_until": "until" in action.asks,
        "longest_text": cases.LONGEST_TEXT,
        "first_day": today + datetime.timedelta(days=1),
        "usual_day": today + USUAL_WAIT,
        "last_day": today + cases.LONGEST_WAIT,
    }


def _sentence(effects: list[Effect]) -> str:
    """Say the effect in one line: "38 of 40 go through at once; 2 go to an approver"."""
    counts = {kind: sum(effect.kind == kind for effect in effects) for kind in (DOES, PROPOSES, REFUSES)}
    told = [
        ngettext("{n} of {all} goes through at once", "{n} of {all} go through at once", counts[DOES]).format(
            n=counts[DOES], all=len(effects)
        )
    ]
    if counts[PROPOSES]:
        told.append(
            ngettext("{n} goes to an approver", "{n} go to an approver", counts[PROPOSES]).format(
                n=counts[PROPOSES]
            )
        )
    if counts[REFUSES]:
        told.append(
            ngettext("{n} cannot be done", "{n} cannot be done", counts[REFUSES]).format(n=counts[REFUSES])
        )
    return "; ".join(told) + "."


def _money(chosen: Iterable[ExceptionCase]) -> list[str]:
    sums: dict[str, Decimal] = {}
    for case in chosen:
        sums[case.currency] = sums.get(case.currency, Decimal(0)) + case.amount
    return [figures.money(amount, currency) for currency, amount in sorted(sums.items())]


def _do(
    action: Action, case: ExceptionCase, user: User, request: HttpRequest
) -> tuple[Outcome, Undoable | None]:
    row = rows([case], user)[0]
    sent = {name: request.POST.getlist(name) for name in ("code", "reason", "until")}
    try:
        done = actions.do(
            action.name, case, by=user, sent=sent | {"seen": request.POST.get(f"seen-{case.pk}", "")}
        )
    except cases.CaseError as error:
        return Outcome(row, False, str(error)), None
    return Outcome(row, True, done.sentence), done.undoable


def _outcome_page(
    action: Action | None, outcomes: list[Outcome], undoables: list[int], question: Question
) -> dict[str, Any]:
    done = sum(outcome.is_done for outcome in outcomes)
    told = ngettext("{n} of {all} case is done.", "{n} of {all} cases are done.", len(outcomes))
    return {
        "title": action.title if action else _("Undone"),
        "outcomes": outcomes,
        "sentence": told.format(n=done, all=len(outcomes)),
        "is_clean": done == len(outcomes),
        "undoables": [str(key) for key in undoables],
        "queue": question.query,
        "list_url": address(question),
    }
