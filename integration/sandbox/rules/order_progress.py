"""What a posting leaves on its order: quantities booked, the next defaults, and the end of the order."""

from decimal import Decimal

from integration.sandbox.errors import dialog
from integration.sandbox.rules import lines
from integration.sandbox.rules.base import Work
from integration.sandbox.table import Row
from integration.sandbox.values import trim

NOTHING = "There is nothing to post."


def finish(work: Work, order: Row) -> None:
    """Set the quantities for the next posting; a finished order vanishes."""
    own = work.tx.find("purchaseOrderLines", "documentId", order.id)
    objects = [line for line in own if line["lineType"] != "Comment"]
    if objects and all(
        line["quantity"] == line["receivedQuantity"] == line["invoicedQuantity"] for line in objects
    ):
        for line in own:
            work.tx.delete("purchaseOrderLines", line.id)
        work.tx.delete("purchaseOrders", order.id)
        return
    for line in objects:
        values = dict(line.values)
        lines.reset_quantities(values, work.settings.default_quantity_to_receive)
        work.tx.update("purchaseOrderLines", line.id, values)
    is_received = all(line["quantity"] == line["receivedQuantity"] for line in objects)
    work.tx.update("purchaseOrders", order.id, {"fullyReceived": is_received})


def invoice_line(work: Work, order_number: str, sequence: int, quantity: Decimal) -> None:
    """Book an invoiced quantity on the order line it came from, if the order is still there."""
    order = work.tx.by_key("purchaseOrders", order_number)
    line = work.tx.by_key("purchaseOrderLines", order.id, sequence) if order else None
    if line is None:
        return
    limit = line["receivedQuantity"] - line["invoicedQuantity"]
    if abs(quantity) > abs(limit):
        raise dialog(f"You can't invoice more than {trim(Decimal(limit))} units.")
    changes = {"invoicedQuantity": line["invoicedQuantity"] + quantity}
    work.tx.update("purchaseOrderLines", line.id, changes)
