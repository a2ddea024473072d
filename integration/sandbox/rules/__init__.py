"""Which rules govern the writes of which entity set."""

from integration.sandbox.rules import app_requests, documents
from integration.sandbox.rules.base import Rules, Work
from integration.sandbox.rules.masters import MasterRules

RULES: dict[str, Rules] = {
    "purchaseOrders": documents.ORDERS,
    "purchaseOrderLines": documents.ORDER_LINES,
    "purchaseInvoices": documents.INVOICES,
    "purchaseInvoiceLines": documents.INVOICE_LINES,
    "receiptRequests": app_requests.RECEIPTS,
    "receiptRequestLines": app_requests.RECEIPT_LINES,
    "inventoryRequests": app_requests.INVENTORY,
    "inventoryRequestLines": app_requests.INVENTORY_LINES,
}
_PLAIN = MasterRules()


def rules_of(name: str) -> Rules:
    """The rules of a set; a plain master if it has none of its own."""
    return RULES.get(name, _PLAIN)


__all__ = ["Rules", "Work", "rules_of"]
