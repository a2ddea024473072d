"""A link for somebody without a seat: it answers one question of one case, once, within seven days.

The link names the question and nothing else; its signature stands for who may answer. What is answered is
recorded as a fact of the case, by the name that was given; a clerk still decides.
"""

from __future__ import annotations

from decimal import Decimal

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import cases, reconcile
from reconciliation.models import CaseRequest

from .asking import LINK_LIVES
from .case_lines import lines
from .form import Form
from .recording import record_receipt
from .wording import figure, money

SALT = "reconciliation.one-tap"
Kind = CaseRequest.Kind


class LinkRefused(cases.CaseError):
    """The link answers nothing any more, or never did."""


def key_of(request: CaseRequest) -> str:
    """Write the key of a question's link: signed, dated, for this kind of question only."""
    return signing.dumps([request.pk, request.kind], salt=SALT)


def request_of(key: str) -> CaseRequest:
    """Give the question that a link asks. Raises LinkRefused when it is forged, too old or used."""
    try:
        number, kind = signing.loads(key, salt=SALT, max_age=LINK_LIVES)
    except signing.SignatureExpired as error:
        raise LinkRefused(_("This link is older than seven days. Ask for a new one.")) from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkRefused(_("This link is not one of ours. Open it again from the message.")) from error
    found = CaseRequest.objects.filter(pk=number, kind=kind).select_related("case__company", "case__invoice")
    request = found.first()
    if request is None or request.expires_at is None or request.expires_at < timezone.now():
        raise LinkRefused(_("This link is over. Ask for a new one."))
    if request.state == CaseRequest.State.ANSWERED:
        raise LinkRefused(_("This was answered already, by {name}.").format(name=request.answered_by))
    if request.state != CaseRequest.State.OPEN or not request.case.is_open:
        raise LinkRefused(_("Nobody needs an answer any more: the case is closed. Thank you."))
    return request


@transaction.atomic
def answer(key: str, form: Form) -> CaseRequest:
    """Record what somebody answered. Raises CaseError; nothing is kept then."""
    request = request_of(key)
    case = cases.fresh(request.case)
    request = CaseRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != CaseRequest.State.OPEN or not case.is_open:
        raise LinkRefused(_("This was answered already."))
    name = form.text("name")[:150]
    if not name:
        raise cases.ReasonMissing(_("Write your name: it stands beside your answer."))
    request.case = case
    request.answer = _record(request, form, name)
    request.state, request.answered_by, request.answered_at = CaseRequest.State.ANSWERED, name, timezone.now()
    request.answer_note = form.text("note")[: cases.LONGEST_TEXT]
    request.save(update_fields=["answer", "state", "answered_by", "answered_at", "answer_note"])
    told = _("Answered by link: {answer}").format(answer=request.answer)
    cases.answered(
        case,
        said_by=f"{name} ({request.email})" if request.email else name,
        text=". ".join(filter(None, [told, request.answer_note])),
        asked_by=request.asked_by,
    )
    return request


def _record(request: CaseRequest, form: Form, name: str) -> str:
    """Record a quantity as a receipt, a price as the word that it is agreed or not; gives it in short."""
    if request.kind == Kind.CONFIRM_PRICE:
        if form.text("agreed") not in ("yes", "no"):
            raise cases.ReasonMissing(_("Say whether the price is agreed."))
        return _("agreed") if form.text("agreed") == "yes" else _("not agreed")
    quantity = form.figure("quantity")
    if quantity is None or quantity < 0 or (request.quantity is not None and quantity > request.quantity):
        most = figure(request.quantity or Decimal(0), request.unit)
        raise cases.ReasonMissing(_("Give what has come, from 0 up to {most}.").format(most=most))
    line = next(
        (
            each
            for each in lines(request.case)
            if (each.order, each.order_line) == (request.order_number, request.order_line)
        ),
        None,
    )
    if quantity and line is not None:
        record_receipt(request.case, line.line, quantity, by=name)
        reconcile.judge([request.case.invoice])
    return figure(quantity, request.unit)[:20]


def asked_in_words(request: CaseRequest) -> str:
    """Put the question in one sentence, for the page that the link opens."""
    what = request.item or _("what invoice {number} bills").format(number=request.case.invoice_number)
    if request.kind == Kind.CONFIRM_PRICE:
        return _("Is {price} each agreed for {what}, order {order}?").format(
            price=money(request.price or Decimal(0), request.currency), what=what, order=request.order_number
        )
    return _("How much of {quantity} {what} has come, order {order}?").format(
        quantity=figure(request.quantity or Decimal(0), request.unit), what=what, order=request.order_number
    )
