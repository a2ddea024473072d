"""Verbs that record a fact at the desk: what was received or done, and what is posted by hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation import carrying, cases, documents, reconcile
from reconciliation.forms import (
    ConfirmationForm,
    ConfirmationLineForm,
    ReceiptForm,
    ReceiptLineForm,
    ReversalForm,
)
from reconciliation.models import (
    Document,
    ExceptionCase,
    GoodsReceipt,
    PurchaseOrderLine,
    ReceiptReversal,
    ServiceConfirmation,
)
from reconciliation.people import called
from reconciliation.roles import CONFIRM

from .case_lines import line_of, order_line
from .form import Form
from .wording import figure, money

DESK = "desk"
NUMBERED: dict[str, type[Document]] = {
    "GR": GoodsReceipt,
    "RV": ReceiptReversal,
    "SC": ServiceConfirmation,
}


class WrongFigure(cases.CaseError):
    """A quantity, a line or a number that cannot be recorded."""


def receive(case: ExceptionCase, by: User, form: Form) -> str:
    quantity = form.figure("quantity")
    receipt = record_receipt(case, form.whole("line"), quantity, by=called(by))
    _note(case, by, form, "record-receipt", _("Receipt {number} recorded").format(number=receipt.number))
    reconcile.judge([case.invoice])
    return _("Receipt {number} over {quantity} recorded. {invoice} was judged again.").format(
        number=receipt.number,
        quantity=figure(quantity or Decimal(0), receipt.lines.get().unit),
        invoice=case.invoice_number,
    )


def confirm_service(case: ExceptionCase, by: User, form: Form) -> str:
    amount = form.figure("amount")
    on_order = _order_line(case, form.whole("line"))
    if amount is None or amount <= 0:
        raise WrongFigure(_("Say which amount of the service is done, such as 1250.00."))
    confirmed = ConfirmationForm(
        number=_number("SC", case),
        order_number=on_order.order.number,
        confirmed_on=timezone.localdate(),
        confirmed_by=called(by),
        accepted=True,
        lines=(ConfirmationLineForm(1, on_order.line, amount=amount),),
    )
    with _numbered_once():
        confirmation = documents.record_confirmation(case.company, confirmed, source=_source(called(by)))
    carrying.carry(confirmation)
    told = _("{amount} of the service confirmed").format(amount=money(amount, case.currency))
    _note(case, by, form, "confirm-service", told)
    reconcile.judge([case.invoice])
    return _("{told}. {invoice} was judged again.").format(told=told, invoice=case.invoice_number)


def take_back_receipt(case: ExceptionCase, by: User, form: Form) -> str:
    """Reverse a receipt of the case's order; the right one is recorded afterwards."""
    number = form.text("receipt")
    receipt = receipts_of(case).filter(number=number).first()
    if receipt is None:
        raise WrongFigure(_("Choose a receipt of this order."))
    taken_back = ReversalForm(
        number=_number("RV", case),
        receipt_number=receipt.number,
        reversed_on=timezone.localdate(),
        reason=form.reason[:250] or _("Recorded in error"),
    )
    with _numbered_once():
        reversal = documents.record_reversal(case.company, taken_back, source=_source(called(by)))
    carrying.carry(reversal)
    _note(case, by, form, "correct-receipt", _("Receipt {number} taken back").format(number=number))
    reconcile.judge([case.invoice])
    return _("Receipt {number} counts no more. {invoice} was judged again.").format(
        number=number, invoice=case.invoice_number
    )


def confirm_price(case: ExceptionCase, by: User, form: Form) -> str:
    """Let the buyer say that the billed price is agreed; a clerk releases it then."""
    _note(case, by, form, "confirm-price", "")
    return _("{invoice}: the billed price is confirmed. The clerk reads it on the case.").format(
        invoice=case.invoice_number
    )


def done_by_hand(case: ExceptionCase, by: User, form: Form) -> str:
    number = form.text("bc_number")
    if not number or len(number) > 20:
        raise WrongFigure(
            _("Give the number that the invoice has in Business Central, 20 characters at most.")
        )
    cases.finish_by_hand(case, by=by, reason=form.reason, bc_number=number)
    return _("{invoice} is marked as posted in Business Central as {number}.").format(
        invoice=case.invoice_number, number=number
    )


def rematch(case: ExceptionCase, by: User, form: Form) -> str:
    reconcile.judge([case.invoice])
    case.refresh_from_db()
    if not case.is_open:
        return _("{invoice} ties out now, and goes to Business Central.").format(invoice=case.invoice_number)
    return _("{invoice} was judged again.").format(invoice=case.invoice_number)


def receipts_of(case: ExceptionCase) -> QuerySet[GoodsReceipt]:
    """Give the receipts that count for the orders of the case."""
    orders = {row["number"] for row in case.decision.question.get("orders", [])}
    rows = GoodsReceipt.objects.filter(company=case.company, order_number__in=orders, reversed_on=None)
    return rows.exclude(status=Document.Status.CANCELLED).order_by("-pk")


def record_receipt(case: ExceptionCase, line: int, quantity: Decimal | None, *, by: str) -> GoodsReceipt:
    """Record what has come of a billed line, in the order's unit, and send it on. Raises WrongFigure."""
    on_order = _order_line(case, line)
    if quantity is None or quantity <= 0:
        raise WrongFigure(_("Say how much has come, such as 12.5."))
    form = ReceiptForm(
        number=_number("GR", case),
        order_number=on_order.order.number,
        received_on=timezone.localdate(),
        received_by=by[:150],
        lines=(ReceiptLineForm(1, on_order.line, quantity, quantity, Decimal(0), on_order.unit),),
    )
    with _numbered_once():
        receipt = documents.record_receipt(case.company, form, source=_source(by))
    carrying.carry(receipt)
    return receipt


def _order_line(case: ExceptionCase, number: int) -> PurchaseOrderLine:
    line = line_of(case, number)
    found = order_line(case, line) if line and line.is_linked else None
    if found is None:
        raise WrongFigure(_("Choose a line that belongs to an order."))
    return found


def _note(case: ExceptionCase, by: User, form: Form, action: str, told: str) -> None:
    reason = ": ".join(filter(None, [told, form.reason]))
    cases.note(case, by=by, permission=CONFIRM, reason=reason, reason_code=form.code, action=action)


def _number(kind: str, case: ExceptionCase) -> str:
    """Name a document of the desk by the next number that is free; the CAFM's never begin like that."""
    begins = f"T-{kind}-{case.pk}-"
    rows = NUMBERED[kind]._default_manager.filter(company=case.company, number__startswith=begins)
    taken = set(rows.values_list("number", flat=True))
    numbers = (f"{begins}{count}" for count in itertools.count(case.resolutions.count() + 1))
    return next(number for number in numbers if number not in taken)


@contextmanager
def _numbered_once() -> Iterator[None]:
    """Say it in the desk's words when a number was taken in the same moment."""
    try:
        yield
    except documents.DocumentExists as error:
        raise WrongFigure(
            _("Nothing was recorded: {number} was recorded in the same moment. Load the case again.").format(
                number=error.document.number
            )
        ) from error


def _source(by: str) -> str:
    return f"{DESK}: {by}"[:200]
