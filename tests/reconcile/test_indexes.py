"""Of the tables that grow with the business, no index that another one makes superfluous."""

from __future__ import annotations

import pytest
from django.db import connection

from integration.models import Attempt
from reconciliation.models import (
    ExceptionCase,
    Finding,
    GoodsReceipt,
    GoodsReceiptLine,
    InvoiceLine,
    MatchDecision,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierInvoice,
)

GROWING = [
    Attempt, ExceptionCase, Finding, GoodsReceipt, GoodsReceiptLine, InvoiceLine, MatchDecision,
    PurchaseOrder, PurchaseOrderLine, SupplierInvoice,
]  # fmt: skip

# A plain index on one column that is the first of another index over all rows.
SUPERFLUOUS = """
SELECT x.indexrelid::regclass::text FROM pg_index x
 WHERE x.indrelid = %s::regclass AND x.indnkeyatts = 1 AND NOT x.indisunique AND x.indpred IS NULL
   AND x.indkey[0] <> 0
   AND EXISTS (SELECT FROM pg_index w WHERE w.indrelid = x.indrelid AND w.indexrelid <> x.indexrelid
                AND w.indpred IS NULL AND w.indkey[0] = x.indkey[0] AND w.indclass[0] = x.indclass[0])
"""


@pytest.mark.django_db
@pytest.mark.parametrize("model", GROWING)
def test_each_row_is_entered_into_no_index_that_another_one_covers(model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SUPERFLUOUS, [model._meta.db_table])

        assert cursor.fetchall() == []
