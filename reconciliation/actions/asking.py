"""Verbs that ask somebody: the supplier for a credit, the buyer for a change, the receiver what has come."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import cases
from reconciliation.models import CaseRequest, ExceptionCase, Resolution
from reconciliation.roles import RESOLVE

from .action import Situation
from .case_lines import Line, concerned, order_line
from .form import Form
from .letters import draft

Does = Callable[[ExceptionCase, User, Form], str]
Kind = CaseRequest.Kind
Whom = CaseRequest.Whom
LINK_LIVES = datetime.timedelta(days=7)
# Of these there is a page to answer on.
ANSWERED_BY_LINK = {Kind.CONFIRM_QUANTITY, Kind.CONFIRM_PRICE}


class WrongAddress(cases.CaseError):
    """No e-mail address, or that of who asks."""


def ask(action: str, kind: CaseRequest.Kind, whom: CaseRequest.Whom, codes: Collection[str] | None) -> Does:
    """Make the verb that asks for this, and lets the case wait for the answer."""

    def does(case: ExceptionCase, by: User, form: Form) -> str:
        until = form.day("until") or timezone.localdate() + LINK_LIVES
        noted = cases.note(
            case,
            by=by,
            permission=RESOLVE,
            reason=form.reason or str(kind.label).capitalize(),
            reason_code=form.code,
            action=action,
            until=until,
            seen=form.seen,
        )
        made = keep(noted, by, kind, whom, form, codes)
        return _("{invoice}: {what}. The case waits for the answer.").format(
            invoice=case.invoice_number, what=made.get_kind_display()
        )

    return does


def release_and_ask(
    action: str, kind: CaseRequest.Kind, whom: CaseRequest.Whom, codes: Collection[str] | None
) -> Does:
    """Make the verb that lets the invoice through, and asks for what is wrong with it."""

    def does(case: ExceptionCase, by: User, form: Form) -> str:
        request = _request(case, by, kind, whom, form, codes)
        resolution = cases.release(
            case,
            by=by,
            reason=form.reason or str(kind.label).capitalize(),
            reason_code=form.code,
            codes=codes,
            action=action,
            seen=form.seen,
        )
        request.resolution = resolution
        request.save()
        if resolution.state == Resolution.State.PROPOSED:
            return _("{invoice}: sent for approval.").format(invoice=case.invoice_number)
        return _("{invoice} released, {what}.").format(
            invoice=case.invoice_number, what=request.get_kind_display()
        )

    return does


def keep(
    noted: Resolution,
    by: User,
    kind: CaseRequest.Kind,
    whom: CaseRequest.Whom,
    form: Form,
    codes: Collection[str] | None,
) -> CaseRequest:
    """Keep what was asked, with the sums of the moment."""
    request = _request(noted.case, by, kind, whom, form, codes)
    request.resolution = noted
    request.save()
    if request.email and kind in ANSWERED_BY_LINK:
        cases.send_question(request)
    return request


def _request(
    case: ExceptionCase,
    by: User,
    kind: CaseRequest.Kind,
    whom: CaseRequest.Whom,
    form: Form,
    codes: Collection[str] | None,
) -> CaseRequest:
    situation = Situation(case, by, list(case.findings.order_by("position")))
    holding = [each for each in situation.holding if codes is None or each.code in codes]
    about = concerned(case, [each.line for each in holding])[:1]
    request = CaseRequest(
        case=case,
        kind=kind,
        whom=whom,
        email=_address(form.text("email"), by),
        text=form.text("letter")[: cases.LONGEST_TEXT] or draft(kind, situation, codes),
        amount=cases.at_stake(case, holding),
        currency=case.currency,
        asked_by=by,
        expires_at=timezone.now() + LINK_LIVES if kind in ANSWERED_BY_LINK else None,
    )
    if about:
        _fill(request, case, about[0])
    return request


def _fill(request: CaseRequest, case: ExceptionCase, line: Line) -> None:
    """Name what is asked about: the order line, the billed quantity and price."""
    on_order = order_line(case, line) if line.is_linked else None
    request.order_number, request.order_line = line.order, line.order_line
    request.item = (line.what or (on_order.description or on_order.item if on_order else ""))[:250]
    request.quantity, request.unit, request.price = line.quantity, line.unit, line.unit_price


def _address(text: str, by: User) -> str:
    """Read whom to ask; nobody is asked by themselves."""
    if not text:
        return ""
    try:
        validate_email(text)
    except ValidationError as error:
        raise WrongAddress(_("“{text}” is no e-mail address.").format(text=text[:60])) from error
    if text.casefold() in (by.email.casefold(), by.get_username().casefold()):
        raise WrongAddress(_("That is your own address. Ask somebody who knows the answer."))
    return text
