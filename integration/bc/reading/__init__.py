"""Read Business Central's entities into records."""

from integration.bc.reading.documents import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
)
from integration.bc.reading.entity_sets import RECORDS, SELECTS, TO_STAND_IN
from integration.bc.reading.masters import (
    Company,
    LedgerSetup,
)
from integration.bc.reading.rows import read, select_for
from integration.bc.reading.stamps import Stamps, read_stamps
from integration.bc.reading.values import (
    as_code,
    as_date,
    as_decimal,
    as_flag,
    as_guid,
    as_int,
    as_line_type,
    as_member,
    as_moment,
    as_text,
)

__all__ = [
    "RECORDS",
    "SELECTS",
    "TO_STAND_IN",
    "Company",
    "LedgerSetup",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseReceipt",
    "PurchaseReceiptLine",
    "Stamps",
    "as_code",
    "as_date",
    "as_decimal",
    "as_flag",
    "as_guid",
    "as_int",
    "as_line_type",
    "as_member",
    "as_moment",
    "as_text",
    "read",
    "read_stamps",
    "select_for",
]
