"""The case: why the invoice is blocked, its three columns, and what can be done about it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reconciliation import actions, approving, cases, files, roles, whereabouts
from reconciliation.actions import ACTIONS, do, one_tap, receipts_of
from reconciliation.models import ExceptionCase, Finding, Resolution, Signature, SupplierInvoice, Undoable
from reconciliation.models.attachment import MOST_BYTES
from reconciliation.row_keys import row_key

from . import figures, undo_bar, workplace
from .case_actions import colleagues, may_hand_over, offers
from .case_before import before
from .case_files import files_of
from .case_findings import stake_in_words, why
from .case_links import coverage, links
from .case_people import people
from .case_requests import asked
from .case_table import comparison
from .queue import NEIGHBOURS, Question
from .reasons import reason
from .timeline import changes, timeline
from .worklist import TAB_TITLES

Status = ExceptionCase.Status
SEE_TALK = "reconciliation.view_comment"
MOST_RECEIPTS = 50
USUAL_WAIT = datetime.timedelta(days=7)
CONFLICT, NOT_ACCEPTED = 409, 422


@dataclass(frozen=True)
class Place:
    """Where a case stands in the queue from which it was opened."""

    title: str
    position: int
    count: str
    previous_url: str
    next_url: str


@require_safe
@workplace.needs(roles.SEE_CASES)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    shown = workplace.case(request, pk)
    cases.visit(shown, user)
    cases.seen(shown, user)
    return page(request, shown, Question.read(request.GET.dict(), user))


@require_safe
@workplace.needs(roles.SEE_CASES)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every field of the case as it was and as it became."""
    shown = workplace.case(request, pk)
    return render(
        request, "desk/history.html", {"case": shown, "title": _title(shown), "changes": changes(shown)}
    )


@workplace.takes_posts("case", "pk")
@workplace.needs(roles.SEE_CASES)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one thing with a case, then go on to the next of the queue."""
    if action not in ACTIONS:
        raise Http404
    user: Any = request.user
    chosen = workplace.case(request, pk)
    question = Question.read(QueryDict(request.POST.get("queue", "")).dict(), user)
    if ACTIONS[action].has_to_be_confirmed and "sure" not in request.POST:
        return _confirmation(request, chosen, action)
    place = _place(request, chosen, question)
    try:
        done = do(action, chosen, by=user, sent=dict(request.POST.lists()))
    except cases.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except cases.CaseError as error:
        late = isinstance(error, cases.StaleCase | cases.WrongStatus)
        return page(
            request,
            workplace.case(request, pk),
            question,
            problem=str(error),
            tried=action,
            status=CONFLICT if late else NOT_ACCEPTED,
        )
    undo_bar.offer(request, done)
    if done.action.stays:
        return back(chosen, question)
    if place and place.next_url:
        return HttpResponseRedirect(place.next_url)
    return HttpResponseRedirect(_list_address(question))


def _confirmation(request: HttpRequest, chosen: ExceptionCase, name: str) -> HttpResponse:
    """Ask once more where nothing can be undone: what, which invoice, how much."""
    user: Any = request.user
    action = ACTIONS[name]
    if not action.may(user, chosen):
        raise PermissionDenied(roles.refusal(user, action.permission))
    context = {
        "case": chosen,
        "title": str(action.title),
        "action": action,
        "amount": figures.money(chosen.amount, chosen.currency),
        "sent": [(key, value) for key, value in request.POST.items() if key != "csrfmiddlewaretoken"],
        "back": _address_of(chosen.pk, Question.read({}, user)),
    }
    return render(request, "desk/case_confirm.html", context)


@workplace.takes_posts("worklist")
@workplace.needs(roles.SEE_CASES)
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what one has just done, and show the case again."""
    user: Any = request.user
    done = get_object_or_404(
        Undoable.objects.filter(case__company=workplace.company(request)).select_related("case"),
        pk=row_key(request.POST.get("undo", "")),
    )
    undo_bar.forget(request)
    try:
        actions.undo(done, by=user)
    except cases.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except cases.CaseError as error:
        messages.error(request, str(error))
    else:
        said = _("Undone. {invoice} is as it was before.").format(invoice=done.case.invoice_number)
        messages.success(request, said)
    return HttpResponseRedirect(reverse("case", args=[done.case_id]))


