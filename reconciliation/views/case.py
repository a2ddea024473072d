"""The case: why the invoice is blocked, its three columns, and what can be done about it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, Finding, Resolution

from . import figures, workplace
from .case_table import comparison, invoiced_quantities, limits_in_words, sum_in_words
from .queue import NEIGHBOURS, Question
from .reasons import COMES_LATER, Reason, reason
from .timeline import changes, timeline

Status = ExceptionCase.Status
USUAL_WAIT = datetime.timedelta(days=7)
LONGEST_TEXT = 2000
CONFLICT, NOT_ACCEPTED = 409, 422


@dataclass(frozen=True)
class Box:
    """A finding in words: what is wrong, the sum, the rule, what makes it go away."""

    reason: Reason
    tone: str
    lead: str
    sentence: str
    sum: str
    limits: str
    remedy: str


@dataclass(frozen=True)
class Action:
    """Something that can be done now, or why it cannot."""

    name: str
    title: str
    note: str = ""
    button: str = ""
    label: str = ""
    disabled: str = ""
    number: int = 0
    is_suggested: bool = False
    is_open: bool = False
    wants_reason: bool = True
    wants_day: bool = False
    wants_person: bool = False
    suggestions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a case stands in the queue from which it was opened."""

    position: int
    count: int
    previous_url: str
    next_url: str


@require_safe
@workplace.needs(roles.SEE_CASES)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    return _page(request, _case(pk), Question.read(request.GET.dict(), user))


@require_safe
@workplace.needs(roles.SEE_CASES)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every field of the case as it was and as it became."""
    shown = _case(pk)
    return render(request, "desk/history.html", {"case": shown, "changes": changes(shown)})


@require_POST
@workplace.needs(roles.SEE_CASES)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one thing with a case, then go on to the next of the queue."""
    verb = VERBS.get(action)
    if verb is None:
        raise Http404
    user: Any = request.user
    chosen = _case(pk)
    question = Question.read(QueryDict(request.POST.get("queue", "")).dict(), user)
    place = _place(request, chosen, question)
    try:
        said = verb(chosen, user, request.POST)
    except cases.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except cases.CaseError as error:
        late = isinstance(error, cases.StaleCase | cases.WrongStatus)
        return _page(
            request,
            _case(pk),
            question,
            problem=str(error),
            tried=action,
            status=CONFLICT if late else NOT_ACCEPTED,
        )
    messages.success(request, said)
    if action in STAYS:
        return HttpResponseRedirect(_address(chosen, question))
    if place and place.next_url:
        return HttpResponseRedirect(place.next_url)
    return HttpResponseRedirect(f"{reverse('worklist')}?{question.query}")


