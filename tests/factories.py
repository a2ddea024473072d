"""People, exceptions and messages for the screens' tests, made by the verbs that make them in the product."""

from __future__ import annotations

import functools
import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone

from integration import outbox
from integration.models import DocumentKind, Message
from masterdata.models import Company
from reconciliation import reconcile, roles
from reconciliation.models import ExceptionCase, SupplierInvoice
from tests import mappings

from .reconcile.desk import Desk, billed, open_company, ordered

__all__ = ["Desk", "billed", "open_company", "ordered"]

PASSWORD = "a-long-test-password"
NAMES = {
    roles.AP_CLERK: ("clara", "Clara", "Weiss"),
    roles.AP_APPROVER: ("anton", "Anton", "Berg"),
    roles.BUYER: ("bea", "Bea", "Lang"),
    roles.INTEGRATION_ADMIN: ("ines", "Ines", "Roth"),
    roles.FINANCE_CONTROLLER: ("frida", "Frida", "Kern"),
    roles.AUDITOR: ("august", "August", "Holm"),
}


def person(role: str = roles.AP_CLERK, username: str = "") -> User:
    """Give someone of this role who can sign in; no role for an empty one."""
    if Group.objects.filter(name__in=roles.ROLES).count() < len(roles.ROLES):
        roles.apply_roles()
    name, first, last = NAMES.get(role, ("nora", "Nora", "Neu"))
    user = User.objects.create(
        username=username or name,
        password=_hashed(),
        first_name="" if username else first,
        last_name=last,
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


@functools.cache
def _hashed() -> str:
    """Hash the password once a run; it takes longer than most tests."""
    return make_password(PASSWORD)


def case_of(invoice: SupplierInvoice) -> ExceptionCase:
    """Judge what is due and give this invoice's case."""
    while reconcile.match_due():
        pass
    return ExceptionCase.objects.get(invoice=invoice)


def billed_before_receipt(
    desk: Desk, number: str = "R-100", *, order: str = "", **terms: str
) -> ExceptionCase:
    """Open a case: ordered and billed (quantity 10, price 5.00 unless told), nothing received."""
    return case_of(_billed(desk, number, order or f"PO-{number}", **terms))


def price_over_order(desk: Desk, number: str = "R-200", *, price: str = "6.00") -> ExceptionCase:
    """Open a case: ten filters ordered at 5.00 and received, billed at a higher price."""
    order = f"PO-{number}"
    desk.order(order)
    desk.receive("10", order=order)
    return case_of(desk.invoice(number, billed(price=price), order_number=order))


def many_cases(desk: Desk, count: int) -> list[ExceptionCase]:
    """Open cases for invoices R-001, R-002 …, each a little larger than the one before."""
    for number in range(1, count + 1):
        _billed(desk, f"R-{number:03}", f"PO-{number:03}", price=f"{number}.00")
    while reconcile.match_due():
        pass
    return list(ExceptionCase.objects.order_by("invoice_number"))


def _billed(
    desk: Desk, number: str, order: str, *, quantity: str = "10", price: str = "5.00", vendor: str = "V10"
) -> SupplierInvoice:
    desk.order(order, ordered(quantity=quantity, price=price), vendor=vendor)
    return desk.invoice(number, billed(quantity=quantity, price=price), vendor=vendor, order_number=order)


# Messages to Business Central


def queued(company: Company, number: str, **terms: str) -> Message:
    """Record an order and put it in line."""
    mappings.install()
    return outbox.enqueue(DocumentKind.PURCHASE_ORDER, Desk(company).order(number, **terms))


def delivered(company: Company, number: str, *, at: datetime | None = None) -> Message:
    """Deliver an order: BC has it."""
    message = _sending(queued(company, number))
    outbox.mark_done(message, bc_id=uuid.uuid4(), bc_number=f"BC-{number}", at=at or timezone.now())
    return message


def retried(company: Company, number: str) -> Message:
    """Let an order fail in passing; its next try is in an hour."""
    message = _sending(queued(company, number))
    error = {"error_code": "429", "error": "Business Central asked us to wait.", "error_detail": ""}
    outbox.mark_retry(message, at=timezone.now() + timedelta(hours=1), counted=False, error=error)
    return message


def looked_for(company: Company, number: str) -> Message:
    """Lose the answer for an order; the next look is in an hour."""
    message = _sending(queued(company, number))
    now = timezone.now()
    outbox.mark_unknown(message, at=now, look_at=now + timedelta(hours=1), looked=False)
    return message


def refused(
    company: Company, number: str, *, code: str = "Vendor_Blocked", error: str = "", detail: str = ""
) -> Message:
    """Let BC refuse an order: a person has to act."""
    message = _sending(queued(company, number))
    sentence = error or "BC refused vendor V10: blocked. Unblock it in BC, then retry."
    outbox.mark_stuck(
        message,
        to=Message.State.REJECTED,
        error={"error_code": code, "error": sentence, "error_detail": detail},
    )
    return message


def waiting_receipt(company: Company, number: str, order: str) -> Message:
    """Record a receipt of an order that nobody has heard of yet."""
    mappings.install()
    return outbox.enqueue(
        DocumentKind.GOODS_RECEIPT, Desk(company).receive(Decimal(4), order=order, number=number)
    )


def _sending(message: Message) -> Message:
    """Take the message as a worker does; nothing else may be due at this moment."""
    claimed = outbox.claim(now=timezone.now(), worker="a test's worker")
    if claimed is None or claimed.pk != message.pk:
        raise AssertionError(f"{message} is {message.state} and {claimed} is due: make those in line last")
    outbox.mark_sending(claimed, now=timezone.now(), room=timedelta(seconds=10))
    return claimed