@workplace.takes_posts("case", "pk")
@workplace.needs(roles.TALK)
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file with the case, or say why not."""
    user: Any = request.user
    if not user.has_perm(roles.SEE_CASES):
        raise PermissionDenied(roles.refusal(user, roles.SEE_CASES))
    shown = workplace.case(request, pk)
    question = Question.read(QueryDict(request.POST.get("queue", "")).dict(), user)
    try:
        name, content = _sent_file(request)
        kept = cases.attach(shown, by=user, name=name, content=content)
    except cases.FileRefused as error:
        return page(request, shown, question, problem=str(error), status=NOT_ACCEPTED)
    messages.success(request, _("{name} is kept with the case.").format(name=kept.name))
    return back(shown, question)


def _sent_file(request: HttpRequest) -> tuple[str, bytes]:
    sent = request.FILES.get("file")
    if sent is None or sent.name is None:
        raise cases.FileRefused(_("Choose a file first."))
    if (sent.size or 0) > MOST_BYTES:  # it lies on the disk so far, and is not read
        raise cases.FileRefused(str(files.too_large(files.plain_name(sent.name))))
    return sent.name, sent.read()


def back(shown: ExceptionCase, question: Question) -> HttpResponseRedirect:
    """Show the case again, in the queue from which it was opened."""
    return HttpResponseRedirect(_address_of(shown.pk, question))


def page(
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
    proposal = cases.proposal(shown)
    place = _place(request, shown, question)
    where = whereabouts.of(shown.invoice)
    context = {
        **_head(shown, user),
        **_forms(shown, user),
        "why": why(shown, findings),
        "table": comparison(shown, findings),
        **links(shown, user),
        "coverage": coverage(shown),
        "requests": asked(shown, user),
        "before": before(shown, user),
        **people(shown, user),
        **files_of(shown, user),
        **_offers(actions.Situation(shown, user, findings, proposal), tried),
        "proposal": proposal,
        "proposed_by": figures.person(proposal.by, user) if proposal else "",
        "proposed_at": figures.moment(proposal.at) if proposal else "",
        **(_approval(shown, proposal, findings, user) if proposal else {}),
        "at_stake": stake_in_words(shown, cases.blocking(findings)),
        **_way(shown, where),
        "events": timeline(shown, user, where, talk=user.has_perm(SEE_TALK)),
        "queue": question.query,
        "place": place,
        "list_url": _list_address(question),
        "problem": problem,
        "typed": request.POST if tried else {},
    }
    return render(request, "desk/case.html", context, status=status)


def _head(shown: ExceptionCase, user: User) -> dict[str, Any]:
    """Give what stands on top: which case it is, how it stands and whose it is."""
    return {
        "case": shown,
        "title": _title(shown),
        "facts": _facts(shown),
        "status_tone": _tone(shown),
        "status_words": _status(shown),
        "owner": figures.person(shown.owner, user),
        "may_take": user.has_perm(roles.RESOLVE) and shown.is_open and shown.owner_id != user.pk,
    }


def _way(shown: ExceptionCase, where: whereabouts.Whereabouts) -> dict[str, Any]:
    """Give what became of the invoice after the decision."""
    return {
        "ended": "" if shown.is_open else _ended(shown, where),
        "needs_someone": where.needs_someone and not shown.is_open,
        "came_back": _came_back(shown, where),
    }


def _forms(shown: ExceptionCase, user: User) -> dict[str, Any]:
    """Give what the forms of the page need, whichever the person unfolds."""
    today = timezone.localdate()
    return {
        "seen": cases.version(shown),
        "resolver": "" if user.has_perm(roles.RESOLVE) else roles.refusal(user, roles.RESOLVE),
        "may_talk": user.has_perm(roles.TALK),
        "colleagues": colleagues(shown) if may_hand_over(shown, user) else [],
        "longest_text": cases.LONGEST_TEXT,
        "last_day": today + cases.LONGEST_WAIT,
        "first_day": today + datetime.timedelta(days=1),
        "usual_day": today + USUAL_WAIT,
    }


def _offers(situation: actions.Situation, tried: str) -> dict[str, Any]:
    offered = offers(situation, tried)
    asked = {ask for offer in offered if not offer.disabled for ask in offer.asks}
    return {
        "actions": offered,
        "order_lines": situation.lines if asked & {"line"} else [],
        "receipts": list(receipts_of(situation.case)[:MOST_RECEIPTS]) if "receipt" in asked else [],
        "counted": one_tap.counted(situation.case, situation.user) if "quantity" in asked else None,
        "held_by": [(code, reason(code).label) for code in sorted(situation.codes)],
        "usual_actions": [offer for offer in offered if offer.is_usual],
        "more_actions": [offer for offer in offered if not offer.is_usual],
        "more_is_open": any(offer.is_open and not offer.is_usual for offer in offered),
    }


def _approval(
    shown: ExceptionCase, proposal: Resolution, findings: list[Finding], user: User
) -> dict[str, Any]:
    """Give what a second person reads before they sign: the limit, the rules, and whose turn it is."""
    worth = cases.ledger_at_stake(shown, cases.blocking(findings))
    limit = approving.release_limit(shown.company, proposal.by)
    return {
        "limit_applied": figures.money(limit, shown.company.ledger_currency),
        "rules": shown.decision.policy_version,
        "signing": [
            (step.title, _signed(step.signature, user) if step.signature else "")
            for step in approving.steps(proposal, worth)
        ],
    }


def _signed(signature: Signature, user: User) -> str:
    told = f"{figures.person(signature.by, user)}, {figures.moment(signature.at)}"
    if signature.on_behalf_of is None:
        return told
    return _("{told}, for {name}").format(told=told, name=figures.person(signature.on_behalf_of))


def _title(shown: ExceptionCase) -> str:
    """Name the document: an invoice or a credit memo, with the supplier's number."""
    return f"{shown.invoice.get_type_display().capitalize()} {shown.invoice_number}"