def _release(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    resolution = cases.release(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    if resolution.state == Resolution.State.PROPOSED:
        return _("{invoice}: sent for approval.").format(invoice=chosen.invoice_number)
    return _("{invoice} released. It is on its way to Business Central.").format(
        invoice=chosen.invoice_number
    )


def _reject(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.reject(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} rejected. It will not be posted.").format(invoice=chosen.invoice_number)


def _wait(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    day = _day(form.get("until", ""))
    cases.wait(chosen, by=by, until=day, reason=_text(form, "reason"), seen=form.get("seen"))
    shown = figures.short_day(day, timezone.localdate()) if day else ""
    return _("{invoice} waits until {day}, or clears itself before.").format(
        invoice=chosen.invoice_number, day=shown
    )


def _reopen(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.reopen(chosen, by=by, reason=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} is open again.").format(invoice=chosen.invoice_number)


def _take(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.take(chosen, by=by)
    return _("{invoice} is yours now.").format(invoice=chosen.invoice_number)


def _hand_over(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    to = User.objects.filter(username=form.get("to", ""), is_active=True).first()
    if to is None:
        raise cases.ReasonMissing(_("Choose the person who gets the case."))
    cases.hand_over(chosen, by=by, to=to)
    return _("{invoice} is with {name} now.").format(invoice=chosen.invoice_number, name=figures.person(to))


def _approve(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.approve(_proposal(chosen), by=by, note=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice} approved. It is on its way to Business Central.").format(
        invoice=chosen.invoice_number
    )


def _decline(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.decline(_proposal(chosen), by=by, note=_text(form, "reason"), seen=form.get("seen"))
    return _("{invoice}: release declined, the case is open again.").format(invoice=chosen.invoice_number)


def _withdraw(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.withdraw(_proposal(chosen), by=by, seen=form.get("seen"))
    return _("{invoice}: proposal withdrawn.").format(invoice=chosen.invoice_number)


def _comment(chosen: ExceptionCase, by: User, form: QueryDict) -> str:
    cases.comment(chosen, by=by, text=_text(form, "text"))
    return _("Comment added.")


VERBS: dict[str, Callable[[ExceptionCase, User, QueryDict], str]] = {
    "release": _release,
    "reject": _reject,
    "wait": _wait,
    "reopen": _reopen,
    "take": _take,
    "hand-over": _hand_over,
    "approve": _approve,
    "decline": _decline,
    "withdraw": _withdraw,
    "comment": _comment,
}
# After these the person goes on with the same case.
STAYS = {"take", "comment", "reopen", "withdraw"}


def _case(pk: int) -> ExceptionCase:
    return get_object_or_404(
        ExceptionCase.objects.select_related("company", "invoice", "decision", "owner"), pk=pk
    )


def _proposal(chosen: ExceptionCase) -> Resolution:
    """Give the latest release that was proposed; the verb tells whether it still waits."""
    proposal = chosen.resolutions.filter(kind=Resolution.Kind.RELEASE).order_by("-pk").first()
    if proposal is None:
        raise cases.WrongStatus(_("Nothing waits for approval here."))
    return proposal


def _page(
    request: HttpRequest,
    shown: ExceptionCase,
    question: Question,
    *,
    problem: str = "",
    tried: str = "",
    status: int = 200,
) -> HttpResponse:
    user: Any = request.user
    findings = list(shown.findings.order_by("position"))
    resolutions = list(shown.resolutions.select_related("by", "decided_by").order_by("-pk"))
    proposal = resolutions[0] if shown.status == Status.PROPOSED and resolutions else None
    may_talk = user.has_perm(roles.TALK)
    context = {
        "case": shown,
        "invoice": shown.invoice,
        "reason": reason(shown.code),
        "status_tone": _tone(shown),
        "amount": figures.money(shown.amount, shown.currency),
        "due": figures.due(shown.due_on, timezone.localdate()),
        "owner": figures.person(shown.owner, user) if shown.owner_id else "",
        "is_mine": shown.owner_id == user.pk,
        "boxes": _boxes(shown, findings),
        "table": comparison(shown, findings),
        "actions": _actions(shown, findings, proposal, user, tried),
        "resolver": "" if user.has_perm(roles.RESOLVE) else roles.refusal(user, roles.RESOLVE),
        "proposal": proposal,
        "proposed_by": figures.person(proposal.by, user) if proposal else "",
        "proposed_at": figures.moment(proposal.at) if proposal else "",
        "at_stake": figures.money(cases.at_stake(shown, cases.blocking(findings)), shown.currency),
        "ended": cases.what_happened(shown) if not shown.is_open else "",
        "colleagues": _colleagues(shown) if user.has_perm(roles.RESOLVE) and shown.is_open else [],
        "first_day": timezone.localdate() + datetime.timedelta(days=1),
        "usual_day": timezone.localdate() + USUAL_WAIT,
        "events": timeline(shown, user, talk=user.has_perm("reconciliation.view_comment")),
        "may_talk": may_talk,
        "seen": cases.version(shown),
        "queue": question.query,
        "place": _place(request, shown, question),
        "list_url": f"{reverse('worklist')}?{question.query}",
        "problem": problem,
        "tried": tried,
        "typed": request.POST if tried else {},
    }
    return render(request, "desk/case.html", context, status=status)


def _boxes(shown: ExceptionCase, findings: list[Finding]) -> list[Box]:
    billed = invoiced_quantities(shown)
    boxes = []
    for finding in findings:
        why = reason(finding.code)
        boxes.append(
            Box(
                reason=why,
                tone="good"
                if finding.released
                else {"block": "bad", "warn": "warn"}.get(finding.effect, "calm"),
                lead=_("Line {line}").format(line=finding.line) if finding.line is not None else "",
                sentence=finding.sentence,
                sum=sum_in_words(finding, shown.currency, billed.get(finding.line or 0)),
                limits=limits_in_words(finding, shown.currency),
                remedy=_("Released before for these figures.") if finding.released else str(why.remedy),
            )
        )
    return boxes


def _actions(
    shown: ExceptionCase, findings: list[Finding], proposal: Resolution | None, user: User, tried: str
) -> list[Action]:
    if not shown.is_open:
        return []
    offered = _on_proposal(proposal, user) if proposal else _on_case(shown, findings, user)
    return [
        Action(**{**action.__dict__, "number": number, "is_open": action.name == tried})
        for number, action in enumerate(offered, start=1)
    ]


def _on_case(shown: ExceptionCase, findings: list[Finding], user: User) -> list[Action]:
    if not user.has_perm(roles.RESOLVE):
        return []
    codes = {finding.code for finding in cases.blocking(findings)}
    later = bool(codes & COMES_LATER)
    actions = [
        _release_action(shown, findings, user, suggested=not later and not codes & cases.FIX_ONLY),
        Action(
            "wait",
            _("Wait") if shown.status != Status.WAITING else _("Wait longer"),
            note=_("clears itself when the facts come right"),
            button=_("Wait"),
            label=_("What are you waiting for?"),
            wants_day=True,
            is_suggested=later,
            suggestions=[_("Delivery announced"), _("Receiver asked"), _("Credit memo announced")],
        ),
        Action(
            "reject",
            _("Reject the invoice"),
            note=_("it will not be posted"),
            button=_("Reject"),
            label=_("Why is it rejected?"),
            is_suggested="DUPLICATE" in codes,
            suggestions=[_("Billed twice"), _("Not our order"), _("Corrected invoice requested")],
        ),
        Action(
            "hand-over",
            _("Give to a colleague"),
            note=_("the case and its talk go with it"),
            button=_("Give"),
            wants_reason=False,
            wants_person=True,
        ),
    ]
    if shown.status == Status.WAITING:
        actions.append(
            Action(
                "reopen",
                _("Stop waiting"),
                button=_("Open again"),
                label=_("Why not wait longer?"),
                suggestions=[_("Nothing more will come"), _("Payment is urgent")],
            )
        )
    return actions


def _release_action(shown: ExceptionCase, findings: list[Finding], user: User, *, suggested: bool) -> Action:
    suggestions = [_("Agreed with the buyer"), _("Within the yearly contract"), _("Small difference")]
    blocking = cases.blocking(findings)
    try:
        cases.check_releasable(blocking)
    except cases.FixOnly as error:
        return Action("release", _("Release"), disabled=str(error))
    amount = cases.ledger_at_stake(shown, blocking)
    limit = cases.release_limit(shown.company, user)
    shown_limit = figures.money(limit, shown.company.ledger_currency)
    if amount is not None and amount <= limit:
        return Action(
            "release",
            _("Release once"),
            note=_("lets {amount} through; your limit is {limit}").format(
                amount=figures.money(amount, shown.company.ledger_currency), limit=shown_limit
            ),
            button=_("Release"),
            label=_("Why is this all right?"),
            is_suggested=suggested,
            suggestions=suggestions,
        )
    note = (
        _("there is no exchange rate to measure it against your limit")
        if amount is None
        else _("{amount} is over your limit of {limit}: an AP approver decides").format(
            amount=figures.money(amount.quantize(figures.CENT), shown.company.ledger_currency),
            limit=shown_limit,
        )
    )
    return Action(
        "release",
        _("Send release for approval"),
        note=note,
        button=_("Send for approval"),
        label=_("Why is this all right?"),
        is_suggested=suggested,
        suggestions=suggestions,
    )


def _on_proposal(proposal: Resolution, user: User) -> list[Action]:
    own = proposal.by_id == user.pk
    refused = ""
    if own:
        refused = _("This is your own proposal; someone else decides it.")
    elif not user.has_perm(roles.APPROVE):
        refused = roles.refusal(user, roles.APPROVE)
    actions = [
        Action(
            "approve",
            _("Approve"),
            note=_("the invoice goes to Business Central"),
            button=_("Approve"),
            label=_("Note (optional)"),
            disabled=refused,
            is_suggested=not refused,
        ),
        Action(
            "decline",
            _("Decline"),
            note=_("the case goes back to its owner"),
            button=_("Decline"),
            label=_("Why not?"),
            disabled=refused,
            suggestions=[_("Ask the buyer first"), _("Request a corrected invoice")],
        ),
    ]
    if own:
        actions.append(
            Action("withdraw", _("Withdraw the proposal"), button=_("Withdraw"), wants_reason=False)
        )
    return actions


def _colleagues(shown: ExceptionCase) -> list[dict[str, str]]:
    app, codename = roles.TALK.split(".")
    held = Q(groups__permissions__codename=codename, groups__permissions__content_type__app_label=app)
    people = (
        User.objects.filter(held, is_active=True).exclude(pk=shown.owner_id).distinct().order_by("username")
    )
    return [{"username": user.username, "name": figures.person(user)} for user in people]


def _place(request: HttpRequest, shown: ExceptionCase, question: Question) -> Place | None:
    """Find the case in the queue from which it was opened; None where it is not in its first pages."""
    company = workplace.company(request)
    user: Any = request.user
    if company is None:
        return None
    keys = list(question.cases(company, user).values_list("pk", flat=True)[:NEIGHBOURS])
    if shown.pk not in keys:
        return None
    index = keys.index(shown.pk)
    before = keys[index - 1] if index else None
    after = keys[index + 1] if index + 1 < len(keys) else None
    return Place(
        position=index + 1,
        count=len(keys),
        previous_url=_address_of(before, question) if before else "",
        next_url=_address_of(after, question) if after else "",
    )


def _address(shown: ExceptionCase, question: Question) -> str:
    return _address_of(shown.pk, question)


def _address_of(pk: int, question: Question) -> str:
    return f"{reverse('case', args=[pk])}?{question.query}"


def _tone(shown: ExceptionCase) -> str:
    return {
        Status.OPEN: "bad",
        Status.WAITING: "warn",
        Status.PROPOSED: "warn",
        Status.REJECTED: "bad",
    }.get(Status(shown.status), "good")


def _text(form: QueryDict, name: str) -> str:
    return form.get(name, "").strip()[:LONGEST_TEXT]


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
