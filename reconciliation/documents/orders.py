"""Purchase orders as the CAFM approves them."""

from __future__ import annotations

from django.db import connection, transaction

from masterdata.models import Company
from reconciliation.forms import OrderForm
from reconciliation.models import OrderCharge, PurchaseOrder, PurchaseOrderLine

from .steps import facts_changed, fields_of, insert_new, one_at_a_time

# What came before its order.
LINK = """
WITH receipts AS (
  UPDATE reconciliation_goodsreceipt SET order_id = %(order)s
   WHERE company_id = %(company)s AND order_number = %(number)s AND order_id IS NULL)
UPDATE reconciliation_serviceconfirmation SET order_id = %(order)s
 WHERE company_id = %(company)s AND order_number = %(number)s AND order_id IS NULL
"""


@transaction.atomic
def record_order(company: Company, form: OrderForm, *, source: str) -> PurchaseOrder:
    """Keep an approved order and link what came before it; raises DocumentExists."""
    one_at_a_time(company, form.number)
    order = PurchaseOrder(company=company, received_from=source, **fields_of(form, but=["lines", "charges"]))
    lines = [PurchaseOrderLine(**fields_of(line)) for line in form.lines]
    charges = [OrderCharge(**fields_of(charge)) for charge in form.charges]
    insert_new(order, {PurchaseOrderLine: lines, OrderCharge: charges})
    with connection.cursor() as cursor:
        cursor.execute(LINK, {"company": company.pk, "number": order.number, "order": order.pk})
    facts_changed(company, [order.number], vendor=order.vendor_number)
    return order
