"""An export of open orders to rehearse: the demo's own, numbered anew, one of a vendor nobody knows."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from integration.demo.events import order_event
from integration.demo.story import ORDERS

ORDERS_REHEARSED = 6


def rehearsed() -> list[dict[str, Any]]:
    """Give the events, in the order in which they came."""
    today = datetime.datetime.now(datetime.UTC).date()
    orders = [replace(order, number=f"GO-{order.number}") for order in ORDERS[:ORDERS_REHEARSED]]
    events = [order_event(order, today) for order in orders]
    events[-1]["data"]["vendor"] = "V-GONE"
    return events
