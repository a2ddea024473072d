"""Which rules govern the writes of which entity set."""

from integration.sandbox.entities.declare import EntitySet
from integration.sandbox.rules import (
    app_orders,
    app_requests,
    credit_memos,
    dimensions,
    documents,
    files,
    holds,
    journals,
)
from integration.sandbox.rules.base import Rules, Work
from integration.sandbox.rules.masters import ChildRules, JobRules, MasterRules

RULES: dict[str, Rules] = {
    "purchaseOrders": documents.ORDERS,
    "purchaseOrderLines": documents.ORDER_LINES,
    "purchaseInvoices": documents.INVOICES,
    "purchaseInvoiceLines": documents.INVOICE_LINES,
    "purchaseCreditMemos": credit_memos.CREDIT_MEMOS,
    "purchaseCreditMemoLines": credit_memos.CREDIT_MEMO_LINES,
    "dimensionSetLines": dimensions.SET_LINES,
    "defaultDimensions": dimensions.DEFAULTS,
    "itemVariants": ChildRules("itemId"),
    "attachments": files.ATTACHMENTS,
    "documentAttachments": files.ATTACHMENTS,
    "journals": journals.JOURNALS,
    "journalLines": journals.JOURNAL_LINES,
    "vendorPaymentJournals": journals.PAYMENT_JOURNALS,
    "vendorPayments": journals.PAYMENTS,
    "jobQueueEntries": JobRules(),
    "purchaseOrderHeaders": app_orders.ORDER_HEADERS,
    "purchaseInvoiceHeaders": holds.DRAFTS,
    "vendorLedgerEntries": holds.ENTRIES,
    "receiptRequests": app_requests.RECEIPTS,
    "receiptRequestLines": app_requests.RECEIPT_LINES,
    "inventoryRequests": app_requests.INVENTORY,
    "inventoryRequestLines": app_requests.INVENTORY_LINES,
}
_PLAIN = MasterRules()


def rules_of(spec: EntitySet) -> Rules:
    """The rules of a set, or of the table behind it; a plain master if there are none."""
    return RULES.get(spec.name) or RULES.get(spec.table, _PLAIN)


__all__ = ["Rules", "Work", "rules_of"]
