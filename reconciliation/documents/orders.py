"""Purchase orders as the CAFM approves, changes and cancels them.

An order stands here as its latest version says. The events may come in any order: a version older than the
latest is recorded and changes nothing, and what was cancelled stays cancelled.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from masterdata.models import Company
from reconciliation import agreements
from reconciliation.forms import CancellationForm, OrderChangeForm, OrderForm
from reconciliation.models import (
    Document,
    OrderChange,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
)

from .errors import DocumentExists, VersionExists
from .steps import facts_changed, fields_of, insert_new, one_at_a_time, orders_of

FIRST = 1
Kind = OrderChange.Kind
Status = OrderChange.Status

# What came before its order; of the changes only a cancellation can.
LINK = """
WITH receipts AS (
  UPDATE reconciliation_goodsreceipt SET order_id = %(order)s
   WHERE company_id = %(company)s AND order_number = %(number)s AND order_id IS NULL),
confirmations AS (
  UPDATE reconciliation_serviceconfirmation SET order_id = %(order)s
   WHERE company_id = %(company)s AND order_number = %(number)s AND order_id IS NULL),
returns AS (
  UPDATE reconciliation_goodsreturn SET order_id = %(order)s
   WHERE company_id = %(company)s AND order_number = %(number)s AND order_id IS NULL)
UPDATE reconciliation_orderchange SET order_id = %(order)s
 WHERE company_id = %(company)s AND number = %(number)s AND order_id IS NULL
