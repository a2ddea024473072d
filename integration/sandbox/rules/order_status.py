"""Release and reopen purchase orders: people do it in BC, and the app offers it as actions."""

from integration.sandbox.errors import dialog
from integration.sandbox.rules.base import Work
from integration.sandbox.table import Row


def release(work: Work, order: Row) -> None:
    """Release an order; from then on its lines and prices stand."""
    if order["status"] == "In_x0020_Review":
        raise dialog("This document can only be released when the approval process is complete.")
    if not any(line["quantity"] for line in work.tx.find("purchaseOrderLines", "documentId", order.id)):
        raise dialog(
            f"There is nothing to release for the document of type Order with the number {order['number']}."
        )
    work.tx.update("purchaseOrders", order.id, {"status": "Open"})


def reopen(work: Work, order: Row) -> None:
    """Open a released order again, so that its lines can change."""
    if order["status"] == "In_x0020_Review":
        raise dialog("The approval process must be cancelled or completed to reopen this document.")
    work.tx.update("purchaseOrders", order.id, {"status": "Draft"})
