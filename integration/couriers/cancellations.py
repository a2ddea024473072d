"""Cancellations of an order that BC has: nothing more comes, and what was received stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration.bc.names import ETAG, INVOICED_QUANTITY, LINE_TYPE, RECEIVED_QUANTITY
from reconciliation.models import PurchaseOrder

from .base import BeforeWrite
from .order_changes import ORDERS, OrderChangeVisit
from .order_difference import Plan, take_down
from .orders import LINES, MARKER_SEQUENCE


class CancellationVisit(OrderChangeVisit):
    """Let nothing more come: lines go or shrink to what was received; an order without any receipt goes."""

    def _is_there(self, order: dict[str, Any] | None) -> bool:
        """An order that is gone has nothing open; what was received of it stands on its receipts."""
        return order is None or (self._plan(order).is_done and not self._may_go(order))

    def _plan(self, order: Mapping[str, Any]) -> Plan:
        made = Plan()
        for line in self._concerned(order):
            if line["quantity"] > line[RECEIVED_QUANTITY] or not line["quantity"]:
                take_down(made, line, self._sent)
        return made

    def _take(self, made: Plan, order: Mapping[str, Any], before_write: BeforeWrite) -> None:
        if not self._may_go(order):
            super()._take(made, order, before_write)
            return
        before_write()
        self.client.delete(ORDERS, str(order["id"]), etag=order[ETAG])

    def _concerned(self, order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The lines that are cancelled: of the whole order those that we sent; others are somebody's."""
        named = {*self.payload["cancelled"]}
        lines = [line for line in order[LINES] if line[LINE_TYPE] != "Comment"]
        if named:
            return [line for line in lines if int(line["sequence"]) in named]
        return [line for line in lines if self._sent.lines(int(line["sequence"]))]

    def _may_go(self, order: Mapping[str, Any]) -> bool:
        """Whether the order as a whole is cancelled, nothing came of it, and every line is ours."""
        if self._our_order.state != PurchaseOrder.State.CANCELLED:
            return False
        lines = [line for line in order[LINES] if int(line["sequence"]) != MARKER_SEQUENCE]
        return all(
            not line[RECEIVED_QUANTITY]
            and not line[INVOICED_QUANTITY]
            and self._sent.lines(int(line["sequence"]))
            for line in lines
        )