"""


@transaction.atomic
def record_order(company: Company, form: OrderForm, *, source: str) -> PurchaseOrder | OrderChange:
    """Keep an approved order and link what came before it; raises DocumentExists.

    An approval that comes after a later version of its order is recorded as that: late.
    """
    one_at_a_time(company, form.number)
    try:
        return _begin(company, form, FIRST, source)
    except DocumentExists as known:
        order = known.document
        if not isinstance(order, PurchaseOrder) or FIRST in _versions(order):
            raise
        return _note(order, source, version=FIRST, status=Status.LATE)


@transaction.atomic
def record_change(company: Company, form: OrderChangeForm, *, source: str) -> OrderChange:
    """Keep a version of an order; raises VersionExists. What is older than the order now changes nothing."""
    one_at_a_time(company, form.order.number)
    order = _known(company, form.order.number)
    if order is None:
        order = _begin(company, form.order, form.version, source)
        return _note(order, source, version=form.version, status=Status.WITH_ORDER, began_order=True)
    if form.version in _versions(order):
        raise VersionExists(order, form.version)
    if form.version < order.version or order.state == PurchaseOrder.State.CANCELLED:
        return _note(order, source, version=form.version, status=Status.LATE)
    _rewrite(order, form)
    return _note(order, source, version=form.version)


@transaction.atomic
def record_cancellation(company: Company, form: CancellationForm, *, source: str) -> OrderChange:
    """Cancel an order, or some lines of it; before the order is here the cancellation waits for it."""
    one_at_a_time(company, form.number)
    order = _known(company, form.number)
    change = OrderChange(
        company=company,
        received_from=source,
        number=form.number,
        kind=Kind.CANCELLED,
        order=order,
        reason=form.reason,
        cancelled_lines=sorted(form.lines),
    )
    if order is not None and _is_cancelled(order, change):
        change.status = Status.LATE
    change.save()
    if order is not None and change.status == Status.READY:
        _cancel_what_is_cancelled(order)
        facts_changed(company, orders_of(order), vendor=order.vendor_number, taken_away=True)
    return change


@transaction.atomic
def mark_with_order(change: OrderChange) -> None:
    """Write down that BC learns of a change with the order itself, which was not sent yet."""
    _mark(change, Status.WITH_ORDER)


@transaction.atomic
def mark_superseded(change: OrderChange) -> None:
    """Write down that a later version went its way before this one was sent."""
    _mark(change, Status.SUPERSEDED)


@transaction.atomic
def mark_never_sent(order: PurchaseOrder) -> None:
    """Close an order that was cancelled before BC had heard of it."""
    order.status = Document.Status.CANCELLED
    PurchaseOrder.objects.filter(pk=order.pk).update(status=order.status)


@transaction.atomic
def mark_reopened(order: PurchaseOrder, *, at: datetime.datetime) -> None:
    """Write down that we open a released order in BC, before we do."""
    _note_reopened(order, at)


@transaction.atomic
def mark_released(order: PurchaseOrder) -> None:
    """Write down that an order which we opened in BC is released there again."""
    _note_reopened(order, None)


def _note_reopened(order: PurchaseOrder, at: datetime.datetime | None) -> None:
    order.reopened_at = at
    PurchaseOrder.objects.filter(pk=order.pk).update(reopened_at=at)


def _mark(change: OrderChange, to: OrderChange.Status) -> None:
    change.status = to
    OrderChange.objects.filter(pk=change.pk).update(status=to)


def _known(company: Company, number: str) -> PurchaseOrder | None:
    orders = PurchaseOrder.objects.select_for_update().filter(company=company, number=number)
    found: PurchaseOrder | None = orders.first()
    return found


def _versions(order: PurchaseOrder) -> set[int]:
    """Name the versions of an order that have come, the approval being the first."""
    changes = OrderChange.objects.filter(company=order.company, number=order.number, kind=Kind.CHANGED)
    known = dict(changes.values_list("version", "began_order"))
    return {version for version in known if version} | ({FIRST} if not any(known.values()) else set())


def _begin(company: Company, form: OrderForm, version: int, source: str) -> PurchaseOrder:
    """Write a new order; raises DocumentExists."""
    order = PurchaseOrder(
        company=company, received_from=source, version=version, **fields_of(form, but=["lines", "charges"])
    )
    lines = [PurchaseOrderLine(**fields_of(line)) for line in form.lines]
    charges = [OrderCharge(**fields_of(charge)) for charge in form.charges]
    insert_new(order, {PurchaseOrderLine: lines, OrderCharge: charges})
    with connection.cursor() as cursor:
        cursor.execute(LINK, {"company": company.pk, "number": order.number, "order": order.pk})
        if cursor.rowcount:
            _cancel_what_is_cancelled(order)
    facts_changed(company, orders_of(order), vendor=order.vendor_number)
    return order


def _rewrite(order: PurchaseOrder, form: OrderChangeForm) -> None:
    """Let the order say what its new version says, and keep what it said before."""
    day = timezone.localdate(form.told_at)
    former = agreements.former_version(order, order.lines.filter(cancelled=False).order_by("line"), day)
    order.former = [*(order.former or ()), former]
    vendors = {order.vendor_number, form.order.vendor_number}
    for name, value in fields_of(form.order, but=["lines", "charges"]).items():
        setattr(order, name, value)
    order.version = form.version
    order.save()
    order.lines.all().delete()
    order.charges.all().delete()
    _write_lines(order, form.order)
    _cancel_what_is_cancelled(order)
    for vendor in sorted(vendors):
        facts_changed(order.company, orders_of(order), vendor=vendor, taken_away=True)


def _write_lines(order: PurchaseOrder, form: OrderForm) -> None:
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(order=order, **fields_of(line)) for line in form.lines
    )
    OrderCharge.objects.bulk_create(
        OrderCharge(order=order, code=charge.code, amount=charge.amount) for charge in form.charges
    )


def _note(order: PurchaseOrder, source: str, **values: Any) -> OrderChange:
    change: OrderChange = OrderChange.objects.create(
        company=order.company,
        received_from=source,
        number=order.number,
        kind=Kind.CHANGED,
        order=order,
        **values,
    )
    return change


def _is_cancelled(order: PurchaseOrder, change: OrderChange) -> bool:
    """Tell whether everything that a cancellation is about was cancelled before."""
    if order.state == PurchaseOrder.State.CANCELLED:
        return True
    before = OrderChange.objects.filter(company=order.company, number=order.number, kind=Kind.CANCELLED)
    known = {line for lines in before.values_list("cancelled_lines", flat=True) for line in lines}
    return bool(change.cancelled_lines) and known.issuperset(change.cancelled_lines)


def _cancel_what_is_cancelled(order: PurchaseOrder) -> None:
    """Bring all cancellations to bear on the order as it stands now; the order with no line left ends."""
    told = OrderChange.objects.filter(company=order.company, number=order.number, kind=Kind.CANCELLED)
    cancelled = list(told.values_list("cancelled_lines", flat=True))
    lines = order.lines.all()
    if not all(cancelled):  # one of them names no lines: it means all
        lines.update(cancelled=True)
    else:
        lines.filter(line__in={line for each in cancelled for line in each}).update(cancelled=True)
    if cancelled and not lines.filter(cancelled=False).exists():
        order.state = PurchaseOrder.State.CANCELLED
        order.save(update_fields=["state"])
