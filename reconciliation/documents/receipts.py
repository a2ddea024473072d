"""What was received or done for an order."""

from __future__ import annotations

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import ConfirmationForm, ReceiptForm
from reconciliation.models import (
    Document,
    GoodsReceipt,
    GoodsReceiptLine,
    ServiceConfirmation,
    ServiceConfirmationLine,
)

from .steps import check_new, facts_changed, fields_of, one_at_a_time, order_of

Status = Document.Status


@transaction.atomic
def record_receipt(company: Company, form: ReceiptForm, *, source: str) -> GoodsReceipt:
    """Keep what was received; a receipt whose order is not here yet waits for it. Raises DocumentExists."""
    one_at_a_time(company, form.order_number)
    check_new(GoodsReceipt.objects.filter(company=company, number=form.number))
    order = order_of(company, form.order_number)
    receipt = GoodsReceipt.objects.create(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if any(line.quantity_accepted for line in form.lines) else Status.RECORDED,
        **fields_of(form, but=["lines"]),
    )
    GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(receipt=receipt, **fields_of(line)) for line in form.lines
    )
    facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return receipt


@transaction.atomic
def record_confirmation(company: Company, form: ConfirmationForm, *, source: str) -> ServiceConfirmation:
    """Keep the word that a service was delivered, or was not; raises DocumentExists."""
    one_at_a_time(company, form.order_number)
    check_new(ServiceConfirmation.objects.filter(company=company, number=form.number))
    order = order_of(company, form.order_number)
    confirmation = ServiceConfirmation.objects.create(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if form.accepted else Status.RECORDED,
        **fields_of(form, but=["lines"]),
    )
    ServiceConfirmationLine.objects.bulk_create(
        ServiceConfirmationLine(confirmation=confirmation, **fields_of(line)) for line in form.lines
    )
    facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return confirmation
