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

from .steps import facts_changed, fields_of, insert_new, one_at_a_time, order_of
from .taken_back import reverse_on_arrival

Status = Document.Status


@transaction.atomic
def record_receipt(company: Company, form: ReceiptForm, *, source: str) -> GoodsReceipt:
    """Keep what was received; a receipt whose order is not here yet waits for it. Raises DocumentExists."""
    one_at_a_time(company, form.order_number)
    one_at_a_time(company, f"receipt {form.number}")
    order = order_of(company, form.order_number)
    receipt = GoodsReceipt(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if any(line.quantity_accepted for line in form.lines) else Status.RECORDED,
        **fields_of(form, but=["lines"]),
    )
    insert_new(receipt, {GoodsReceiptLine: [GoodsReceiptLine(**fields_of(line)) for line in form.lines]})
    reverse_on_arrival(receipt)
    facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return receipt


@transaction.atomic
def record_confirmation(company: Company, form: ConfirmationForm, *, source: str) -> ServiceConfirmation:
    """Keep the word that a service was delivered, or was not; raises DocumentExists."""
    one_at_a_time(company, form.order_number)
    order = order_of(company, form.order_number)
    confirmation = ServiceConfirmation(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if form.accepted else Status.RECORDED,
        **fields_of(form, but=["lines"]),
    )
    lines = [ServiceConfirmationLine(**fields_of(line)) for line in form.lines]
    insert_new(confirmation, {ServiceConfirmationLine: lines})
    facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return confirmation
