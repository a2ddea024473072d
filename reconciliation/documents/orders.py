"""Purchase orders as the CAFM approves them."""

from __future__ import annotations

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import OrderForm
from reconciliation.models import (
    GoodsReceipt,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    ServiceConfirmation,
)

from .steps import check_new, facts_changed, fields_of, one_at_a_time


@transaction.atomic
def record_order(company: Company, form: OrderForm, *, source: str) -> PurchaseOrder:
    """Keep an approved order and link what came before it; raises DocumentExists."""
    one_at_a_time(company, form.number)
    check_new(PurchaseOrder.objects.filter(company=company, number=form.number))
    order = PurchaseOrder.objects.create(
        company=company, received_from=source, **fields_of(form, but=["lines", "charges"])
    )
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(order=order, **fields_of(line)) for line in form.lines
    )
    OrderCharge.objects.bulk_create(
        OrderCharge(order=order, code=charge.code, amount=charge.amount) for charge in form.charges
    )
    for dependent in (GoodsReceipt, ServiceConfirmation):
        waiting = dependent._default_manager.filter(company=company, order_number=order.number, order=None)
        waiting.update(order=order)
    facts_changed(company, [order.number], vendor=order.vendor_number)
    return order
