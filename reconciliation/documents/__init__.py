"""Documents come in, are cleared, and are posted: the only writers of documents and of their status.

Each verb owns its transaction. What an invoice depends on (its order, receipts, confirmations, the other
invoices of the order) marks the open invoices of that order as due for matching; matching itself is
reconcile.py's. Documents of one order are recorded one after the other, so that a receipt and its order that
arrive in the same moment still find each other.
"""

from .assets import record_asset
from .errors import DocumentError, DocumentExists, VersionExists, WrongStatus
from .invoices import content_hash, record_invoice
from .judging import (
    keep_back,
    let_through,
    mark_blocked,
    mark_deleted,
    mark_judged,
    mark_looked_at,
    mark_ready,
    mark_rejected,
    mark_tied_out,
    mark_undecided,
)
from .kept import record_day_totals, record_request
from .linked import link_line, split_line, unlink_line
from .movements import record_movement
from .orders import (
    mark_never_sent,
    mark_released,
    mark_reopened,
    mark_superseded,
    mark_with_order,
    record_cancellation,
    record_change,
    record_order,
)
from .posting import cancel, mark_posted
from .receipts import record_confirmation, record_receipt
from .rejected import unaccounted
from .steps import OPEN_INVOICES, lock_of, one_at_a_time, one_lock
from .taken_back import mark_never_received, record_return, record_reversal

__all__ = [
    "OPEN_INVOICES",
    "DocumentError",
    "DocumentExists",
    "VersionExists",
    "WrongStatus",
    "cancel",
    "content_hash",
    "keep_back",
    "let_through",
    "link_line",
    "lock_of",
    "mark_blocked",
    "mark_deleted",
    "mark_judged",
    "mark_looked_at",
    "mark_never_received",
    "mark_never_sent",
    "mark_posted",
    "mark_ready",
    "mark_rejected",
    "mark_released",
    "mark_reopened",
    "mark_superseded",
    "mark_tied_out",
    "mark_undecided",
    "mark_with_order",
    "one_at_a_time",
    "one_lock",
    "record_asset",
    "record_cancellation",
    "record_change",
    "record_confirmation",
    "record_day_totals",
    "record_invoice",
    "record_movement",
    "record_order",
    "record_receipt",
    "record_request",
    "record_return",
    "record_reversal",
    "split_line",
    "unaccounted",
    "unlink_line",
]
