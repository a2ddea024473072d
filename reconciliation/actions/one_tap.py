"""A link for somebody without a seat: it answers one question of one case, once, within seven days.

The link names the question and nothing else; its signature stands for who may answer. What is answered stays
an answer, under the name that was given: it books nothing. A quantity becomes a receipt when somebody who may
confirm deliveries, and has not asked, records it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import cases
from reconciliation.models import CaseRequest, ExceptionCase, GoodsReceipt

from .asking import LINK_LIVES
from .case_lines import Line, lines, order_line
from .form import Form
from .wording import figure, money

SALT = "reconciliation.one-tap"
Kind = CaseRequest.Kind


class LinkRefused(cases.CaseError):
    """The link answers nothing any more, or never did."""


@dataclass(frozen=True)
class Counted:
    """A quantity that was answered by link: what to suggest to whoever records it."""

    line: int
    quantity: str
    said: str


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
def answer(key: str, form: Form, *, origin: str) -> CaseRequest:
    """Keep what somebody answered, and from where. Raises CaseError; nothing is kept then."""
    request = request_of(key)
    case = cases.fresh(request.case)
    request = CaseRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if request.state != CaseRequest.State.OPEN or not case.is_open:
        raise LinkRefused(_("This was answered already."))
    name = form.text("name")[:150]
    if not name:
        raise cases.ReasonMissing(_("Write your name: it stands beside your answer."))
    request.case = case
    request.answer = _read(request, form)
    request.state, request.answered_by, request.answered_at = CaseRequest.State.ANSWERED, name, timezone.now()
    request.answer_note = form.text("note")[: cases.LONGEST_TEXT]
    request.save(update_fields=["answer", "state", "answered_by", "answered_at", "answer_note"])
    told = _("Answered by link: {answer}").format(answer=request.answer)
    whence = _("Question {number}, from {origin}").format(number=request.pk, origin=origin)
    cases.answered(
        case,
        said_by=_answerer(request),
        text=". ".join(filter(None, [told, request.answer_note, whence])),
        asked_by=request.asked_by,
    )
    return request


def counted(case: ExceptionCase, viewer: User) -> Counted | None:
    """Give the latest answer about goods, where this person may record it as it is.

    Not who asked, or one person could ask and answer; not in another unit than the order's; and not once a
    receipt of that line has come since the question, or the same goods would count twice.
    """
    answers = case.requests.filter(kind=Kind.CONFIRM_QUANTITY, state=CaseRequest.State.ANSWERED)
    request = answers.order_by("-answered_at", "-pk").first()
    if request is None or request.asked_by_id == viewer.pk:
        return None
    line, quantity = _line_of(request, case), _quantity(request)
    on_order = order_line(case, line) if line else None
    if line is None or on_order is None or not quantity or request.unit not in ("", on_order.unit):
        return None
    if _has_come_since(request, case):
        return None
    said = _("{name} answered by link: {answer}. Record it only if you know it to be so.").format(
        name=_answerer(request), answer=request.answer
    )
    return Counted(line.line, f"{quantity:f}", said)


def _answerer(request: CaseRequest) -> str:
    """Name who answered: what they call themselves, and the address that was asked."""
    return f"{request.answered_by} ({request.email})" if request.email else request.answered_by


def _line_of(request: CaseRequest, case: ExceptionCase) -> Line | None:
    asked_about = (request.order_number, request.order_line)
    named = (line for line in lines(case) if line.is_linked)
    return next((line for line in named if (line.order, line.order_line) == asked_about), None)


def _quantity(request: CaseRequest) -> Decimal | None:
    """Read the figure back out of an answer; one in another unit than was asked for is none."""
    number, _space, unit = request.answer.partition(" ")
    try:
        return Decimal(number) if unit == request.unit else None
    except InvalidOperation:
        return None


def _has_come_since(request: CaseRequest, case: ExceptionCase) -> bool:
    receipts = GoodsReceipt.objects.filter(company=case.company, order_number=request.order_number)
    of_line = receipts.filter(lines__order_line=request.order_line)
    return bool(of_line.filter(created_at__gte=request.asked_at).exists())


def _read(request: CaseRequest, form: Form) -> str:
    """Read a quantity as it is typed again later, or the word that a price is agreed or not."""
    if request.kind == Kind.CONFIRM_PRICE:
        if form.text("agreed") not in ("yes", "no"):
            raise cases.ReasonMissing(_("Say whether the price is agreed."))
        return _("agreed") if form.text("agreed") == "yes" else _("not agreed")
    quantity = form.figure("quantity")
    if quantity is None or quantity < 0 or (request.quantity is not None and quantity > request.quantity):
        most = figure(request.quantity or Decimal(0), request.unit)
        raise cases.ReasonMissing(_("Give what has come, from 0 up to {most}.").format(most=most))
    return f"{quantity:f} {request.unit}".rstrip()[:20]


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