def _facts(shown: ExceptionCase) -> list[str]:
    """Give the line beneath the heading: who bills how much, since when, and by when to decide."""
    today = timezone.localdate()
    invoice = shown.invoice
    total = figures.money(shown.amount, shown.currency) if invoice.total is not None else _("no total")
    told = [shown.vendor_name or shown.vendor_number, total]
    if invoice.invoice_date:
        told.append(_("dated {day}").format(day=figures.short_day(invoice.invoice_date, today)))
    if invoice.bc_number:
        told.append(_("{number} in Business Central").format(number=invoice.bc_number))
    if shown.is_open and shown.due_on:
        told.append(_("decide by {day}").format(day=figures.short_day(shown.due_on, today)))
        if shown.due_on <= today + datetime.timedelta(days=1):
            told[-1] += f" ({figures.due(shown.due_on, today)})"
    return told


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
        title=str(TAB_TITLES[question.tab]),
        position=index + 1,
        count=f"{len(keys)}+" if len(keys) == NEIGHBOURS else str(len(keys)),
        previous_url=_address_of(before, question) if before else "",
        next_url=_address_of(after, question) if after else "",
    )


def _list_address(question: Question) -> str:
    return f"{reverse('worklist')}?{question.query}" if question.query else reverse("worklist")


def _address_of(pk: int, question: Question) -> str:
    address = reverse("case", args=[pk])
    return f"{address}?{question.query}" if question.query else address


def _status(shown: ExceptionCase) -> str:
    """Say where a case stands: blocked, put aside until a day, or how it ended."""
    if shown.status == Status.OPEN:
        return _("Blocked")
    if shown.status == Status.WAITING and shown.wait_until:
        return _("Waits until {day}").format(day=figures.short_day(shown.wait_until, timezone.localdate()))
    return shown.get_status_display().capitalize()


def _ended(shown: ExceptionCase, where: whereabouts.Whereabouts) -> str:
    """Say how the case ended, and how far the invoice has come since."""
    told = cases.what_happened(shown)
    if shown.invoice.status == SupplierInvoice.Status.POSTED:
        posted = _("The invoice is posted in Business Central as {number}.")
        return f"{told} {posted.format(number=shown.invoice.bc_number)}"
    if shown.invoice.status == SupplierInvoice.Status.READY and where.sentence:
        return f"{told} {where.sentence}"
    return told


def _came_back(shown: ExceptionCase, where: whereabouts.Whereabouts) -> str:
    """Say why a release came to nothing: Business Central refused to post it."""
    last = shown.resolutions.order_by("-pk").first()
    if not where.refusal or not cases.has_come_back(shown, last):
        return ""
    return _("It was released, and came back: {refusal} Once that is mended, release it again.").format(
        refusal=where.refusal
    )


def _tone(shown: ExceptionCase) -> str:
    return {
        Status.OPEN: "bad",
        Status.WAITING: "warn",
        Status.PROPOSED: "warn",
        Status.REJECTED: "calm",
    }.get(Status(shown.status), "good")
