"""Receipts that are reversed, and goods that are returned: from then on the net counts."""

from __future__ import annotations

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import ReturnForm, ReversalForm
from reconciliation.models import Document, GoodsReceipt, GoodsReturn, GoodsReturnLine, ReceiptReversal

from .rejected import is_nothing_for_bc
from .steps import facts_changed, fields_of, insert_new, one_at_a_time, order_of

Status = Document.Status


@transaction.atomic
def record_reversal(company: Company, form: ReversalForm, *, source: str) -> ReceiptReversal:
    """Let a receipt count no more; one that is not here yet is expected. Raises DocumentExists."""
    one_at_a_time(company, f"receipt {form.receipt_number}")
    receipts = GoodsReceipt.objects.select_for_update().filter(company=company)
    receipt = receipts.filter(number=form.receipt_number).first()
    is_needless = receipt is not None and (
        receipt.reversed_on is not None or receipt.status in (Status.RECORDED, Status.CANCELLED)
    )
    reversal = ReceiptReversal(
        company=company,
        received_from=source,
        receipt=receipt,
        status=Status.RECORDED if is_needless else Status.READY,
        **fields_of(form),
    )
    insert_new(reversal, {})
    if receipt is not None and receipt.reversed_on is None:
        _count_no_more(receipt, reversal)
    return reversal


@transaction.atomic
def mark_never_received(receipt: GoodsReceipt, reversal: ReceiptReversal) -> None:
    """Close a receipt, and its reversal, of which BC has not heard."""
    receipt.status, reversal.status = Status.CANCELLED, Status.RECORDED
    for document in (receipt, reversal):
        type(document)._default_manager.filter(pk=document.pk).update(status=document.status)


@transaction.atomic
def record_return(company: Company, form: ReturnForm, *, source: str) -> GoodsReturn:
    """Keep what went back to the vendor; raises DocumentExists.

    What was rejected never was in BC, so that nothing is to be posted when nothing else went back.
    """
    one_at_a_time(company, form.order_number)
    order = order_of(company, form.order_number)
    returned = GoodsReturn(
        company=company, received_from=source, order=order, **fields_of(form, but=["lines"])
    )
    if is_nothing_for_bc(returned, form.lines):
        returned.status = Status.RECORDED
    insert_new(returned, {GoodsReturnLine: [GoodsReturnLine(**fields_of(line)) for line in form.lines]})
    facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "", taken_away=True)
    return returned


def reverse_on_arrival(receipt: GoodsReceipt) -> None:
    """Reverse a receipt whose reversal came first; of several the first counts, and none waits any longer."""
    early = ReceiptReversal.objects.filter(
        company=receipt.company, receipt_number=receipt.number, receipt=None
    )
    reversals = list(early.order_by("pk"))
    if not reversals:
        return
    is_needless = receipt.status == Status.RECORDED  # nothing of it was accepted
    needless = reversals if is_needless else reversals[1:]
    ReceiptReversal.objects.filter(pk__in=[each.pk for each in reversals]).update(receipt=receipt)
    ReceiptReversal.objects.filter(pk__in=[each.pk for each in needless]).update(status=Status.RECORDED)
    _count_no_more(receipt, reversals[0])


def _count_no_more(receipt: GoodsReceipt, reversal: ReceiptReversal) -> None:
    receipt.reversed_on = reversal.reversed_on
    GoodsReceipt.objects.filter(pk=receipt.pk).update(reversed_on=receipt.reversed_on)
    order = receipt.order
    facts_changed(
        receipt.company,
        [receipt.order_number],
        vendor=order.vendor_number if order else "",
        taken_away=True,
    )
